/**
 * The signed-in account. The access token is kept only in memory; the refresh token is an HttpOnly cookie.
 */

import { ApiError, api } from "./api.js";

/** @import { AccountView, SessionView } from "#api" */
/** @import { Api } from "./api.js" */

/** @typedef {Pick<SessionView, "access_token" | "expires_in" | "account">} Grant */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Marks */

/**
 * Marks a browser that is signed in. Without it, every guest's first request would be a refresh that fails.
 */
const MARK = "tessera-signed-in";

const LOCK = "tessera-refresh";
const CHANNEL = "tessera-session";

/** Requests that auth keep the refresh token in a cookie. */
const BROWSER = { headers: { "X-Tessera-Client": "browser" }, anonymous: true };

/** Milliseconds before its expiry at which a token is renewed, so that none expires during a request. */
const AHEAD = 30_000;

/** Fires `change` when `account` changes, in this tab or in another one. */
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
  #tabs = new BroadcastChannel(CHANNEL);

  /**
   * @param {Api} api
   * @param {Marks} marks storage shared with other tabs and the next visit
   */
  constructor(api, marks) {
    super();
    this.api = api;
    this.marks = marks;
    api.credentials = this;
    this.#tabs.onmessage = ({ data }) => (data === "in" ? void this.renew() : this.#forget());
    /** Resolves once the account is known. Never rejects. */
    this.ready = marks.getItem(MARK)
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

  /** @param {{username: string, email: string, password: string, display_name?: string}} who */
  async register(who) {
    this.#enter(await this.api.post("/auth/register", who, BROWSER));
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
    this.#tabs.postMessage("out");
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
    // Browsers have no locks without HTTPS. Auth then gives two tabs the same successor token for 3 s.
    this.#renewal ??= (navigator.locks ? navigator.locks.request(LOCK, exchange) : exchange()).finally(
      () => (this.#renewal = null),
    );
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
      if (error.status === 401 || error.status === 403) this.#forget();
      return false; // the server was unavailable; the cookie may still be valid
    }
  }

  /** @param {Grant} grant */
  #enter(grant) {
    this.accept(grant);
    this.#tabs.postMessage("in");
  }

  /**
   * Store a token and its account.
   * @param {Grant} grant
   */
  accept(grant) {
    this.#token = grant.access_token;
    this.#expires = Date.now() + grant.expires_in * 1000;
    this.marks.setItem(MARK, "1");
    this.#become(grant.account);
  }

  #forget() {
    this.#ended += 1;
    this.#token = null;
    this.marks.removeItem(MARK);
    this.#become(null);
  }

  /** @param {AccountView | null} account */
  #become(account) {
    const isSame = JSON.stringify(account) === JSON.stringify(this.account);
    this.account = account;
    if (!isSame) this.dispatchEvent(new Event("change"));
  }
}

export const session = new Session(api, localStorage);
