/**
 * Checks before painting whether the artist may paint a tile. The service enforces the same rules.
 * @typedef {Pick<CanvasView, "id" | "name" | "tile_size" | "palette" | "collaboration_mode" | "is_public" |
 *   "who_paints" | "max_tiles_per_user" | "owner">} Canvas  the fields that the editor uses
 * @typedef {"signed_out" | "members_only" | "not_tile_creator" | "outside_area" | "area_taken" |
 *   "tile_limit"} Obstacle
 * @typedef {{canvas: Canvas, tile: {creator: ArtistView | null} | null, artist: Me,
 *   areaHolder: ArtistView | null, remainingTiles: number}} Situation `areaHolder`: of the cell, in
 *   `area-lock` mode
 */

import { mayContribute, mayEdit, mayLead } from "../model/permissions.js";

/** @import { ArtistView, CanvasView } from "#api" */
/** @import { Me } from "../model/permissions.js" */

/**
 * Return why the artist may not paint the cell, or null. A guest may draw in an empty cell, and signs in to
 * save.
 * @param {Situation} situation
 * @returns {Obstacle | null}
 */
export function findObstacle({ canvas, tile, artist, areaHolder, remainingTiles }) {
  const isShared = canvas.collaboration_mode === "area-lock";
  if (!artist) return tile || isShared ? "signed_out" : null;
  if (!mayContribute(canvas, artist)) return "members_only";
  if (isShared && areaHolder?.id !== artist.id) return areaHolder ? "area_taken" : "outside_area";
  if (!tile) return remainingTiles > 0 ? null : "tile_limit";
  return mayEdit(canvas, tile, artist, areaHolder?.id ?? null) ? null : "not_tile_creator";
}

/**
 * Return whether a tile is locked while it is painted. In free mode, artists paint together instead.
 * @param {Canvas} canvas
 */
export function needsLock(canvas) {
  return canvas.collaboration_mode !== "free";
}

/**
 * Return whether the artist's changes have to be reviewed.
 * @param {Pick<Situation, "canvas" | "artist">} situation
 */
export function waitsForReview({ canvas, artist }) {
  return canvas.collaboration_mode === "review" && !mayLead(canvas, artist);
}

/**
 * Return whether the artist may change title, description and visibility.
 * @param {Situation} situation
 */
export function mayDescribe({ tile, artist }) {
  return !tile || tile.creator?.id === artist?.id;
}
