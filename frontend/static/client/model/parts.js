/**
 * The parts of a large canvas that somebody looks at: pixels in blocks, and pictures from afar.
 *
 * Fires `block`, its number as `detail`, when the pixels of a block have come.
 */

import { Loader } from "./loader.js";
import { readSnapshot } from "./snapshot.js";

/** @import { Api } from "../api.js" */
/** @import { CanvasPixels, Cells, FeedEvent } from "./canvas-pixels.js" */

/** Requests for blocks at the same time; browsers open six connections, and a gateway bounds them, too. */
const AT_ONCE = 4;

/** Blocks that stay loaded although nobody needs them now: 16 MiB. */
const SPARE = 64;

/** Pixels of the largest canvas that is loaded as a whole: 4 MiB. */
export const WHOLE_UP_TO = 2048 * 2048;

/** Canvas pixels per side of one of the coarsest picture: 512 of them show the largest canvas. */
export const COARSEST = 16;

/**
 * @typedef {{image: ImageBitmap, seq: number, paintedAt: string | null}} Picture
 *   and the last change that it shows, with its time where that is a past one
 */

export class Parts extends EventTarget {
  /** Canvas pixels per side of one of the coarsest picture; a moment of the past may have a finer one. */
  coarsest = COARSEST;
  /**
   * When what the pictures of a moment show was last painted; null before it is known.
   * @type {string | null}
   */
  paintedAt = null;
  /**
   * Loaded blocks in order of use, the most recent last.
   * @type {Set<number>}
   */
  #loaded = new Set();
  /** @type {readonly number[]} */
  #seen = [];
  /**
   * What is needed besides what is seen, by whoever needs it.
   * @type {Map<unknown, number[]>}
   */
  #pinned = new Map();
  /**
   * Blocks under way, with the last change that was known when they were asked for.
   * @type {Map<number, number>}
   */
  #underway = new Map();
  /**
   * Changes since the oldest of them was asked for.
   * @type {FeedEvent[]}
   */
  #missed = [];
  /** @type {Loader<number>} */
  #loader;
  /**
   * The coarsest picture, until it is used.
   * @type {Promise<Picture | null> | null}
   */
  #overview;

  /**
   * @param {{api: Api, canvasId: number, pixels: CanvasPixels, seq: () => number, signal: AbortSignal,
   *   overview?: Promise<Picture | null> | null, at?: number | null}} options `seq`: the last change that was
   *   applied to `pixels`; `signal` ends it; `overview`: the coarsest picture, if it is under way already;
   *   `at`: the change after which the canvas is shown, instead of now
   */
  constructor({ api, canvasId, pixels, seq, signal, overview = null, at = null }) {
    super();
    this.at = at;
    this.api = api;
    this.canvasId = canvasId;
    this.pixels = pixels;
    this.seq = seq;
    this.signal = signal;
    this.#overview = overview;
    this.#loader = new Loader((block) => this.#load(block), AT_ONCE, signal);
  }

  /**
   * Load what is seen.
   * @param {readonly number[]} blocks the most urgent first, instead of those that were seen before
   */
  see(blocks) {
    this.#seen = blocks;
    for (const block of blocks) if (this.#loaded.delete(block)) this.#loaded.add(block);
    this.#want();
  }

  /**
   * Keep what somebody needs although it may not be seen.
   * @param {unknown} owner
   * @param {readonly Cells[]} cells instead of those that the owner needed before
   */
  pin(owner, cells) {
    const blocks = new Set(cells.flatMap((rectangle) => this.pixels.blocksIn(rectangle)));
    if (blocks.size) this.#pinned.set(owner, [...blocks]);
    else this.#pinned.delete(owner);
    this.#want();
  }

  /**
   * Note a change that has been applied: a block under way may have been read before it.
   * @param {FeedEvent} event
   */
  note(event) {
    if (this.#underway.size) this.#missed.push(event);
  }

  /**
   * Load a picture from afar, which may be some seconds old. Throws ApiError.
   * @param {Cells} cells
   * @param {number} shrink canvas pixels per side of one of the picture
   */
  async loadPicture(cells, shrink) {
    const overview = shrink === COARSEST ? this.#overview : null; // which shows all cells
    if (overview) this.#overview = null;
    const query = { ...cells, shrink, ...(this.at !== null && { at: this.at }) };
    const picture = (await overview) ?? (await loadPicture(this.api, this.canvasId, query, this.signal));
    if ((picture.paintedAt ?? "") > (this.paintedAt ?? "")) this.paintedAt = picture.paintedAt;
    return picture;
  }

  /**
   * @param {string} what of the canvas
   * @param {Record<string, number>} query
   */
  #get(what, query) {
    return this.api.bytes(`/canvases/${this.canvasId}${what}`, { query, signal: this.signal });
  }

  #want() {
    const needed = new Set([...this.#seen, ...[...this.#pinned.values()].flat()]);
    for (const block of this.#loaded) {
      if (this.#loaded.size <= needed.size + SPARE) break;
      if (needed.has(block)) continue;
      this.#loaded.delete(block);
      this.pixels.release(block);
    }
    this.#loader.want([...needed].filter((block) => !this.#loaded.has(block)));
  }

  /** @param {number} block */
  async #load(block) {
    this.#underway.set(block, this.seq());
    try {
      const cells = this.pixels.cellsOf(block);
      const { bytes } = await (this.at === null
        ? this.#get("/snapshot", cells)
        : this.#get("/past", { ...cells, at: this.at }));
      const snapshot = await readSnapshot(bytes);
      this.signal.throwIfAborted(); // unpacking does not stop at the abort
      this.pixels.take(
        block,
        snapshot,
        this.#missed.filter(({ seq }) => seq > snapshot.seq),
      );
      this.#loaded.add(block);
    } finally {
      this.#underway.delete(block);
      const oldest = Math.min(...this.#underway.values());
      this.#missed = this.#missed.filter(({ seq }) => seq > oldest);
    }
    this.dispatchEvent(new CustomEvent("block", { detail: block }));
  }
}

/**
 * Load the coarsest picture of a whole canvas whose size is not known yet; null of one that is loaded as a
 * whole itself. Throws ApiError.
 * @param {Api} api
 * @param {number} canvasId
 * @param {AbortSignal} signal
 */
export async function loadOverview(api, canvasId, signal) {
  const query = { shrink: COARSEST, pixels_above: WHOLE_UP_TO };
  const { bytes, headers } = await api.bytes(`/canvases/${canvasId}.png`, { query, signal });
  return bytes.byteLength ? readPicture(bytes, headers, signal) : null;
}

/**
 * @param {Api} api
 * @param {number} canvasId
 * @param {Cells & {shrink: number, at?: number}} query `at`: the change after which it is shown
 * @param {AbortSignal} signal
 */
async function loadPicture(api, canvasId, query, signal) {
  const path = `/canvases/${canvasId}${query.at === undefined ? "" : "/past"}.png`;
  const { bytes, headers } = await api.bytes(path, { query, signal });
  return readPicture(bytes, headers, signal);
}

/**
 * @param {ArrayBuffer} bytes
 * @param {Headers} headers
 * @param {AbortSignal} signal
 * @returns {Promise<Picture>}
 */
async function readPicture(bytes, headers, signal) {
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  signal.throwIfAborted();
  return { image, seq: Number(headers.get("X-Canvas-Seq")), paintedAt: headers.get("X-Painted-At") };
}
