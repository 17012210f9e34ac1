/** A canvas as its card follows it: that it changed, and who is there. */

import { address } from "../base.js";
import { LiveSocket } from "./live-socket.js";

const RETRY = [1_000, 30_000]; // milliseconds; the first and the longest delay

/** @typedef {{id: number, username: string, tile: {x: number, y: number} | null}} Visitor */

/**
 * A guest's WebSocket to a public canvas. Fires `painted`, `change` (also after a reconnection) and `people`.
 */
export class Watch extends EventTarget {
  /** @type {Map<number, Visitor>} */
  people = new Map();
  /** @type {LiveSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #wait = RETRY[0] ?? 0;

  /** @param {number} canvasId */
  constructor(canvasId) {
    super();
    this.canvasId = canvasId;
  }

  start() {
    if (this.#socket) return;
    const url = new URL(address(`/api/v1/ws/canvas/${this.canvasId}`), location.href.replace(/^http/, "ws"));
    this.#socket = new LiveSocket(url, {
      receive: (message) => this.#receive(message),
      closed: () => {
        this.#socket = null;
        this.#timer = setTimeout(() => this.start(), this.#wait);
        this.#wait = Math.min(this.#wait * 2, RETRY[1] ?? 0);
      },
    });
  }

  stop() {
    clearTimeout(this.#timer);
    this.#socket?.drop();
    this.#socket = null;
  }

  /** @param {any} message */
  #receive(message) {
    switch (message.type) {
      case "hello":
        this.#wait = RETRY[0] ?? 0;
        this.people = new Map(message.presence.map((/** @type {Visitor} */ person) => [person.id, person]));
        this.dispatchEvent(new Event("people"));
        this.dispatchEvent(new Event("change")); // covers what happened while the socket was closed
        break;
      case "batch":
        this.dispatchEvent(new Event("painted"));
        this.dispatchEvent(new Event("change"));
        break;
      case "presence":
        for (const person of [...message.joined, ...message.moved]) this.people.set(person.id, person);
        for (const person of message.left) this.people.delete(person.id);
        this.dispatchEvent(new Event("people"));
    }
  }
}
