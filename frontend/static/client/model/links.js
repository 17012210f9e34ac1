/**
 * Links to a part of a canvas: `/canvas/7#x,y,zoom`, with templates over it: `/canvas/7#t=SLUG`, to a cell:
 * `/canvas/7?cell=3,4`, to a version of its tile: `/canvas/7?cell=3,4&version=5`, and to its editor:
 * `/canvas/7?paint=3,4`.
 */

import { address } from "../base.js";

/** @import { Cell } from "./canvas-pixels.js" */

/**
 * The canvas point at the centre of the screen, and the CSS pixels per canvas pixel. Based on the centre, so
 * that a link shows the same place on screens of any size.
 * @typedef {{x: number, y: number, zoom: number}} View
 */

/** CSS pixels per canvas pixel at which a linked tile is shown, with some of its surroundings. */
const TILE_ZOOM = 6;

/** Templates that a link may name. */
const MOST_TEMPLATES = 8;

/**
 * Parse a view; null for any other hash.
 * @param {string} hash
 * @returns {View | null}
 */
export function parseHash(hash) {
  const parts = hash.replace(/^#|&.*$/g, "").split(",");
  const [x, y, zoom] = parts.map(Number);
  if (parts.length !== 3 || parts.includes("") || ![x, y, zoom].every(Number.isFinite) || zoom <= 0)
    return null;
  return { x, y, zoom };
}

/**
 * @param {View} view
 * @returns {string} with the `#`
 */
export function formatHash({ x, y, zoom }) {
  return `#${round(x, 1)},${round(y, 1)},${round(zoom, 3)}`;
}

/**
 * Parse the slugs of the templates that a hash names.
 * @param {string} hash
 */
export function parseTemplates(hash) {
  const named = new URLSearchParams(hash.replace(/^#/, "")).getAll("t");
  return named.filter((slug) => /^[\w-]{1,64}$/.test(slug)).slice(0, MOST_TEMPLATES);
}

/**
 * @param {View | null} view
 * @param {string[]} templates slugs of the templates to show
 * @returns {string} with the `#`, or empty
 */
export function formatAddress(view, templates) {
  const parts = [
    ...(view ? [formatHash(view).slice(1)] : []),
    ...templates.slice(0, MOST_TEMPLATES).map((slug) => `t=${slug}`),
  ];
  return parts.length ? `#${parts.join("&")}` : "";
}

/** @typedef {{cell: Cell, isPainting: boolean, version: number | null}} LinkedCell */

/**
 * Parse the cell that a link names, whether it is to be painted, and which version of its tile is to be
 * shown; null where it names none.
 * @param {string} search
 * @returns {LinkedCell | null}
 */
export function parseCell(search) {
  const query = new URLSearchParams(search);
  const [, x, y] = /^(\d{1,5}),(\d{1,5})$/.exec(query.get("paint") ?? query.get("cell") ?? "") ?? [];
  if (!x || !y) return null;
  const [version] = /^[1-9]\d{0,9}$/.exec(query.get("version") ?? "") ?? [];
  const cell = { x: Number(x), y: Number(y) };
  return { cell, isPainting: query.has("paint"), version: version ? Number(version) : null };
}

/**
 * @param {Cell} cell
 * @param {{isPainting?: boolean, version?: number | null}} [options] `version` of the tile in it, else now
 * @returns {string} with the `?`
 */
export function formatCell({ x, y }, { isPainting = false, version = null } = {}) {
  return `?${isPainting ? "paint" : "cell"}=${x},${y}${version === null ? "" : `&version=${version}`}`;
}

/**
 * Return the address of a tile on its canvas; without a `size`, in pixels, that of the canvas.
 * @param {{canvas_id: number, x: number, y: number, size?: number}} tile
 */
export function tileLink({ canvas_id, x, y, size }) {
  const view = size ? formatHash({ x: (x + 0.5) * size, y: (y + 0.5) * size, zoom: TILE_ZOOM }) : "";
  return address(`/canvas/${canvas_id}${formatCell({ x, y })}${view}`);
}

/**
 * @param {number} value
 * @param {number} digits
 */
function round(value, digits) {
  return Number(value.toFixed(digits));
}
