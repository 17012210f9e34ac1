/**
 * The signed-in account. The access token is kept only in memory; the refresh token is an HttpOnly cookie.
 */

import { ApiError, api } from "./api.js";
import { BASE } from "./base.js";
import { store } from "./store.js";

/** @import { AccountView, Registration, SessionView } from "#api" */
/** @import { Api } from "./api.js" */

/** @typedef {Record<string, any>} Json */
/** @typedef {Pick<SessionView, "access_token" | "expires_in" | "account">} Grant */
/** @import { Store } from "./store.js" */
/** @typedef {Pick<Store, "get" | "set" | "remove">} Marks */

/**
 * Marks a browser that is signed in. Without it, every guest's first request would be a refresh that fails.
 */
const MARK = `tessera-signed-in${BASE}`;

const LOCK = `tessera-refresh${BASE}`;
const CHANNEL = `tessera-session${BASE}`;

/** Requests that auth keep the refresh token in a cookie. */
const BROWSER = { headers: { "X-Tessera-Client": "browser" }, anonymous: true };

/** Milliseconds before its expiry at which a token is renewed, so that none expires during a request. */
const AHEAD = 30_000;

/**
 * Fires `change` when `account` changes, in this tab or in another one, and `ended` with the ApiError as its
 * detail when the server has ended the session.
 */
export class Session extends EventTarget {
  /** @type {AccountView | null} */
  account = null;
  /** @type {string | null} */
  #token = null;
  #expires = 0;
  /** Number of sessions that have ended. */
  #ended = 0;
  /** @type {Promise<boolean> | null} */
  #renewal = null;
  #tabs = openChannel();

  /**
   * @param {Api} api
   * @param {Marks} marks storage shared with other tabs and the next visit
   */
  constructor(api, marks) {
    super();
    this.api = api;
    this.marks = marks;
    api.credentials = this;
    this.#tabs?.addEventListener("message", ({ data }) =>
      data === "in" ? void this.renew() : this.#forget(),
    );
    /** Resolves once the account is known. Never rejects. */
    this.ready = marks.get(MARK)
      ? this.renew().then(
          () => {},
          () => {},
        )
      : Promise.resolve();
  }

  get isModerator() {
    return this.isAdmin || (this.account?.roles.includes("moderator") ?? false);
  }

  get isAdmin() {
    return this.account?.roles.includes("admin") ?? false;
  }

  /** @param {{username: string, password: string}} who `username` may be the email address */
  async login(who) {
    this.#enter(await this.api.post("/auth/login", who, BROWSER));
  }

  /** @param {{challenge: string, code?: string, assertion?: Json}} proof for a login that waits for it */
  async loginWithSecondFactor(proof) {
    this.#enter(await this.api.post("/auth/login/second-factor", proof, BROWSER));
  }

  /** @param {Json} assertion of a passkey, in place of name and password */
  async loginWithPasskey(assertion) {
    this.#enter(await this.api.post("/auth/passkeys/login", { assertion }, BROWSER));
  }

  /** @param {{username: string, password: string, new_password: string}} who with a one-time password */
  async replaceOneTimePassword(who) {
    this.#enter(await this.api.post("/auth/one-time-password", who, BROWSER));
  }

  /** @param {Registration} who */
  async register(who) {
    this.#enter(await this.api.post("/auth/register", who, BROWSER));
  }

  /** Take over the session that a login elsewhere has left in the cookie. */
  async returned() {
    if (await this.renew()) this.#tabs?.postMessage("in");
  }

  /** @param {Json} who for an identity that a login elsewhere has proven */
  async registerIdentity(who) {
    this.#enter(await this.api.post("/auth/oidc/register", who, BROWSER));
  }

  async logout() {
    try {
      await this.api.post("/auth/logout", undefined, BROWSER);
    } catch (error) {
      const hasEnded = error instanceof ApiError && error.status === 401;
      if (!hasEnded) throw error;
    }
    this.leave();
  }

  /** Forget the account, here and in the other tabs, after its sessions have ended. */
  leave() {
    this.#forget();
    this.#tabs?.postMessage("out");
  }

  /** Reload the account after a change such as a confirmed address. */
  async reload() {
    if (this.account) this.#become(await this.api.get("/auth/me"));
  }

  /** Request a single-use ticket for a WebSocket; null for a guest. */
  async wsTicket() {
    return this.account ? /** @type {string} */ ((await this.api.post("/auth/ws-ticket")).ticket) : null;
  }

  /** @returns {Promise<string | null>} */
  async bearer() {
    if (this.#renewal || (this.#token && Date.now() > this.#expires - AHEAD)) await this.renew();
    return this.#token;
  }

  /** Exchange the cookie for a new access token. Concurrent callers share one exchange; tabs take turns. */
  renew() {
    const ended = this.#ended;
    const exchange = () => this.#exchange(ended);
    this.#renewal ??= takeTurn(exchange).finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  /** @param {number} ended the number of ended sessions at the time of the request */
  async #exchange(ended) {
    try {
      const grant = await this.api.post("/auth/refresh", undefined, BROWSER);
      if (ended !== this.#ended) return false; // logged out in the meantime
      this.accept(grant);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401 || error.status === 403) {
        this.#forget();
        this.dispatchEvent(new CustomEvent("ended", { detail: error }));
      }
      return false; // the server was unavailable; the cookie may still be valid
    }
  }

  /** @param {Grant} grant */
  #enter(grant) {
    this.accept(grant);
    this.#tabs?.postMessage("in");
  }

  /**
   * Store a token and its account.
   * @param {Grant} grant
   */
  accept(grant) {
    this.#token = grant.access_token;
    this.#expires = Date.now() + grant.expires_in * 1000;
    this.marks.set(MARK, "1");
    this.#become(grant.account);
  }

  #forget() {
    this.#ended += 1;
    this.#token = null;
    this.marks.remove(MARK);
    this.#become(null);
  }

  /** @param {AccountView | null} account */
  #become(account) {
    const isSame = JSON.stringify(account) === JSON.stringify(this.account);
    this.account = account;
    if (!isSame) this.dispatchEvent(new Event("change"));
  }
}

/**
 * Run work while no other tab does. Browsers have no locks without HTTPS, and refuse them where storage is
 * blocked; auth then gives two tabs the same successor token for 3 s.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function takeTurn(work) {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  try {
    if (navigator.locks) return await navigator.locks.request(LOCK, begin);
  } catch (error) {
    if (hasBegun) throw error;
  }
  return work();
}

/** Return the channel to the other tabs; null where the browser separates them. */
function openChannel() {
  try {
    return new BroadcastChannel(CHANNEL);
  } catch {
    return null;
  }
}

export const session = new Session(api, store);
