import { api } from "../api.js";
import { address } from "../base.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, controls, typography } from "../ui/styles.js";
import "../ui/canvas-preview.js";

/** @import { CanvasView } from "#api" */

/** The fullest of this many recently painted canvases is shown, so that it is both active and well filled. */
const CANDIDATES = 8;

/** The introduction for guests, with a live canvas. */
export class Hero extends Element {
  static properties = { canvas: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    css`
    section {
      display: grid; grid-template-columns: 5fr 6fr; align-items: center; gap: var(--space-7);
      padding: var(--space-5) 0 var(--space-4);
    }
    h1 { font-size: var(--text-display); line-height: 1.05; letter-spacing: -0.03em; }
    .lead {
      margin: var(--space-4) 0 var(--space-5); max-width: 32rem; font-size: var(--text-large);
      color: var(--ink-soft);
    }
    .row { display: flex; flex-wrap: wrap; gap: var(--space-3); }
    .row .button { min-height: 3rem; padding: 0 var(--space-5); font-size: 1rem; }
    figure { min-width: 0; }
    .frame {
      display: block; overflow: hidden; border-radius: var(--radius-3); box-shadow: var(--shadow);
      border: 1px solid var(--line);
    }
    canvas-preview, .skeleton { aspect-ratio: 3 / 2; }
    .skeleton { background: var(--sunken); }
    figcaption { margin-top: var(--space-2); color: var(--ink-soft); font-size: var(--text-small); }
    @media (max-width: 56rem) {
      section { grid-template-columns: 1fr; gap: var(--space-5); padding-top: 0; }
      canvas-preview, .skeleton { aspect-ratio: 16 / 10; }
    }
  `,
  ];

  constructor() {
    super();
    /** @type {CanvasView | null} */
    this.canvas = null;
  }

  async firstUpdated() {
    try {
      const { items } = await api.get("/canvases", { query: { sort: "active", limit: CANDIDATES } });
      this.canvas =
        /** @type {CanvasView[]} */ (items).toSorted((a, b) => fillRatio(b) - fillRatio(a))[0] ?? null;
    } catch {
      // the list of canvases below shows the error
    }
  }

  render() {
    const { canvas } = this;
    return html`<section>
      <div>
        <h1>${t("home.hero")}</h1>
        <p class="lead">${t("home.lead")}</p>
        <div class="row">
          <a class="button primary"
            href=${address(canvas ? `/canvas/${canvas.id}` : "/register")}>${t("home.paint_now")}</a>
          <a class="button" href=${address("/register")}>${t("home.join")}</a>
        </div>
      </div>
      <figure>
        <a class="frame" href=${address(canvas ? `/canvas/${canvas.id}` : "/")}
          aria-label=${canvas?.name ?? t("common.canvases")}>
          ${
            canvas
              ? html`<canvas-preview .canvas=${canvas}></canvas-preview>`
              : html`<div class="skeleton"></div>`
          }
        </a>
        <figcaption>${canvas ? t("home.live_now", { name: canvas.name }) : " "}</figcaption>
      </figure>
    </section>`;
  }
}
customElements.define("home-hero", Hero);

/**
 * Return the fraction of a canvas that has tiles.
 * @param {CanvasView} canvas
 */
function fillRatio({ tile_count, columns, rows }) {
  return tile_count / (columns * rows);
}
