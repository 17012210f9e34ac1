import { address } from "../base.js";
import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { artistLink } from "./artist-link.js";
import { Element } from "./element.js";
import { base, typography } from "./styles.js";
import "./time.js";
import "./canvas-preview.js";

/** @import { CanvasView } from "#api" */

/** `<canvas-card .canvas=${…}>`: a card that links to the canvas and to its owner. */
export class CanvasCard extends Element {
  static properties = { canvas: { attribute: false } };
  static styles = [
    base,
    typography,
    css`
    article {
      position: relative; display: flex; flex-direction: column; height: 100%; overflow: hidden;
      border: 1px solid var(--line); border-radius: var(--radius-2); background: var(--surface);
      transition: box-shadow var(--quick), transform var(--quick);
    }
    @media (hover: hover) { article:hover { box-shadow: var(--shadow); transform: translateY(-2px); } }
    article:focus-within { box-shadow: var(--shadow); }
    canvas-preview { aspect-ratio: 4 / 3; border-bottom: 1px solid var(--line); }
    .text {
      display: flex; flex: 1; flex-direction: column; gap: var(--space-1);
      padding: var(--space-3) var(--space-4) var(--space-4);
    }
    h3 { font-size: 1.0625rem; }
    h3 a { color: inherit; text-decoration: none; overflow-wrap: anywhere; }
    h3 a::after { position: absolute; inset: 0; content: ""; }
    h3 a:focus-visible { outline: none; }
    h3 a:focus-visible::after {
      outline: 3px solid var(--focus); outline-offset: -3px; border-radius: var(--radius-2);
    }
    p { color: var(--ink-soft); font-size: var(--text-small); }
    .by { position: relative; align-self: flex-start; padding: 0.1875rem 0; }
    .facts { display: flex; flex-wrap: wrap; gap: 0 var(--space-3); margin-top: auto; }
  `,
  ];

  constructor() {
    super();
    /** @type {CanvasView} */
    this.canvas = /** @type {any} */ (undefined); // always set by the parent
  }

  render() {
    const { id, name, owner, columns, rows, width, height, tile_count, updated_at, is_public } = this.canvas;
    const percent = number(tile_count / (columns * rows), { style: "percent" });
    return html`<article>
      <canvas-preview .canvas=${this.canvas}></canvas-preview>
      <div class="text">
        <h3><a href=${address(`/canvas/${id}`)}>${name}</a></h3>
        <p class="by">${t("home.by")}
          ${artistLink(owner)}</p>
        <p class="facts">
          ${is_public ? "" : html`<span>${t("home.private")}</span>`}
          <span>${number(width)} × ${number(height)}</span>
          <span>${t("home.filled", { percent })}</span>
          <ui-time datetime=${updated_at}></ui-time>
        </p>
      </div>
    </article>`;
  }
}
customElements.define("canvas-card", CanvasCard);
