/**
 * The order of a canvas's changes: each is returned once, and none before the one it follows.
 *
 * No input or output here: `feed.js` adds what comes from the socket, the list of events and snapshots.
 */

/** @import { FeedEvent } from "./canvas-pixels.js" */

export class Sequence {
  /** @type {Map<number, FeedEvent>} */
  #early = new Map();
  #isHeld = false;

  /** @param {number} seq number of the last change that is already shown */
  constructor(seq) {
    this.seq = seq;
    this.newest = seq;
  }

  /** Whether a known change was not returned yet. */
  get hasGap() {
    return this.newest > this.seq;
  }

  /** Return nothing until `restart`: a snapshot is being loaded. */
  hold() {
    this.#isHeld = true;
  }

  /**
   * Add events, in any order and any number of times.
   * @param {Iterable<FeedEvent>} events
   * @returns {FeedEvent[]} those that follow without a gap, in order
   */
  take(events) {
    for (const event of events) {
      if (event.seq > this.seq) this.#early.set(event.seq, event);
      this.newest = Math.max(this.newest, event.seq);
    }
    return this.#takeDue();
  }

  /**
   * Continue after a snapshot.
   * @param {number} seq number of the last change that it shows
   * @param {number} newest number of the newest known change
   * @returns {FeedEvent[]} the events that arrived in the meantime and follow it
   */
  restart(seq, newest) {
    this.seq = seq;
    this.newest = Math.max(seq, newest, ...this.#early.keys());
    this.#isHeld = false;
    for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
    return this.#takeDue();
  }

  #takeDue() {
    const due = [];
    for (let next; !this.#isHeld && (next = this.#early.get(this.seq + 1)); this.seq = next.seq) {
      this.#early.delete(next.seq);
      due.push(next);
    }
    return due;
  }
}

/** Close codes after which the feed does not reconnect, and why. */
export const CLOSED_FOR_GOOD = new Map([
  [4404, "canvas_gone"],
  [1008, "session_ended"],
]);

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * Return the milliseconds to wait before the next attempt. Half of it is random, so that the viewers of a
 * service that restarted do not all reconnect at the same moment.
 * @param {number} failures in a row
 * @param {number} chance 0 to 1
 */
export function retryDelay(failures, chance) {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + chance / 2);
}
