import { api } from "../api.js";
import { dateTime, t } from "../i18n.js";
import { nameOf } from "../model/artists.js";
import { isInside } from "../model/geometry.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { Point } from "../model/geometry.js" */
/** @import { Canvas } from "./access.js" */

/**
 * Say who painted a pixel of the tile as it is saved, and when; null beyond its edge. Throws ApiError.
 * @param {Canvas} canvas
 * @param {Cell} cell
 * @param {Point} point
 */
export async function describeAuthor({ id, tile_size: size }, cell, [x, y]) {
  if (!isInside(size, [x, y])) return null;
  const query = { x: cell.x * size + x, y: cell.y * size + y };
  const { artist, painted_at: time } = await api.get(`/canvases/${id}/pixel`, { query });
  if (!artist || !time) return t("editor.author_none");
  return t("editor.author", { name: nameOf(artist), time: dateTime(time) });
}
