import { t } from "../i18n.js";
import { html } from "../lit.js";
import { iconButton } from "./icon-button.js";

/** @import { CanvasStage } from "./stage.js" */

/**
 * The buttons over the picture that move it.
 * @param {() => CanvasStage | null} find returns the stage once it is drawn
 */
export function zoomTools(find) {
  return html`<div class="zoom" role="group" aria-label=${t("canvas.view")}>
    ${iconButton("zoom_in", t("canvas.zoom_in"), () => find()?.camera.zoom(1))}
    ${iconButton("zoom_out", t("canvas.zoom_out"), () => find()?.camera.zoom(-1))}
    ${iconButton("fit", t("canvas.fit"), () => find()?.camera.fit())}
    ${iconButton("grid", t("canvas.grid"), () => find()?.toggleGrid(), find()?.hasGrid ?? true)}
  </div>`;
}
