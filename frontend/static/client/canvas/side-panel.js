import { t } from "../i18n.js";
import { html } from "../lit.js";
import { placeOf } from "../model/places.js";
import "./areas-panel.js";
import { cellTitle } from "./cell-text.js";
import "./chat-panel.js";
import { iconButton } from "./icon-button.js";
import "./info-panel.js";
import "./members-panel.js";
import "./people-panel.js";
import "./picture-panel.js";
import "./pixel-card.js";
import "./reviews-panel.js";
import "./templates-panel.js";
import "./tile-card.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { Span } from "./renderer.js" */
/** @import { Templates } from "./templates.js" */
/** @import { PanelName } from "./tools.js" */
/** @import { ViewAddress } from "./view-address.js" */

/**
 * @typedef {object} Context
 * @property {LiveCanvas} live
 * @property {Cell | null} picked a pixel in the panel of one
 * @property {ViewAddress} address which names the version of the tile that is looked at
 * @property {() => void} moved called when it names another one
 * @property {Templates | null} templates null until the canvas is loaded
 * @property {Span | null} span
 * @property {boolean} isDrawing whether an area is being drawn
 * @property {() => void} close
 * @property {(cell: Cell) => void} visit
 * @property {() => void} openEditor
 * @property {(isDrawing: boolean) => void} setDrawing
 */

/**
 * Return the panel beside the picture.
 * @param {PanelName} panel
 * @param {Context} context
 */
export function sidePanel(panel, context) {
  const { live, picked, close, visit } = context;
  const title = picked ? titleOf(panel, live, picked) : t(`canvas.panel_${panel}`);
  return html`<aside aria-labelledby="panel"
    @keydown=${(/** @type {KeyboardEvent} */ event) => isLeaving(event) && close()}
    @visit=${(/** @type {CustomEvent<Cell>} */ { detail }) => visit(detail)}>
    <div class="title"><h2 id="panel" tabindex="-1">${title}</h2>
      ${iconButton("close", t("common.close"), close)}</div>
    ${content(panel, context)}
  </aside>`;
}

/**
 * @param {PanelName} panel
 * @param {LiveCanvas} live
 * @param {Cell} picked
 */
function titleOf(panel, live, picked) {
  if (panel === "tile") return cellTitle(live, picked);
  return panel === "pixel" ? t("canvas.pixel", placeOf(picked)) : t(`canvas.panel_${panel}`);
}

/**
 * @param {PanelName} panel
 * @param {Context} context
 */
function content(panel, { live, picked, address, templates, span, isDrawing, ...page }) {
  switch (panel) {
    case "tile":
      return html`<tile-card .live=${live} .cell=${picked} .version=${address.version?.version ?? null}
        @edit=${page.openEditor} @version=${(/** @type {CustomEvent<number | null>} */ { detail }) => {
          address.version = picked && detail !== null ? { cell: picked, version: detail } : null;
          page.moved();
        }}></tile-card>`;
    case "pixel":
      return html`<pixel-card .live=${live} .position=${picked}></pixel-card>`;
    case "info":
      return html`<canvas-info .live=${live}></canvas-info>`;
    case "people":
      return html`<canvas-people .live=${live}></canvas-people>`;
    case "chat":
      return html`<canvas-chat .live=${live}></canvas-chat>`;
    case "members":
      return html`<canvas-members .live=${live}></canvas-members>`;
    case "areas":
      return html`<canvas-areas .live=${live} .span=${span} ?drawing=${isDrawing}
        @draw=${() => page.setDrawing(!isDrawing)} @claimed=${() => page.setDrawing(false)}></canvas-areas>`;
    case "templates":
      return templates
        ? html`<canvas-templates .live=${live} .templates=${templates}></canvas-templates>`
        : "";
    case "picture":
      return templates ? html`<picture-panel .live=${live} .templates=${templates}></picture-panel>` : "";
    case "reviews":
      return html`<canvas-reviews .live=${live}></canvas-reviews>`;
  }
}

/** @param {KeyboardEvent} event */
function isLeaving(event) {
  return event.key === "Escape" && !event.defaultPrevented;
}
