import { address } from "../base.js";
import { t } from "../i18n.js";
import { formatCell, formatHash } from "../model/links.js";
import { toast } from "../ui/toast.js";
import { closeUp } from "./viewport.js";

/** @import { CanvasView } from "#api" */
/** @import { Cell } from "../model/canvas-pixels.js" */

/** @param {string} link */
export async function copyLink(link) {
  try {
    await navigator.clipboard.writeText(link);
    toast(t("canvas.link_copied"), { kind: "success" });
  } catch {
    toast(link); // pages without TLS have no access to the clipboard: show the link for copying
  }
}

/**
 * Copy a link to the tile in a cell, shown as large as it fits here.
 * @param {CanvasView} canvas
 * @param {Cell} cell
 * @param {number | null} version of the tile; null: as it is
 */
export function copyTileLink({ id, columns, rows, tile_size: tileSize }, cell, version) {
  const view = closeUp({ columns, rows, tileSize }, cell, { width: innerWidth, height: innerHeight });
  const path = address(`/canvas/${id}${formatCell(cell, { version })}${formatHash(view)}`);
  return copyLink(new URL(path, location.href).href);
}
