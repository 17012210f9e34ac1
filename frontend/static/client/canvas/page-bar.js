import { t } from "../i18n.js";
import { html } from "../lit.js";
import { statusLine } from "./status.js";
import "./tools.js";

/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { PanelName } from "./tools.js" */

/**
 * The bar above the picture: what it is, whether it is live, and what can be opened beside it.
 * @param {LiveCanvas | null} live
 * @param {{panel: PanelName | null, isPast: boolean, show: (panel: PanelName | null) => void,
 *   openPast: () => void}} page `isPast`: nothing can be opened beside the past
 */
export function pageBar(live, { panel, isPast, show, openPast }) {
  const canvas = live?.canvas;
  return html`<header class="bar">
    <h1>${canvas?.name ?? t("common.loading")}</h1>
    ${isPast ? html`<p class="status" role="status">${t("past.status")}</p>` : statusLine(live)}
    ${
      canvas && !isPast
        ? html`<canvas-tools class="tools" .live=${live} .panel=${panel} @past=${openPast}
          @panel=${(/** @type {CustomEvent<PanelName>} */ { detail }) =>
            show(detail === panel ? null : detail)}></canvas-tools>`
        : ""
    }
  </header>`;
}
