/**
 * The order of a canvas's changes: each is handed on once, and none before the one it follows.
 *
 * No input or output here: `feed.js` feeds it from the socket, from the list of events and from snapshots.
 */

/** @typedef {import("./canvas-pixels.js").FeedEvent} FeedEvent */

export class Sequence {
  /** @type {Map<number, FeedEvent>} */ #early = new Map();
  #isHeld = false;

  /** @param {number} seq number of the last change that is already shown */
  constructor(seq) {
    this.seq = seq;
    this.heard = seq;
  }

  /** Whether there is a change that was not handed on yet. */
  get hasGap() {
    return this.heard > this.seq;
  }

  /** Hand on nothing until `restart`: a snapshot is on its way. */
  hold() {
    this.#isHeld = true;
  }

  /**
   * Take in what arrived, in whatever order and however often.
   * @param {Iterable<FeedEvent>} events
   * @returns {FeedEvent[]} those whose turn it is, in order
   */
  take(events) {
    for (const event of events) {
      if (event.seq > this.seq) this.#early.set(event.seq, event);
      this.heard = Math.max(this.heard, event.seq);
    }
    return this.#due();
  }

  /**
   * Go on after a snapshot.
   * @param {number} seq number of the last change that it shows
   * @param {number} newest number of a change that is known to have happened
   * @returns {FeedEvent[]} what came meanwhile and follows it
   */
  restart(seq, newest) {
    this.seq = seq;
    this.heard = Math.max(seq, newest, ...this.#early.keys());
    this.#isHeld = false;
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    return this.#due();
  }

  #due() {
    const due = [];
    for (let next; !this.#isHeld && (next = this.#early.get(this.seq + 1)); this.seq = next.seq) {
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
