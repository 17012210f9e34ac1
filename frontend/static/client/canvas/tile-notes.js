import { dateTime, t } from "../i18n.js";
import { html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import "../ui/icon.js";

/** @import { LockView, TileView } from "#api" */

/**
 * Notes on the card of a tile: who holds it, and what others do not see of it yet.
 * @param {TileView} tile
 * @param {LockView | null} lock
 */
export function tileNotes(tile, lock) {
  return html`${
    lock?.holder
      ? html`<p class="note"><ui-icon name="lock"></ui-icon><span>${t("canvas.locked_by", {
          name: nameOf(lock.holder),
        })}
        <small class="soft">${t("canvas.until", {
          time: dateTime(lock.expires_at ?? "", { timeStyle: "short" }),
        })}</small></span></p>`
      : ""
  }
      ${tile.is_public ? "" : html`<p class="note"><ui-icon name="draft"></ui-icon>${t("canvas.draft")}</p>`}
      ${
        tile.pending
          ? html`<p class="note"><ui-icon name="hourglass"></ui-icon>${t("canvas.waits_for_review")}</p>`
          : ""
      }`;
}
