import { ApiError } from "../api.js";
import { toBase64, visiblePixels } from "../model/tile-pixels.js";
import { lay } from "./picture-plan.js";

/** @import { TileView } from "#api" */
/** @import { Api } from "../api.js" */
/** @import { KnownTile, Step } from "./picture-plan.js" */

/** @typedef {{id: number, version: number, before: Uint8Array | null}} Done  null: the tile was claimed */

/** Requests under way at a time: more would not be faster, as the service limits what an artist paints. */
const AT_ONCE = 4;

/** Times that a tile is laid over again after others have painted on it meanwhile. */
const ATTEMPTS = 5;

/** Statuses of a service that is busy, or of an artist who is too fast: the request is repeated. */
const LATER = [429, 503];

/**
 * Paints a picture tile by tile: each is one revision, which its history can undo. Fires `change` with each
 * tile.
 */
export class PictureWriting extends EventTarget {
  /** Tiles painted or claimed so far that can be undone. */
  done = /** @type {Done[]} */ ([]);
  /** How many tiles were painted or claimed, without those that wait for a review. */
  painted = 0;
  /** How many tiles are settled, of how many. */
  settled = 0;
  total = 0;
  /** How many tiles wait for a review now. */
  submitted = 0;
  /** How many tiles were refused, or painted over by others before they were undone. */
  refused = 0;
  isUnderWay = false;
  #signal = new AbortController().signal;

  /**
   * @param {Api} api
   * @param {number} canvasId
   */
  constructor(api, canvasId) {
    super();
    this.api = api;
    this.canvasId = canvasId;
  }

  /**
   * Paint. Throws ApiError when a tile fails for another reason than a refusal; what was painted stays.
   * @param {readonly Step[]} steps
   * @param {boolean} erases
   * @param {AbortSignal} signal ends it between two tiles
   */
  paint(steps, erases, signal) {
    return this.#run(steps, (step) => this.#paint(step, erases), signal);
  }

  /**
   * Take back what was painted, where nobody has painted over it since. Throws ApiError.
   * @param {AbortSignal} signal ends it between two tiles
   */
  async undo(signal) {
    const done = this.done.reverse();
    this.done = [];
    await this.#run(done, (one) => this.#undo(one), signal);
  }

  /**
   * @template T
   * @param {readonly T[]} items
   * @param {(item: T) => Promise<void>} settle
   * @param {AbortSignal} signal
   */
  async #run(items, settle, signal) {
    this.#signal = signal;
    const waiting = items.values();
    [this.settled, this.total, this.painted, this.submitted, this.refused] = [0, items.length, 0, 0, 0];
    this.isUnderWay = true;
    this.#fire();
    const work = async () => {
      for (const item of waiting) {
        if (signal.aborted) return;
        await settle(item).catch((error) => {
          if (signal.aborted) return;
          if (!isRefusal(error)) throw error;
          this.refused += 1;
        });
        this.settled += 1;
        this.#fire();
      }
    };
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    } finally {
      this.isUnderWay = false;
      this.#fire();
    }
  }

  /**
   * @param {Step} step
   * @param {boolean} erases
   */
  async #paint({ cell, tile, part }, erases) {
    if (!tile) {
      const body = { canvas_id: this.canvasId, ...cell, pixels: toBase64(lay(null, part, erases)) };
      return this.#keep(await this.#repeated(() => this.api.post("/tiles", body)), null);
    }
    /** @type {Pick<KnownTile, "id" | "version" | "pixels">} */
    let current = tile;
    for (let attempt = 1; ; attempt++) {
      const { id, version, pixels } = current;
      try {
        const view = await this.#repeated(() => this.#put(id, version, lay(pixels, part, erases)));
        return this.#keep(view, pixels);
      } catch (error) {
        if (!isStale(error) || attempt === ATTEMPTS) throw error;
        const view = /** @type {TileView} */ (await this.api.get(`/tiles/${id}`));
        current = { id, version: view.version, pixels: visiblePixels(view) };
      }
    }
  }

  /**
   * @param {TileView} view
   * @param {Uint8Array | null} before
   */
  #keep({ id, version, pending }, before) {
    if (pending) this.submitted += 1;
    else this.painted += 1;
    // A change that was submitted cannot be withdrawn, but a tile that was claimed with it can be given up.
    if (!pending || !before) this.done.push({ id, version, before });
  }

  /** @param {Done} done */
  async #undo({ id, version, before }) {
    if (before) {
      await this.#repeated(() => this.#put(id, version, before));
      return;
    }
    const view = /** @type {TileView} */ (await this.api.get(`/tiles/${id}`));
    if (view.version !== version) throw new ApiError({ status: 412, code: "stale_version" });
    await this.#repeated(() => this.api.delete(`/tiles/${id}`));
  }

  /**
   * @param {number} id
   * @param {number} version that it replaces
   * @param {Uint8Array} pixels
   */
  #put(id, version, pixels) {
    const headers = { "If-Match": `"${version}"` };
    return this.api.put(`/tiles/${id}`, { pixels: toBase64(pixels) }, { headers });
  }

  /**
   * Send a request again while the service asks for time.
   * @template T
   * @param {() => Promise<T>} send
   * @returns {Promise<T>}
   */
  async #repeated(send) {
    for (;;) {
      try {
        return await send();
      } catch (error) {
        const isLater = error instanceof ApiError && LATER.includes(error.status) && error.retryAfter;
        if (!isLater) throw error;
        await pause(1000 * (error.retryAfter ?? 1), this.#signal);
      }
    }
  }

  #fire() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {unknown} error */
function isStale(error) {
  return error instanceof ApiError && error.status === 412;
}

/**
 * Return whether the service refuses this tile, rather than all of them.
 * @param {unknown} error
 */
function isRefusal(error) {
  return error instanceof ApiError && [403, 404, 409, 412].includes(error.status);
}

/**
 * Wait, or until the signal; rejects with its reason then.
 * @param {number} ms
 * @param {AbortSignal} signal
 */
function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
