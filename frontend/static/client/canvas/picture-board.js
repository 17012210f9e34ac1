import { api } from "../api.js";
import { waitsForReview } from "../editor/access.js";
import { fromBase64, visiblePixels } from "../model/tile-pixels.js";
import { cellsUnder } from "./picture-plan.js";

/** @import { TileView } from "#api" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { Me } from "../model/permissions.js" */
/** @import { Picture } from "../model/templates.js" */
/** @import { Board, KnownTile } from "./picture-plan.js" */

/** The most that the service lists of a region at once. */
const MOST_CELLS = 1024;
const MOST_PIXELS = 4 * 1024 * 1024;

/** Tiles that are asked for one by one at the same time. */
const AT_ONCE = 8;

/**
 * Load what decides about painting a picture: the tiles below it, with their artists and the user's own
 * drafts, and how many tiles the user may claim. Throws ApiError.
 * @param {LiveCanvas} live
 * @param {NonNullable<Me>} artist
 * @param {Picture} picture
 * @param {AbortSignal} signal
 * @returns {Promise<Board>}
 */
export async function loadBoard(live, artist, picture, signal) {
  const canvas = /** @type {NonNullable<typeof live.canvas>} */ (live.canvas);
  const query = { canvas_id: canvas.id };
  const { remaining_tiles } = await api.get(`/tiles/user/${artist.id}/count`, { query, signal });
  const tiles = await loadTiles(live, picture, signal);
  if (waitsForReview({ canvas, artist })) await loadPending(tiles, artist, signal);
  return {
    canvas,
    artist,
    remainingTiles: remaining_tiles,
    tileAt: ({ x, y }) => tiles.get(y * canvas.columns + x) ?? null,
    areaHolderOf: ({ x, y }) => live.claims.areaAt(x, y)?.holder ?? null,
    isLocked: ({ id }) => {
      const lock = live.claims.lockOf(id);
      return lock?.is_locked === true && lock.holder?.id !== artist.id;
    },
  };
}

/**
 * Load the tiles below a picture, by the number of their cell.
 * @param {LiveCanvas} live
 * @param {Picture} picture
 * @param {AbortSignal} signal
 */
async function loadTiles(live, picture, signal) {
  /** @type {Map<number, KnownTile>} */
  const tiles = new Map();
  const canvas = /** @type {NonNullable<typeof live.canvas>} */ (live.canvas);
  const covered = cellsUnder(picture, canvas);
  if (!covered) return tiles;
  const most = Math.min(MOST_CELLS, MOST_PIXELS / canvas.tile_size ** 2);
  const rows = Math.max(1, Math.floor(most / covered.columns));
  const end = covered.y + covered.rows;
  for (let y = covered.y; y < end; y += rows) {
    const query = { ...covered, y, rows: Math.min(rows, end - y) };
    const { items } = await api.get(`/canvases/${canvas.id}/region`, { query, signal });
    for (const tile of /** @type {TileView[]} */ (items)) {
      const { id, version, creator } = tile;
      const pixels = fromBase64(tile.pixels ?? "");
      tiles.set(tile.y * canvas.columns + tile.x, { id, version, creator, pixels });
    }
  }
  return tiles;
}

/**
 * Put what the artist has submitted for review in place of what the canvas shows: the picture is painted over
 * that. Lists of tiles do not have it.
 * @param {Map<number, KnownTile>} tiles
 * @param {NonNullable<Me>} artist
 * @param {AbortSignal} signal
 */
async function loadPending(tiles, artist, signal) {
  const own = [...tiles].filter(([, { creator }]) => creator?.id === artist.id);
  for (let start = 0; start < own.length; start += AT_ONCE) {
    const load = async (/** @type {[number, KnownTile]} */ [cell, tile]) => {
      const view = /** @type {TileView} */ (await api.get(`/tiles/${tile.id}`, { signal }));
      tiles.set(cell, { ...tile, version: view.version, pixels: visiblePixels(view) });
    };
    await Promise.all(own.slice(start, start + AT_ONCE).map(load));
  }
}
