const PING_MS = 20_000;

/** Milliseconds without a reply to a ping after which a connection counts as dead. */
const PONG_MS = 8000;

/** Finds out that a connection is dead, which nothing else tells. */
export class Heartbeat {
  #ping = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #pong = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {() => boolean} ping asks for a reply; returns whether there is a connection to ask
   * @param {() => void} dead called when there was none
   */
  constructor(ping, dead) {
    this.ping = ping;
    this.dead = dead;
  }

  /** Note that the connection works, and check it again later. */
  postpone() {
    this.stop();
    this.#ping = setTimeout(() => this.check(), PING_MS);
  }

  /** Check the connection now. */
  check() {
    if (!this.ping()) return;
    clearTimeout(this.#pong);
    this.#pong = setTimeout(this.dead, PONG_MS);
  }

  stop() {
    clearTimeout(this.#ping);
    clearTimeout(this.#pong);
  }
}
