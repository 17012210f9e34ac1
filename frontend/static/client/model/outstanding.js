/** Messages that wait for their `ack` or `nack`. */

/**
 * @typedef {{code: string, retryAfter?: number | undefined}} Refused why one was rejected; `retryAfter` in
 *   seconds
 */

export class Outstanding {
  /** @type {Map<number, {resolve: (ack: any) => void, reject: (refused: Refused) => void}>} */
  #waiting = new Map();

  /**
   * @param {number} ref names the message in its answer
   * @param {() => void} send
   * @returns {Promise<any>} the `ack`; rejects with {@link Refused}
   */
  ask(ref, send) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(ref, { resolve, reject });
      send();
    });
  }

  /** @param {{type: string, ref: number, code: string, retry_after?: number}} answer */
  settle(answer) {
    const { ref, code, retry_after: retryAfter } = answer;
    const asked = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    if (answer.type === "ack") asked?.resolve(answer);
    else asked?.reject({ code, retryAfter });
  }

  /** The connection is gone; whether what was sent has arrived is unknown. */
  abandon() {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject({ code: "disconnected" });
  }
}
