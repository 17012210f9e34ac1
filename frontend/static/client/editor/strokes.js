/** @import { Change } from "./clipboard.js" */

/**
 * From what was painted to what is sent: differences, chunks of the size that the API takes, and sending
 * them.
 * @typedef {{seq: number, version: number}} Painted
 * @typedef {{code?: string, detail?: string, retryAfter?: number | null}} Refusal
 */

/** Pixels of one stroke at most: `MAX_PIXELS` of the tiles service. */
export const MAX_STROKE = 4096;

/** Milliseconds between two strokes: 50 per second stay below the 60 that the service allows per artist. */
export const STROKE_INTERVAL = 20;

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
 * Apply both artists' changes to `base`; where both changed a pixel, mine wins.
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
 * Sends strokes one at a time, in order; what is painted while one is under way is merged into the next.
 *
 * A stroke whose fate is unknown because the connection broke waits for `resume` and goes out again as it is,
 * unless `seen` finds it among what arrived: so nothing is lost, and nothing is painted twice over others.
 */
export class StrokeSender {
  /**
   * Painted and not sent.
   * @type {Map<number, number>}
   */
  #waiting = new Map();
  /**
   * Sent and not answered, or to be sent again.
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
   * Whether the pixel was painted here and is not durable yet.
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

  /** Send nothing until `resume`: there is no connection. */
  pause() {
    this.#isPaused = true;
  }

  resume() {
    this.#isPaused = false;
    this.#pump();
  }

  /** Send nothing more. */
  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /**
   * Handle a stroke of this artist that the feed delivers: if it is the one whose fate is unknown, it is durable.
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

  /** Take the next stroke: what was painted first, as much of it as one stroke holds. */
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
      // It was not painted: what was painted over it in the meantime need not be sent twice.
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
 * Whether the connection failed rather than the stroke, so that its fate is unknown.
 * @param {Refusal} refusal
 */
export function isDisconnection({ code }) {
  return code === "disconnected" || code === "unreachable" || code === "deadline";
}
