/** A cell in words, for pointers and screen readers. */

import { t } from "../i18n.js";

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
    t("canvas.cell", { x, y }),
    !tile && t("canvas.is_empty"),
    details?.title,
    details && t("canvas.by_name", { name: details.creator.display_name }),
    details && t("canvas.like_count", { count: details.like_count }),
    lock?.holder && t("canvas.locked_by", { name: lock.holder.display_name }),
    area && t("canvas.area_of", { name: area.holder.display_name }),
  ]
    .filter(Boolean)
    .join(", ");
}

/**
 * Name a cell as the heading of what is known about it: by the title of its tile, where that is known.
 * @param {LiveCanvas} live
 * @param {Cell} cell
 */
export function cellTitle(live, { x, y }) {
  return live.pixels?.tileAt(x, y)?.details?.title || t("canvas.cell", { x, y });
}
