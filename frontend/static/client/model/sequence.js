/**
 * Orders the changes of a canvas: delivers each once, and none before its predecessor.
 *
 * Pure: `feed.js` feeds it from the socket, the list of events and snapshots.
 */

/** @import { FeedEvent } from "./canvas-pixels.js" */

export class Sequence {
  /** @type {Map<number, FeedEvent>} */
  #early = new Map();
  #isHeld = false;

  /** @param {number} seq number of the last change already applied */
  constructor(seq) {
    this.seq = seq;
    this.newest = seq;
  }

  /** Whether a change waits for a missing one. */
  get hasGap() {
    return this.newest > this.seq;
  }

  /** Deliver nothing until `restart`: a snapshot is loading. */
  hold() {
    this.#isHeld = true;
  }

  /**
   * Accept changes in any order, including repeats.
   * @param {Iterable<FeedEvent>} events
   * @returns {FeedEvent[]} the changes that are now deliverable, in order
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
   * @param {number} seq number of the last change that it contains
   * @param {number} newest number of the newest known change
   * @returns {FeedEvent[]} the changes that arrived in the meantime and follow it
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

const SESSION_ENDED = 1008;
const CANVAS_GONE = 4404;

/**
 * Decide about a closed socket: reconnect, or end for a reason.
 * @param {number} code
 * @param {string} reason as the service gives it
 * @returns {"canvas_gone" | "session_ended" | null} null to reconnect
 */
export function reasonToEnd(code, reason) {
  if (code === CANVAS_GONE) return "canvas_gone";
  // the code also stands for other breaches, such as too many messages
  return code === SESSION_ENDED && reason === "session ended" ? "session_ended" : null;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * Return the milliseconds to wait before the next attempt. Half of it is random, so that viewers do not all
 * reconnect at the same moment after a restart of the service.
 * @param {number} failures in a row
 * @param {number} chance 0 to 1
 */
export function retryDelay(failures, chance) {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + chance / 2);
}
