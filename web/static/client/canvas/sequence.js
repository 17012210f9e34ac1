/**
 * The order of a canvas's changes: each is handed on once, and none before the one it follows.
 *
 * No input or output here: `feed.js` feeds it from the socket, from the list of events and from snapshots.
 */

/** @typedef {import("./pixels.js").FeedEvent} FeedEvent */

export class Sequence {
  /** @type {Map<number, FeedEvent>} */ #early = new Map();

  /** @param {number} seq number of the last change that is already shown */
  constructor(seq) {
    this.seq = seq;
  }

  /** Whether something came that cannot be shown before what is missing. */
  get hasGap() {
    return this.#early.size > 0;
  }

  /**
   * Take in what arrived, in whatever order and however often.
   * @param {Iterable<FeedEvent>} events
   * @returns {FeedEvent[]} those whose turn it is, in order
   */
  take(events) {
    for (const event of events) if (event.seq > this.seq) this.#early.set(event.seq, event);
    return this.#due();
  }

  /**
   * Go on after a snapshot that shows everything up to `seq`.
   * @param {number} seq
   * @returns {FeedEvent[]} what came meanwhile and follows it
   */
  restart(seq) {
    this.seq = seq;
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    return this.#due();
  }

  #due() {
    const due = [];
    for (let next; (next = this.#early.get(this.seq + 1)); this.seq = next.seq) {
      this.#early.delete(next.seq);
      due.push(next);
    }
    return due;
  }
}

/** What to do about a socket that closed: come back, or accept it for the reason given. */
export const CLOSED_FOR_GOOD = new Map([
  [4404, "canvas_gone"],
  [1008, "session_ended"],
]);

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * How long to wait before trying again, in milliseconds. Half of it by chance: after a restart of the service
 * its viewers do not all come back in the same moment.
 * @param {number} failures in a row
 * @param {number} chance 0 to 1
 */
export function retryDelay(failures, chance) {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + chance / 2);
}
