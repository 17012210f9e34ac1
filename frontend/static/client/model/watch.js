/** A canvas as its card follows it: that it changed, and who is there. */

const RETRY = [1_000, 30_000]; // milliseconds; the first and the longest delay

/** @typedef {{id: number, username: string, tile: {x: number, y: number} | null}} Visitor */

/**
 * A guest's WebSocket to a public canvas. Fires `painted`, `change` (also after a reconnection) and `people`.
 */
export class Watch extends EventTarget {
  /** @type {Map<number, Visitor>} */
  people = new Map();
  /** @type {WebSocket | null} */
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
    const url = new URL(`/api/v1/ws/canvas/${this.canvasId}`, location.href.replace(/^http/, "ws"));
    const socket = (this.#socket = new WebSocket(url, "tessera.v1.json"));
    socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
    socket.onclose = () => {
      this.#socket = null;
      this.#timer = setTimeout(() => this.start(), this.#wait);
      this.#wait = Math.min(this.#wait * 2, RETRY[1] ?? 0);
    };
  }

  stop() {
    clearTimeout(this.#timer);
    if (!this.#socket) return;
    const socket = this.#socket;
    this.#socket = socket.onmessage = socket.onclose = null;
    // Browsers log an error about a socket that is closed before it was open.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
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
