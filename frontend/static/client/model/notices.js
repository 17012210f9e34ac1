/** What happened that concerns the user, live while the page is open. Fires `change`. */

import { ApiError, api } from "../api.js";
import { session } from "../session.js";

/** @import { NoticeView } from "#api" */

/** Notices that are shown. */
const SHOWN = 30;

/** Milliseconds before a stream that ended is opened again, the longer the more often that failed. */
const RETRY_MS = 2000;
const LONGEST_RETRY_MS = 60_000;

class Notices extends EventTarget {
  /**
   * Newest first.
   * @type {NoticeView[]}
   */
  items = [];
  /**
   * The account whose notices these are.
   * @type {number | null}
   */
  #owner = null;
  /** Ends with the session, and with the page. */
  #life = new AbortController();

  constructor() {
    super();
    session.addEventListener("change", () => this.#handleSession());
  }

  get unread() {
    return this.items.filter(({ is_read }) => !is_read).length;
  }

  /** Follow the notices of the account, from when it is known. */
  async start() {
    await session.ready;
    this.#handleSession();
  }

  /** Mark all that are shown as read. Throws ApiError. */
  async markRead() {
    const upTo = this.items[0]?.seq;
    if (upTo === undefined || !this.unread) return;
    await api.post("/users/notices/read", { up_to: upTo });
    this.#show(this.items.map((notice) => ({ ...notice, is_read: notice.is_read || notice.seq <= upTo })));
  }

  #handleSession() {
    const owner = session.account?.id ?? null;
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.#life.abort();
    this.#life = new AbortController();
    this.#show([]);
    if (owner !== null) void this.#follow(this.#life.signal);
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    let failures = 0;
    while (!signal.aborted) {
      await untilVisible(signal);
      const stream = whileVisible(signal);
      try {
        const { items } = await api.get("/users/notices", { query: { limit: SHOWN }, signal });
        this.#show(items);
        failures = 0;
        await this.#read(items[0]?.seq ?? 0, stream.signal);
      } catch (error) {
        if (signal.aborted) return;
        if (stream.signal.aborted) continue;
        if (error instanceof ApiError && error.status === 401) return; // the session has ended
        failures += 1;
      } finally {
        stream.abort();
      }
      await pause(Math.min(RETRY_MS * 2 ** failures, LONGEST_RETRY_MS), signal);
    }
  }

  /**
   * Read the stream until it ends.
   * @param {number} after
   * @param {AbortSignal} signal
   */
  async #read(after, signal) {
    const decoder = new TextDecoder();
    let text = "";
    await api.stream(
      "/users/notices/stream",
      (chunk) => {
        text += decoder.decode(chunk, { stream: true });
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) this.#take(event);
      },
      { query: { after }, signal },
    );
  }

  /** @param {string} event of Server-Sent Events; a comment has no data */
  #take(event) {
    const data = event
      .split("\n")
      .filter((line) => line.startsWith("data:"))
      .map((line) => line.slice(5));
    if (!data.length) return;
    /** @type {NoticeView} */
    const notice = JSON.parse(data.join("\n"));
    this.#show([notice, ...this.items.filter(({ id }) => id !== notice.id)].slice(0, SHOWN));
  }

  /** @param {NoticeView[]} items */
  #show(items) {
    this.items = items;
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * A tab that nobody looks at needs no stream: over HTTP/1.1 a browser has six connections to a host in all.
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function untilVisible(signal) {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => document.hidden || resolve();
    document.addEventListener("visibilitychange", look, { signal });
    signal.addEventListener("abort", () => resolve());
  });
}

/**
 * Make what ends when the page is hidden, or with the signal.
 * @param {AbortSignal} signal
 */
function whileVisible(signal) {
  const shown = new AbortController();
  const look = () => document.hidden && shown.abort();
  document.addEventListener("visibilitychange", look, { signal: shown.signal });
  signal.addEventListener("abort", () => shown.abort(), { signal: shown.signal });
  return shown;
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

export const notices = new Notices();
