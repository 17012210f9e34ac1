/** The chat beside a canvas, which is live while the feed is. Fires `change`. */

import { api } from "../api.js";
import { session } from "../session.js";
import { ignored } from "./ignored.js";

/** @import { MessageView } from "#api" */
/** @import { LiveFeed } from "./feed.js" */

const PAGE = 50;

/** Messages kept while only new ones arrive; older ones can be loaded again. */
const KEPT = 500;

export class Chat extends EventTarget {
  /**
   * What is shown, oldest first.
   * @type {MessageView[]}
   */
  messages = [];
  hasOlder = false;
  /** Messages of others since the chat was last read. */
  unread = 0;
  #isRead = false;
  #isLoaded = false;
  /** Ids of removed messages, which a page that is on its way may still have. */
  #removed = new Set();

  /** @param {number} canvasId */
  constructor(canvasId) {
    super();
    this.canvasId = canvasId;
  }

  /**
   * Take messages from a feed, and after each of its reconnections those that were missed.
   * @param {LiveFeed} feed
   */
  follow(feed) {
    feed.addEventListener("chat", (event) => this.#receive(/** @type {CustomEvent} */ (event).detail));
    feed.addEventListener("status", () => {
      if (feed.status === "live" && this.#isLoaded) void this.load().catch(() => {}); // the next one may work
    });
  }

  /** Count messages as read from now on, or as unread. */
  set isRead(/** @type {boolean} */ isRead) {
    this.#isRead = isRead;
    this.unread = 0;
    this.#fire();
  }

  /** Load the newest messages. Throws ApiError. */
  async load() {
    const known = new Set(this.messages.map(({ id }) => id));
    const { items, has_older: hasOlder } = await this.#get({});
    const oldest = items[0]?.id ?? 0;
    const newest = items.at(-1)?.id ?? 0;
    const isJoined = !hasOlder || this.messages.some(({ id }) => id >= oldest && id <= newest);
    const before = isJoined ? this.messages.filter(({ id }) => id < oldest) : [];
    const arrived = this.messages.filter(({ id }) => id > newest && !known.has(id));
    if (!before.length) this.hasOlder = hasOlder;
    this.#isLoaded = true;
    this.#show([...before, ...items, ...arrived]);
  }

  /** Load the messages before those shown. Throws ApiError. */
  async loadOlder() {
    const oldest = this.messages[0]?.id;
    if (oldest === undefined) return this.load();
    const { items, has_older: hasOlder } = await this.#get({ before: oldest });
    this.hasOlder = hasOlder;
    this.#show([...items, ...this.messages]);
  }

  /**
   * Write a message. Throws ApiError.
   * @param {string} text
   */
  async write(text) {
    this.#add([await api.post(this.#path, { text })]);
  }

  /**
   * Remove a message. Throws ApiError.
   * @param {number} id
   */
  async remove(id) {
    await api.delete(`${this.#path}/${id}`);
    this.#drop([id]);
  }

  /**
   * Keep an artist from writing here. Throws ApiError.
   * @param {number} artistId
   * @param {string | null} until for good if that is null
   */
  async mute(artistId, until) {
    await api.put(`/canvases/${this.canvasId}/mutes/${artistId}`, { until });
  }

  get #path() {
    return `/canvases/${this.canvasId}/messages`;
  }

  /**
   * @param {{before?: number}} query
   * @returns {Promise<{items: MessageView[], has_older: boolean}>}
   */
  #get(query) {
    return api.get(this.#path, { query: { ...query, limit: PAGE } });
  }

  /** @param {{type: "chat", messages: MessageView[]} | {type: "chat.removed", ids: number[]}} message */
  #receive(message) {
    if (message.type === "chat.removed") return this.#drop(message.ids);
    if (!this.#isRead) {
      this.unread += message.messages.filter(
        ({ author }) => author.id !== session.account?.id && !ignored.has(author.id),
      ).length;
    }
    this.#add(message.messages);
  }

  /** @param {MessageView[]} messages */
  #add(messages) {
    const known = new Set(this.messages.map(({ id }) => id));
    const all = [...this.messages, ...messages.filter(({ id }) => !known.has(id))];
    if (all.length > KEPT) this.hasOlder = true;
    this.#show(all.slice(-KEPT));
  }

  /** @param {number[]} ids */
  #drop(ids) {
    for (const id of ids) this.#removed.add(id);
    this.#show(this.messages);
  }

  /** @param {MessageView[]} messages */
  #show(messages) {
    this.messages = messages.filter(({ id }) => !this.#removed.has(id)).sort((a, b) => a.id - b.id);
    this.#fire();
  }

  #fire() {
    this.dispatchEvent(new Event("change"));
  }
}
