/**
 * What the artist holds: a tool, two colours, and how the tools paint.
 * @typedef {object} Settings
 * @property {string} tool
 * @property {number} colour of the left button, a finger, the tip of a pen and the keys
 * @property {number} second colour of the right button
 * @property {number} brush side in pixels
 * @property {boolean} perfect whether the pencil leaves corners out of lines one pixel wide
 * @property {number} density share of the pixels that the dither brush covers
 * @property {boolean} filled
 * @property {Blend} blend
 * @property {Combination} combination what a selection makes of the one before it
 * @property {boolean} contiguous whether fill and wand take only what is connected
 * @property {Symmetry} symmetry
 * @property {CursorStyle} cursor
 */

import { BLENDS, DENSITIES } from "../model/dither.js";
import { COMBINATIONS } from "../model/regions.js";
import { SYMMETRIES } from "../model/symmetry.js";

/** @import { Blend } from "../model/dither.js" */
/** @import { Combination } from "../model/regions.js" */
/** @import { Symmetry } from "../model/symmetry.js" */
/** @import { Store } from "../store.js" */

/**
 * How the pointer is shown on the drawing: as a cross, as the edge of the brush, or as what it would paint.
 */
export const CURSORS = /** @type {const} */ (["cross", "edge", "ink"]);
/** @typedef {typeof CURSORS[number]} CursorStyle */

/** @type {Settings} */
export const DEFAULTS = {
  tool: "pencil",
  colour: 1,
  second: 0,
  brush: 1,
  perfect: false,
  density: DENSITIES[1],
  filled: false,
  blend: BLENDS[0],
  combination: COMBINATIONS[0],
  contiguous: true,
  symmetry: SYMMETRIES[0],
  cursor: CURSORS[0],
};

const KEY = "tessera.editor";

/**
 * Return the settings to begin with: habits are those of the last time.
 * @param {Store} store
 * @returns {Settings}
 */
export function loadSettings(store) {
  const { perfect, cursor } = read(store);
  return {
    ...DEFAULTS,
    perfect: perfect === true,
    cursor: CURSORS.find((style) => style === cursor) ?? DEFAULTS.cursor,
  };
}

/**
 * Keep the habits among the settings in this browser.
 * @param {Store} store
 * @param {Settings} settings
 */
export function keepSettings(store, { perfect, cursor }) {
  store.set(KEY, JSON.stringify({ perfect, cursor }));
}

/** @param {Store} store */
function read(store) {
  try {
    return JSON.parse(store.get(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}
