/**
 * The permissions that the client offers: the rules of `services/tiles/tiles/rules.py`, which the service
 * enforces.
 */

/** @import { Mode } from "#api" */

/** @typedef {{id: number, isModerator: boolean} | null} Me null for a guest */
/** @typedef {{owner: {id: number}, collaboration_mode: Mode}} Canvas */
/** @typedef {{creator: {id: number}}} Tile */

/**
 * @param {Canvas} canvas
 * @param {Me} me
 */
export function mayManage(canvas, me) {
  return me !== null && (me.isModerator || me.id === canvas.owner.id);
}

/**
 * Return whether the user may paint in an empty cell.
 * @param {Canvas} canvas
 * @param {Me} me
 * @param {number | null} areaHolder id of the artist whose area contains the cell
 */
export function mayClaim(canvas, me, areaHolder) {
  return me !== null && (canvas.collaboration_mode !== "area-lock" || areaHolder === me.id);
}

/**
 * @param {Canvas} canvas
 * @param {Tile} tile
 * @param {Me} me
 * @param {number | null} areaHolder id of the artist whose area contains its cell
 */
export function mayEdit(canvas, tile, me, areaHolder) {
  if (me === null) return false;
  if (canvas.collaboration_mode === "free") return true;
  return me.id === (canvas.collaboration_mode === "area-lock" ? areaHolder : tile.creator.id);
}

/**
 * @param {Canvas} canvas
 * @param {Tile} tile
 * @param {Me} me
 */
export function mayDelete(canvas, tile, me) {
  return me !== null && (me.id === tile.creator.id || mayManage(canvas, me));
}

/**
 * Restoring a version requires the same as painting one.
 * @param {Canvas} canvas
 * @param {Tile} tile
 * @param {Me} me
 * @param {number | null} areaHolder
 */
export function mayRevert(canvas, tile, me, areaHolder) {
  if (mayManage(canvas, me)) return true;
  return (
    me?.id === tile.creator.id &&
    canvas.collaboration_mode !== "review" &&
    mayEdit(canvas, tile, me, areaHolder)
  );
}
