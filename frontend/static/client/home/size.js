/** Rules for the sides of a canvas, as in services/tiles/canvases. */

export const TILE_SIZES = [16, 32, 64, 128];
export const [MIN_SIDE, MAX_SIDE] = [64, 8192];

/** @type {Record<string, [width: number, height: number]>} pixels; each a multiple of every tile size */
export const PRESETS = { small: [256, 256], medium: [512, 512], wide: [1024, 512], large: [1024, 1024] };

/** Tiles that one artist may claim where the owner does not say: as many as there are, on a small canvas. */
const DEFAULT_LIMIT = 10;

/**
 * @param {number} cells of the canvas
 */
export function defaultLimit(cells) {
  return Math.min(DEFAULT_LIMIT, cells);
}

/**
 * Return the name and the values of the message about an invalid limit per artist; null if it is valid.
 * @param {number} limit
 * @param {number} cells of the canvas
 * @returns {[string, Record<string, number>] | null}
 */
export function validateLimit(limit, cells) {
  return Number.isInteger(limit) && limit >= 1 && limit <= cells
    ? null
    : ["home.limit_range", { most: cells }];
}

/**
 * Return the name and the values of the message about an invalid side; null if the side is valid.
 * @param {number} side
 * @param {number} tileSize
 * @returns {[string, Record<string, number>] | null}
 */
export function validateSide(side, tileSize) {
  if (!Number.isInteger(side) || side < MIN_SIDE || side > MAX_SIDE)
    return ["home.side_range", { least: MIN_SIDE, most: MAX_SIDE }];
  if (side % tileSize) {
    const below = Math.max(MIN_SIDE, Math.floor(side / tileSize) * tileSize);
    return [
      "home.side_multiple",
      { size: tileSize, below, above: Math.min(MAX_SIDE, Math.ceil(side / tileSize) * tileSize) },
    ];
  }
  return null;
}
