/** A cell in words, for pointers and screen readers. */

import { t } from "../i18n.js";
import { nameOf } from "../model/artists.js";
import { placeOf } from "../model/places.js";
import { nameColour } from "../ui/colour-name.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */

/**
 * @param {LiveCanvas} live
 * @param {Cell} cell
 */
export function cellText(live, cell) {
  const { x, y } = cell;
  const tile = live.pixels?.tileAt(x, y);
  const area = live.claims.areaAt(x, y);
  const lock = tile && live.claims.lockOf(tile.id);
  const details = tile?.details;
  return [
    t("canvas.cell", placeOf(cell)),
    !tile && t("canvas.is_empty"),
    details?.title,
    details?.creator && t("canvas.by_name", { name: nameOf(details.creator) }),
    details && t("canvas.like_count", { count: details.like_count }),
    lock?.holder && t("canvas.locked_by", { name: nameOf(lock.holder) }),
    area && t("canvas.area_of", { name: nameOf(area.holder) }),
  ]
    .filter(Boolean)
    .join(", ");
}

/**
 * @param {LiveCanvas} live
 * @param {Cell} pixel
 */
export function pixelText(live, { x, y }) {
  const { pixels, canvas } = live;
  const index = pixels?.colourAt(x, y) ?? null;
  const colour = index !== null && canvas && nameColour(canvas.palette, index);
  return [t("canvas.pixel", placeOf({ x, y })), colour].filter(Boolean).join(", ");
}

/**
 * Name a cell as the heading of what is known about it: by the title of its tile, where that is known.
 * @param {LiveCanvas} live
 * @param {Cell} cell
 */
export function cellTitle(live, cell) {
  return live.pixels?.tileAt(cell.x, cell.y)?.details?.title || t("canvas.cell", placeOf(cell));
}
