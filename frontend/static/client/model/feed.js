/**
 * The live feed of a canvas: one WebSocket at a time, reopened whenever it breaks.
 *
 * Fires CustomEvents, each with its `detail`:
 *   change       a FeedEvent; each change of the canvas once and in order, across reconnections
 *   resync, presence, status   none: a new snapshot replaces missed changes; `people` or `status` changed
 *   chat, film   what was written or removed beside the canvas, or how far a film is, as it was received
 *   cursors      where artists point now, as it was received
 */

import { ApiError } from "../api.js";
import { Heartbeat } from "./heartbeat.js";
import { addressOf, LiveSocket, offerLess } from "./live-socket.js";
import { Outstanding } from "./outstanding.js";
import { reasonToEnd, retryDelay, Sequence } from "./sequence.js";

/** @import { Api } from "../api.js" */
/** @import { Cell, FeedEvent } from "./canvas-pixels.js" */
/** @import { Refused } from "./outstanding.js" */

/** @typedef {{id: number, username: string, tile: Cell | null, editing: boolean}} Person */
/** @typedef {{tile: Cell | null, editing: boolean}} Whereabouts */
/** @typedef {{seq: number, version: number}} Durable outcome of a stroke */
/** @typedef {{charges: number, max_charges: number, full_at: string | null}} Placed outcome of a placement */
/** @typedef {"connecting" | "live" | "reconnecting" | "closed"} Status */

/** Milliseconds between two positions that are sent; the service accepts 20 per second. */
const PRESENCE_MS = 100;

export class LiveFeed extends EventTarget {
  /** @type {Status} */
  status = "connecting";
  /**
   * Why the feed ended: canvas_gone or session_ended.
   * @type {string | null}
   */
  reason = null;
  /**
   * The other viewers by id.
   * @type {Map<number, Person>}
   */
  people = new Map();

  /** @type {LiveSocket | null} */
  #socket = null;
  #outstanding = new Outstanding();
  #strokesSent = 0;
  #failures = 0;
  #attempt = 0;
  /** Whether only a new snapshot can show what the canvas looks like. */
  #isStale = false;
  #isCatchingUp = false;
  #me = 0;
  /** The canvas's last change when the socket opened. */
  #newest = 0;
  /** @type {Whereabouts} */
  #whereabouts = { tile: null, editing: false };
  /** @type {Record<"retry" | "presence", ReturnType<typeof setTimeout> | undefined>} */
  #timers = { retry: undefined, presence: undefined };
  #heartbeat = new Heartbeat(
    () => this.#ping(),
    () => this.#handleClose(1006, "", true),
  );
  /** Aborted by `stop`. */
  #life = new AbortController();

  /**
   * @param {{api: Api, wsTicket: () => Promise<string | null>, canvasId: number, seq: number,
   *   reload: () => Promise<number>}} options `seq`: the last change already shown; `reload` shows a new
   *   snapshot and returns the number that it ends with
   */
  constructor({ api, wsTicket, canvasId, seq, reload }) {
    super();
    this.api = api;
    this.wsTicket = wsTicket;
    this.canvasId = canvasId;
    this.reload = reload;
    this.sequence = new Sequence(seq);
  }

  /** Number of the last delivered change. */
  get seq() {
    return this.sequence.seq;
  }

  start() {
    const { signal } = this.#life;
    addEventListener("online", () => this.status === "reconnecting" && this.restart(), { signal });
    addEventListener("offline", () => this.#heartbeat.check(), { signal });
    // after sleep, check the socket now rather than half a minute later
    document.addEventListener("visibilitychange", () => document.hidden || this.#heartbeat.check(), {
      signal,
    });
    void this.#connect();
  }

  /** Stop delivering changes. */
  stop() {
    this.#life.abort();
    this.#drop();
  }

  /** Reconnect immediately, as another account or because the network is back. */
  restart() {
    if (this.#life.signal.aborted) return;
    this.#drop();
    this.#failures = 0;
    this.reason = null;
    this.#setStatus("reconnecting");
    void this.#connect();
  }

  /**
   * Paint pixels of a tile.
   * @param {number} tileId
   * @param {[offset: number, colour: number][]} pixels
   * @returns {Promise<Durable>} rejects with {@link Refused}; after `disconnected` the outcome is unknown
   */
  paint(tileId, pixels) {
    const ref = ++this.#strokesSent;
    return this.#ask(ref, (socket) => socket.paint(ref, tileId, pixels));
  }

  /**
   * Place pixels on a canvas in `place` mode.
   * @param {number} ref names the placement; a repeated one is answered as the first was
   * @param {[x: number, y: number, colour: number][]} pixels
   * @returns {Promise<Placed>} rejects with {@link Refused}; after `disconnected` the outcome is unknown
   */
  place(ref, pixels) {
    return this.#ask(ref, (socket) => socket.send({ type: "place", ref, pixels }));
  }

  /**
   * @param {number} ref
   * @param {(socket: LiveSocket) => void} send
   */
  async #ask(ref, send) {
    const socket = this.#socket;
    if (this.status !== "live" || !socket) throw /** @type {Refused} */ ({ code: "disconnected" });
    return this.#outstanding.ask(ref, () => send(socket));
  }

  /**
   * Send the user's position to the other viewers.
   * @param {Cell | null} tile
   * @param {boolean} editing
   */
  present(tile, editing) {
    this.#whereabouts = { tile, editing };
    this.#timers.presence ??= setTimeout(() => {
      this.#timers.presence = undefined;
      this.tell({ type: "presence", ...this.#whereabouts });
    }, PRESENCE_MS);
  }

  /** @param {object} message that has no answer and is not worth repeating; guests have none */
  tell(message) {
    if (this.status === "live" && this.#me) this.#send(message);
  }

  async #connect() {
    const attempt = ++this.#attempt;
    const url = addressOf(this.canvasId, this.seq);
    try {
      const ticket = await this.wsTicket();
      if (ticket) url.searchParams.set("ticket", ticket);
    } catch (error) {
      if (attempt !== this.#attempt) return;
      // Guests have no ticket; while auth is unavailable, the session may still be valid.
      if (!(error instanceof ApiError && error.status === 401)) return this.#retry();
    }
    if (attempt !== this.#attempt) return;
    this.#socket = new LiveSocket(url, {
      receive: (message) => this.#receive(message),
      closed: ({ code, reason, wasOpen }) => this.#handleClose(code, reason, wasOpen),
    });
  }

  /**
   * @param {number} code
   * @param {string} text
   * @param {boolean} wasOpen
   */
  async #handleClose(code, text, wasOpen) {
    this.#drop();
    const attempt = this.#attempt;
    // Browsers do not expose why a socket was refused; a request for a missing canvas fails as well.
    const isGone = !wasOpen && (await this.#isGone());
    if (attempt !== this.#attempt) return;
    const reason = isGone ? "canvas_gone" : reasonToEnd(code, text);
    if (!reason) return this.#retry();
    this.reason = reason;
    this.#setStatus("closed");
  }

  async #isGone() {
    try {
      await this.api.get(`/canvases/${this.canvasId}`, { signal: this.#life.signal });
      offerLess();
      return false;
    } catch (error) {
      return error instanceof ApiError && error.status === 404;
    }
  }

  #retry() {
    this.#setStatus("reconnecting");
    this.#timers.retry = setTimeout(() => this.#connect(), retryDelay(this.#failures++, Math.random()));
  }

  /** Drop the socket without waiting for its closing handshake. */
  #drop() {
    this.#attempt++;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#heartbeat.stop();
    this.#timers.presence = undefined;
    this.#socket?.drop();
    this.#socket = null;
    this.#outstanding.abandon();
    this.people.clear();
    this.#fire("presence");
  }

  /** @param {any} message */
  #receive(message) {
    this.#heartbeat.postpone();
    switch (message.type) {
      case "hello":
        return this.#handleHello(message);
      case "batch":
        return this.#handleBatch(message.events);
      case "resync":
        return this.refresh();
      case "presence":
        for (const { id } of message.left) this.people.delete(id);
        for (const person of [...message.joined, ...message.moved]) this.#addPerson(person);
        return this.#fire("presence");
      case "chat":
      case "chat.removed":
        return this.dispatchEvent(new CustomEvent("chat", { detail: message }));
      case "cursors":
        return this.dispatchEvent(new CustomEvent("cursors", { detail: message.cursors }));
      case "film":
        return this.dispatchEvent(new CustomEvent("film", { detail: message }));
      case "ack":
      case "nack":
        return this.#outstanding.settle(message);
    }
  }

  /** Request a new snapshot, for state that no change contains. */
  refresh() {
    this.#isStale = true;
    this.sequence.hold();
    void this.#catchUpSoon();
  }

  /** @param {{seq: number, you: {id: number} | null, presence: Person[]}} hello */
  #handleHello({ seq, you, presence }) {
    this.#newest = seq;
    if (this.#isStale) void this.#catchUpSoon();
    else this.#failures = 0;
    this.#me = you?.id ?? 0;
    for (const person of presence) this.#addPerson(person);
    this.#setStatus("live");
    this.#fire("presence");
    this.tell({ type: "presence", ...this.#whereabouts });
  }

  /** @param {Person} person */
  #addPerson(person) {
    if (person.id !== this.#me) this.people.set(person.id, person);
  }

  /** @param {FeedEvent[]} events */
  #handleBatch(events) {
    this.#publish(this.sequence.take(events));
    if (this.#isStale || this.sequence.hasGap) void this.#catchUpSoon();
  }

  /** @param {FeedEvent[]} events */
  #publish(events) {
    for (const event of events) this.dispatchEvent(new CustomEvent("change", { detail: event }));
  }

  /** Load the missing changes, or a snapshot. What arrives in the meantime waits in the sequence. */
  async #catchUpSoon() {
    if (this.#isCatchingUp) return;
    this.#isCatchingUp = true;
    try {
      while (this.#isStale || this.sequence.hasGap)
        await (this.#isStale ? this.#loadSnapshot() : this.#loadMissing());
    } catch {
      if (this.#life.signal.aborted) return;
      this.#drop();
      this.#retry(); // after a reconnection the service fills the gap itself
    } finally {
      this.#isCatchingUp = false;
    }
  }

  async #loadMissing() {
    try {
      const query = { after: this.seq, limit: 500 };
      const { items } = await this.api.get(`/canvases/${this.canvasId}/events`, {
        query,
        signal: this.#life.signal,
      });
      if (!items.length) throw new RangeError("an announced change is not in the list");
      this.#publish(this.sequence.take(items));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 410)) throw error;
      this.#isStale = true;
      this.sequence.hold();
    }
  }

  /** Load a new snapshot in place of changes that are no longer available. */
  async #loadSnapshot() {
    const followed = this.sequence.restart(await this.reload(), this.#newest);
    this.#isStale = false;
    this.#fire("resync");
    this.#publish(followed);
  }

  #ping() {
    const isOpen = this.#socket?.isOpen ?? false;
    if (isOpen) this.#send({ type: "ping" });
    return isOpen;
  }

  /** @param {object} message */
  #send(message) {
    this.#socket?.send(message);
  }

  /** @param {Status} status */
  #setStatus(status) {
    if (status === this.status) return;
    this.status = status;
    this.#fire("status");
  }

  /** @param {string} type */
  #fire(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}
