/** @import { Change } from "../model/pieces.js" */

/**
 * Turns painting into requests: differences, strokes within the API's limit, and sending them.
 * @typedef {{seq: number, version: number}} Painted
 * @typedef {{code?: string, detail?: string, retryAfter?: number | null}} Refusal
 */

/** Maximum pixels per stroke: `MAX_PIXELS` of the tiles service. */
export const MAX_STROKE = 4096;

/** Milliseconds between two strokes: 50 per second, below the limit of 60 per artist. */
const STROKE_INTERVAL = 20;

/**
 * Return the changes that turn one picture into the other.
 * @param {Uint8Array} before
 * @param {Uint8Array} after
 * @returns {Change[]}
 */
export function difference(before, after) {
  const changes = /** @type {Change[]} */ ([]);
  after.forEach((colour, offset) => {
    if (before[offset] !== colour) changes.push([offset, colour]);
  });
  return changes;
}

/**
 * Merge both changes of `base`; where both changed a pixel, mine wins.
 * @param {Uint8Array} base
 * @param {Uint8Array} mine
 * @param {Uint8Array} theirs
 */
export function merge(base, mine, theirs) {
  return theirs.map((colour, offset) => {
    const own = mine[offset];
    return own === base[offset] ? colour : own;
  });
}

/**
 * Sends strokes one at a time, in order; pixels painted meanwhile are merged into the next one.
 * A stroke whose outcome is unknown after a disconnection waits for `resume` and is sent again, unless `seen`
 * finds it among the received changes: no stroke is lost, and none is painted twice over others.
 */
export class StrokeSender {
  /**
   * Painted but not sent.
   * @type {Map<number, number>}
   */
  #waiting = new Map();
  /**
   * Sent without a reply yet, or to be sent again.
   * @type {Map<number, number> | null}
   */
  #stroke = null;
  #isUnderway = false;
  #isPaused = false;
  #isClosed = false;
  #notBefore = 0;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {(pixels: Change[]) => Promise<Painted>} send  rejects with `{code, retryAfter}`
   * @param {{
   *   durable: (stroke: Map<number, number>, painted: Painted) => void,
   *   refused: (stroke: Map<number, number>, refusal: Refusal) => void,
   *   changed?: () => void,
   * }} listener  `changed` is called when `isIdle` may have changed
   */
  constructor(send, listener) {
    this.send = send;
    this.listener = listener;
  }

  get isIdle() {
    return !this.#stroke && this.#waiting.size === 0;
  }

  /**
   * Return whether the pixel was painted here and is not yet durable.
   * @param {number} offset
   */
  has(offset) {
    return this.#waiting.has(offset) || (this.#stroke?.has(offset) ?? false);
  }

  /** @param {Iterable<Change>} changes */
  add(changes) {
    for (const [offset, colour] of changes) this.#waiting.set(offset, colour);
    this.#pump();
  }

  /** Pause sending until `resume`, while disconnected. */
  pause() {
    this.#isPaused = true;
  }

  resume() {
    this.#isPaused = false;
    this.#pump();
  }

  /** Stop sending. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /**
   * Handle an own stroke received from the server: if its outcome was unknown, it is durable.
   * @param {readonly Change[]} pixels
   * @param {Painted} painted
   */
  seen(pixels, painted) {
    const stroke = this.#stroke;
    if (!stroke || this.#isUnderway || stroke.size !== pixels.length) return;
    if (!pixels.every(([offset, colour]) => stroke.get(offset) === colour)) return;
    this.#stroke = null;
    this.listener.durable(stroke, painted);
    this.#pump();
  }

  #pump() {
    this.listener.changed?.();
    if (this.#isUnderway || this.#isPaused || this.#isClosed || this.isIdle) return;
    clearTimeout(this.#timer);
    const early = this.#notBefore - performance.now();
    if (early > 0) this.#timer = setTimeout(() => this.#pump(), early);
    else void this.#sendNext();
  }

  async #sendNext() {
    const stroke = (this.#stroke ??= this.#take());
    this.#isUnderway = true;
    this.#notBefore = performance.now() + STROKE_INTERVAL;
    try {
      const painted = await this.send([...stroke]);
      this.#stroke = null;
      this.listener.durable(stroke, painted);
    } catch (error) {
      this.#takeBack(stroke, /** @type {Refusal} */ (error));
    } finally {
      this.#isUnderway = false;
    }
    this.#pump();
  }

  /** Return the next stroke: the earliest pixels, up to the limit. */
  #take() {
    const stroke = new Map([...this.#waiting].slice(0, MAX_STROKE));
    for (const offset of stroke.keys()) this.#waiting.delete(offset);
    return stroke;
  }

  /**
   * @param {Map<number, number>} stroke
   * @param {Refusal} refusal
   */
  #takeBack(stroke, refusal) {
    if (refusal.retryAfter != null) {
      // Requeue a rejected stroke, below the pixels painted since.
      this.#waiting = new Map([...stroke, ...this.#waiting]);
      this.#stroke = null;
      this.#notBefore = performance.now() + refusal.retryAfter * 1000;
    } else if (isDisconnection(refusal)) {
      this.#isPaused = true;
    } else {
      this.#stroke = null;
      this.listener.refused(stroke, refusal);
    }
  }
}

/**
 * Return whether the connection failed rather than the stroke, so that its outcome is unknown.
 * @param {Refusal} refusal
 */
function isDisconnection({ code }) {
  return code === "disconnected" || code === "unreachable" || code === "deadline";
}
