/**
 * Placing pixels on a canvas in `place` mode: when it is open, the charges that the user has, and each
 * placement once, whatever happens to the connection. Fires `change`.
 */

import { ApiError, api } from "../api.js";
import { now } from "../clock.js";

/** @import { CanvasView } from "#api" */
/** @import { Placed } from "./feed.js" */
/** @import { Refused } from "./outstanding.js" */
/** @import { LiveCanvas } from "./live-canvas.js" */
/** @typedef {[x: number, y: number, colour: number]} Pixel */
/** @typedef {"open" | "frozen" | "early" | "late" | "archived"} State */

/** Milliseconds in which a placement can be taken back. */
const TAKE_BACK_MS = 10_000;

/** Names of placements are unique among all tabs of an artist: they count from a random number. */
const MAX_START = 2 ** 50;

/**
 * Return whether pixels can be placed at a moment.
 * @param {CanvasView} canvas
 * @param {number} time in milliseconds since 1970
 * @returns {State}
 */
export function stateOf({ frozen, is_archived, starts_at, ends_at }, time) {
  if (is_archived) return "archived";
  if (ends_at && time >= Date.parse(ends_at)) return "late";
  if (starts_at && time < Date.parse(starts_at)) return "early";
  return frozen ? "frozen" : "open";
}

/**
 * Return the charges at a moment, and milliseconds until the next one, 0 if none is missing.
 * @param {{cooldown_seconds: number | null, max_charges: number | null}} canvas
 * @param {number | null} fullAt in milliseconds since 1970
 * @param {number} time
 */
export function countCharges({ cooldown_seconds, max_charges }, fullAt, time) {
  const most = max_charges ?? 0;
  const cooldown = 1000 * (cooldown_seconds ?? 0);
  if (fullAt === null || fullAt <= time || !cooldown) return { charges: most, most, next: 0 };
  const missing = Math.min(most, Math.ceil((fullAt - time) / cooldown));
  return { charges: most - missing, most, next: fullAt - cooldown * (missing - 1) - time };
}

export class Placing extends EventTarget {
  /**
   * When all charges are back; null when none is missing, undefined until that is known.
   * @type {number | null | undefined}
   */
  #fullAt = undefined;
  #takeBackUntil = 0;
  #lastRef = Math.floor(Math.random() * MAX_START);

  /** @param {LiveCanvas} live */
  constructor(live) {
    super();
    this.live = live;
  }

  /** @returns {CanvasView} loaded before anything is placed */
  get #canvas() {
    return /** @type {CanvasView} */ (this.live.canvas);
  }

  get state() {
    return stateOf(this.#canvas, now());
  }

  /** The user's charges now; null while they are unknown. */
  get charges() {
    return this.#fullAt === undefined ? null : countCharges(this.#canvas, this.#fullAt, now());
  }

  /** Milliseconds for which the last placement can be taken back. */
  get takeBackLeft() {
    return Math.max(0, this.#takeBackUntil - now());
  }

  /** Load the user's charges. Throws ApiError. */
  async load() {
    this.#take(await api.get(`${this.#path}/charges`));
  }

  /** Forget the user's charges, for a guest. */
  forget() {
    this.#fullAt = undefined;
    this.#takeBackUntil = 0;
    this.#fire();
  }

  /**
   * Place pixels. Throws ApiError.
   * @param {Pixel[]} pixels
   */
  async place(pixels) {
    this.#take(await this.#send(++this.#lastRef, pixels));
    this.#takeBackUntil = now() + TAKE_BACK_MS;
    this.#fire();
  }

  /** Take the last placement back. Throws ApiError. */
  async takeBack() {
    this.#takeBackUntil = 0;
    this.#take(await api.delete(`${this.#path}/pixels/last`));
  }

  get #path() {
    return `/canvases/${this.live.id}`;
  }

  /**
   * Over the socket, else by a request under the same name: the service answers it as it answered before, if
   * the first one arrived.
   * @param {number} ref
   * @param {Pixel[]} pixels
   * @returns {Promise<Placed>}
   */
  async #send(ref, pixels) {
    try {
      return /** @type {Placed} */ (await this.live.feed?.place(ref, pixels));
    } catch (error) {
      const { code, retryAfter = null } = /** @type {Refused} */ (error);
      if (code !== "disconnected")
        throw new ApiError({ status: 409, code, retryAfter: retryAfter && Math.ceil(retryAfter) });
      return api.post(`${this.#path}/pixels`, { pixels, ref });
    }
  }

  /** @param {Placed} placed */
  #take({ full_at }) {
    this.#fullAt = full_at === null ? null : Date.parse(full_at);
    this.#fire();
  }

  #fire() {
    this.dispatchEvent(new Event("change"));
  }
}
