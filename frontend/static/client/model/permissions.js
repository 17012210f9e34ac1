/**
 * The permissions that the client offers: the rules of `services/tiles/tiles/rules.py`, which the service
 * enforces.
 */

/** @import { CanvasView, CanvasRole } from "#api" */

/**
 * The user, null for a guest; `isModerator` of the site, `role` on the canvas.
 * @typedef {{id: number, isModerator: boolean, role: CanvasRole | null} | null} Me
 */
/**
 * @typedef {Pick<CanvasView, "collaboration_mode" | "is_public" | "who_paints">
 *   & Partial<Pick<CanvasView, "is_archived">>} Sharing
 */
/** @typedef {Sharing & {owner: {id: number}}} Canvas */
/** @typedef {{creator: {id: number} | null}} Tile null in `place` mode */

/**
 * @param {Canvas} canvas
 * @param {Me} me
 */
export function mayManage(canvas, me) {
  return me !== null && (me.isModerator || me.id === canvas.owner.id || me.role === "moderator");
}

/**
 * Return whether the user owns a canvas or is one of its moderators, whose own work needs no review.
 * @param {Canvas} canvas
 * @param {Me} me
 */
export function mayLead(canvas, me) {
  return me !== null && (me.id === canvas.owner.id || me.role === "moderator");
}

/**
 * Return whether the user decides who moderates a canvas, and may delete it.
 * @param {Canvas} canvas
 * @param {Me} me
 */
export function mayOwn(canvas, me) {
  return me !== null && (me.isModerator || me.id === canvas.owner.id);
}

/**
 * Return whether the user is among those who paint on a canvas.
 * @param {Canvas} canvas
 * @param {Me} me
 */
export function mayContribute(canvas, me) {
  if (canvas.is_archived) return false;
  if (canvas.is_public && canvas.who_paints === "everyone") return me !== null;
  return mayManage(canvas, me) || me?.role === "painter";
}

/**
 * Return whether the user may paint in an empty cell.
 * @param {Canvas} canvas
 * @param {Me} me
 * @param {number | null} areaHolder id of the artist whose area contains the cell
 */
export function mayClaim(canvas, me, areaHolder) {
  if (me === null || canvas.collaboration_mode === "place" || !mayContribute(canvas, me)) return false;
  return canvas.collaboration_mode !== "area-lock" || areaHolder === me.id;
}

/**
 * @param {Canvas} canvas
 * @param {Tile} tile
 * @param {Me} me
 * @param {number | null} areaHolder id of the artist whose area contains its cell
 */
export function mayEdit(canvas, tile, me, areaHolder) {
  if (me === null || canvas.collaboration_mode === "place" || !mayContribute(canvas, me)) return false;
  if (canvas.collaboration_mode === "free") return true;
  return me.id === (canvas.collaboration_mode === "area-lock" ? areaHolder : tile.creator?.id);
}

/**
 * @param {Canvas} canvas
 * @param {Tile} tile
 * @param {Me} me
 */
export function mayDelete(canvas, tile, me) {
  if (me === null || canvas.collaboration_mode === "place" || isKept(canvas, me)) return false;
  return me.id === tile.creator?.id || mayManage(canvas, me);
}

/**
 * Restoring a version requires the same as painting one.
 * @param {Canvas} canvas
 * @param {Tile} tile
 * @param {Me} me
 * @param {number | null} areaHolder
 */
export function mayRevert(canvas, tile, me, areaHolder) {
  if (isKept(canvas, me)) return false;
  if (mayManage(canvas, me)) return true;
  return (
    me?.id === tile.creator?.id &&
    canvas.collaboration_mode !== "review" &&
    mayEdit(canvas, tile, me, areaHolder)
  );
}

/**
 * Return whether a canvas is archived, but for moderators, who remove what must not be shown.
 * @param {Canvas} canvas
 * @param {Me} me
 */
function isKept(canvas, me) {
  return canvas.is_archived === true && !me?.isModerator;
}
