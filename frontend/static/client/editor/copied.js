/** @import { Point } from "../model/geometry.js" */
/** @import { Piece } from "../model/pieces.js" */

/** What was copied last, which can be pasted into another tile, and from where. */
class Copied {
  /** @type {{piece: Piece, at: Point} | null} */
  last = null;
  /** Whether nothing can have been copied elsewhere since. */
  isNewest = false;

  constructor() {
    // The artist turns to another window, where something may be copied.
    globalThis.addEventListener?.("blur", () => (this.isNewest = false));
  }

  /** @param {{piece: Piece, at: Point}} copy */
  put(copy) {
    this.last = copy;
    this.isNewest = true;
  }
}

export const copied = new Copied();
