/**
 * A tile while an artist edits it: what the server has, and what was painted and written on top of it.
 *
 * Fires `change` when any of it changed.
 */

import { isSame, visiblePixels } from "../model/tile-pixels.js";
import { Painting } from "./painting.js";
import { difference } from "./strokes.js";

/** @import { TileView } from "#api" */
/** @import { Canvas } from "./access.js" */
/** @import { Details } from "./tile-requests.js" */

export class WorkingCopy extends EventTarget {
  /** @type {TileView | null} */
  tile = null;
  /**
   * What was painted over: the picture that the server has, as far as is known here.
   * @type {Uint8Array}
   */
  base;
  /** @type {Painting} */
  painting;
  /**
   * Title, description and visibility as they are edited.
   * @type {Details}
   */
  edited;

  /**
   * @param {Canvas} canvas
   * @param {{x: number, y: number}} cell
   */
  constructor(canvas, cell) {
    super();
    this.canvas = canvas;
    this.cell = cell;
    this.base = new Uint8Array(canvas.tile_size ** 2);
    this.painting = new Painting(canvas.tile_size, this.base);
    this.edited = this.details;
  }

  /**
   * Details as they are stored.
   * @returns {Details}
   */
  get details() {
    const { tile } = this;
    return {
      title: tile?.title ?? "",
      description: tile?.description ?? "",
      isPublic: tile?.is_public ?? true,
    };
  }

  get hasUnsavedPixels() {
    return !isSame(this.painting.pixels, this.base);
  }

  get hasUnsavedDetails() {
    return !this.hasDetails(this.edited);
  }

  /**
   * Return whether these details are the stored ones.
   * @param {Details} details
   */
  hasDetails({ title, description, isPublic }) {
    const { details } = this;
    return title === details.title && description === details.description && isPublic === details.isPublic;
  }

  /**
   * Take a tile as the server has it, and keep what was painted on top.
   * @param {TileView | null} tile
   */
  adopt(tile) {
    const before = this.base;
    this.tile = tile;
    this.base = tile ? visiblePixels(tile) : new Uint8Array(before.length);
    const { pixels } = this.painting;
    this.painting.receive(
      difference(before, this.base).filter(([offset]) => pixels[offset] === before[offset]),
    );
  }

  /**
   * Go on from another artist's version, with this picture.
   * @param {TileView} theirs
   * @param {Uint8Array} pixels
   */
  accept(theirs, pixels) {
    this.tile = theirs;
    this.base = visiblePixels(theirs);
    this.edited = this.details;
    this.#replace(pixels);
    this.changed();
  }

  /**
   * Go on with a draft: if the tile has changed since, saving it leads to a Conflict.
   * @param {Details & {version: number | null}} draft `version` of the tile that it was painted over
   * @param {Uint8Array} base that tile's pixels
   * @param {Uint8Array} pixels
   */
  resume({ version, title, description, isPublic }, base, pixels) {
    if (this.tile && version !== this.tile.version) {
      this.base = base;
      this.tile = { ...this.tile, version: version ?? 0 };
    }
    this.edited = { title, description, isPublic };
    this.#replace(pixels);
    this.changed();
  }

  /**
   * Show the picture as it is now after some work, too.
   * @param {() => Promise<void>} work that may show what the server has
   */
  async keepPicture(work) {
    const mine = this.painting.pixels.slice();
    await work();
    this.painting.receive(difference(this.painting.pixels, mine));
    this.changed();
  }

  /** Show what is saved. */
  revert() {
    this.#replace(this.base);
    this.edited = this.details;
    this.changed();
  }

  /** Fire `change`. */
  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {Uint8Array} pixels */
  #replace(pixels) {
    this.painting.begin("editor.step_restore");
    this.painting.paint(pixels.entries());
    this.painting.commit();
  }
}
