import { fromBase64, isSame, toBase64 } from "../model/tile-pixels.js";

/** @import { Drafts } from "./draft.js" */
/** @import { Work } from "./work.js" */

/** Milliseconds from the last change to the draft. */
const DELAY = 600;

/** Keeps a draft of what is not saved in this browser, and goes on with the one that was kept before. */
export class DraftKeeper {
  /** Whether the browser had room for the last draft. */
  hasRoom = true;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {Drafts} drafts
   * @param {Work} work
   * @param {() => void} kept called when `hasRoom` may have changed
   */
  constructor(drafts, work, kept) {
    this.drafts = drafts;
    this.work = work;
    this.kept = kept;
  }

  /** Keep a draft soon. */
  plan() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.keep(), DELAY);
  }

  /** Keep a draft now, if there is something to keep. */
  keep() {
    clearTimeout(this.#timer);
    const { work } = this;
    if (work.status !== "ready" || work.live || !work.mayPaint) return;
    if (!work.isUnsaved) return this.drop();
    this.hasRoom = this.drafts.save(work.canvas.id, work.cell, {
      pixels: toBase64(work.painting.pixels),
      base: toBase64(work.base),
      version: work.tile?.version ?? null,
      ...work.edited,
      savedAt: Date.now(),
    });
    this.kept();
  }

  drop() {
    clearTimeout(this.#timer);
    this.drafts.discard(this.work.canvas.id, this.work.cell);
  }

  /**
   * Go on with the draft of the cell where the artist may paint and no other artist paints.
   * @returns {{savedAt: number, pixels: Uint8Array, isResumed: boolean} | null} null where there is nothing
   *   to go on with
   */
  restore() {
    const { work } = this;
    const draft = this.drafts.load(work.canvas.id, work.cell);
    if (!draft || work.status !== "ready") return null;
    const pixels = fromBase64(draft.pixels);
    if (!this.#fits(pixels) || (isSame(pixels, work.base) && work.hasDetails(draft))) {
      this.drop();
      return null;
    }
    const isResumed = work.mayPaint && !work.live;
    if (isResumed) work.resume(draft, fromBase64(draft.base), pixels);
    return { savedAt: draft.savedAt, pixels, isResumed };
  }

  /** @param {Uint8Array} pixels */
  #fits(pixels) {
    return pixels.length === this.work.base.length && Math.max(...pixels) <= this.work.canvas.palette.length;
  }
}
