/** Who is signed in. The access token is held in memory only; the refresh token is a cookie that no script can read. */

import { ApiError, api } from "./api.js";

/** @import { AccountView, SessionView } from "#api" */
/** @import { Api } from "./api.js" */

/** @typedef {Pick<SessionView, "access_token" | "expires_in" | "account">} Grant */
/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Marks */

/** Whether a refresh is worth trying: without it each guest's first page would begin with a 401. */
const MARK = "tessera-signed-in";

const LOCK = "tessera-refresh";
const CHANNEL = "tessera-session";

/** Asks auth to keep the refresh token in a cookie. */
const BROWSER = { headers: { "X-Tessera-Client": "browser" }, anonymous: true };

/** A token is renewed this long before it runs out, so that no request meets its end; milliseconds. */
const AHEAD = 30_000;

/** Fires `change` whenever `account` has changed, in this tab or in another one. */
export class Session extends EventTarget {
  /** @type {AccountView | null} */
  account = null;
  /** @type {string | null} */
  #token = null;
  #expires = 0;
  /** How many sessions have ended. */
  #ended = 0;
  /** @type {Promise<boolean> | null} */
  #renewal = null;
  #tabs = new BroadcastChannel(CHANNEL);

  /**
   * @param {Api} api
   * @param {Marks} marks what other tabs and the next visit see
   */
  constructor(api, marks) {
    super();
    this.api = api;
    this.marks = marks;
    api.credentials = this;
    this.#tabs.onmessage = ({ data }) => (data === "in" ? void this.renew() : this.#forget());
    /** Settled once it is known who is signed in. Never rejects. */
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
      if (!(error instanceof ApiError && error.status === 401)) throw error; // 401: it had ended already
    }
    this.leave();
  }

  /** Forget who was signed in, here and in the other tabs; for when the account's sessions have ended. */
  leave() {
    this.#forget();
    this.#tabs.postMessage("out");
  }

  /** Read the account again after a change of it, such as a confirmed address. */
  async reload() {
    if (this.account) this.#become(await this.api.get("/auth/me"));
  }

  /** A single-use ticket for a WebSocket; null for a guest. */
  async wsTicket() {
    return this.account ? /** @type {string} */ ((await this.api.post("/auth/ws-ticket")).ticket) : null;
  }

  /** @returns {Promise<string | null>} */
  async bearer() {
    if (this.#renewal || (this.#token && Date.now() > this.#expires - AHEAD)) await this.renew();
    return this.#token;
  }

  /** Exchange the cookie for a new access token; callers share one exchange, tabs take turns. */
  renew() {
    const ended = this.#ended;
    const exchange = () => this.#exchange(ended);
    // Without HTTPS a browser has no locks. Two tabs at once then get the same successor from auth, for 3 s.
    this.#renewal ??= (navigator.locks ? navigator.locks.request(LOCK, exchange) : exchange()).finally(
      () => (this.#renewal = null),
    );
    return this.#renewal;
  }

  /** @param {number} ended how many sessions had ended when it was asked for */
  async #exchange(ended) {
    try {
      const grant = await this.api.post("/auth/refresh", undefined, BROWSER);
      if (ended !== this.#ended) return false; // logged out meanwhile
      this.accept(grant);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401 || error.status === 403) this.#forget();
      return false; // otherwise the server was away, and the cookie may hold again later
    }
  }

  /** @param {Grant} grant */
  #enter(grant) {
    this.accept(grant);
    this.#tabs.postMessage("in");
  }

  /**
   * Hold a token, and its account.
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
