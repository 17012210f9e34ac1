/** Regions of cells that the admin panel shows. Pure functions. */

/** @typedef {{x: number, y: number}} Cell */
/** @typedef {{x: number, y: number, columns: number, rows: number}} Region in cells */
/** @typedef {{columns: number, rows: number}} Grid */

/**
 * Return the region of all cells within `margin` of these, clipped to the canvas; null without cells.
 * @param {Cell[]} cells
 * @param {Grid} grid
 * @param {number} margin
 * @returns {Region | null}
 */
export function regionAround(cells, grid, margin) {
  if (!cells.length) return null;
  const [left, right] = clipSpan(
    cells.map(({ x }) => x),
    grid.columns,
    margin,
  );
  const [top, bottom] = clipSpan(
    cells.map(({ y }) => y),
    grid.rows,
    margin,
  );
  return { x: left, y: top, columns: right - left + 1, rows: bottom - top + 1 };
}

const LARGEST = 2048 * 2048; // pixels of 4 bytes; a region is drawn twice, side by side

/**
 * Return the region around the first cells, as many as fit into one picture.
 * @param {Cell[]} cells
 * @param {Grid & {tile_size: number}} canvas
 * @param {number} margin
 */
export function fitRegion(cells, canvas, margin) {
  for (let count = cells.length; ; count = Math.ceil(count / 2)) {
    const region = regionAround(cells.slice(0, count), canvas, margin);
    if (!region || count === 1 || region.columns * region.rows * canvas.tile_size ** 2 <= LARGEST)
      return { region, count };
  }
}

/**
 * @param {number[]} places
 * @param {number} count
 * @param {number} margin
 * @returns {[number, number]}
 */
function clipSpan(places, count, margin) {
  const [least, most] = places.reduce(
    ([a, b], place) => [Math.min(a, place), Math.max(b, place)],
    [Infinity, -Infinity],
  );
  return [Math.max(0, least - margin), Math.min(count - 1, most + margin)];
}

/**
 * Return the integer scale at which a picture comes closest to the wanted width, without blurring.
 * @param {number} width in pixels
 * @param {number} wanted in pixels
 */
export function fitScale(width, wanted) {
  return Math.max(1, Math.floor(wanted / width));
}

/**
 * Convert a palette to RGBA bytes by index; index 0 is transparent.
 * @param {string[]} palette as #rrggbb
 */
export function parsePalette(palette) {
  return [
    [0, 0, 0, 0],
    ...palette.map((colour) => [...[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)), 255]),
  ];
}

/**
 * Convert a tile's pixels to RGBA.
 * @param {string} pixels base64
 * @param {number[][]} colours by index
 */
export function decodeRgba(pixels, colours) {
  const indices = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
  const rgba = new Uint8ClampedArray(indices.length * 4);
  for (const [offset, index] of indices.entries()) rgba.set(colours[index] ?? [0, 0, 0, 0], offset * 4);
  return rgba;
}
