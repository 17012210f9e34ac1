import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/field.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "./activity.js";
import { Load } from "./load.js";
import "./rollback-form.js";

/** @import { CanvasView } from "#api" */

const FOUND = 8;

/** Selects a canvas, then shows who paints on it at an event, and the form for rolling it back. */
class Rollback extends Element {
  static properties = { canvas: { state: true }, order: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    ui-error { display: contents; }
    .card { max-width: 56rem; }
    form { display: flex; gap: var(--space-3); align-items: end; }
    form ui-field { flex: 1; }
    ul { display: flex; flex-direction: column; gap: var(--space-2); padding: 0; list-style: none; }
    li button { width: 100%; justify-content: space-between; white-space: normal; text-align: start; }
    li small { color: var(--ink-soft); font-weight: 400; }
  `,
  ];

  #search = "";
  /** @type {Load<{items: CanvasView[]}>} */
  #found = new Load(this, (signal) =>
    api.get("/canvases", { query: { search: this.#search, sort: "active", limit: FOUND }, signal }),
  );

  constructor() {
    super();
    /** @type {CanvasView | null} */
    this.canvas = null;
    /**
     * What the form begins with.
     * @type {{artist?: string}}
     */
    this.order = {};
  }

  connectedCallback() {
    super.connectedCallback();
    void this.#found.run();
  }

  render() {
    const { canvas } = this;
    return html`<div class="card stack">${
      canvas
        ? html`<div class="row spread"><h2>${canvas.name}</h2>
            <button @click=${() => this.#choose(null)}>${t("admin.other_canvas")}</button></div>
          ${canvas.collaboration_mode === "place" ? this.#renderActivity(canvas) : ""}
          <admin-rollback-form .canvas=${canvas} .order=${this.order}
            @done=${() => this.requestUpdate()}></admin-rollback-form>`
        : this.#renderChoice()
    }</div>`;
  }

  #renderChoice() {
    const { data, error, isBusy } = this.#found;
    return html`<form role="search" @submit=${this.#onSubmit}>
        <ui-field label=${t("admin.which_canvas")} name="search" type="search" maxlength="100"></ui-field>
        <button>${t("admin.search")}</button>
      </form>
      <ui-error .error=${error} retryable @retry=${() => this.#found.run()}></ui-error>
      <ul aria-busy=${isBusy}>${data?.items.map(
        (canvas) => html`<li><button @click=${() => this.#choose(canvas)}>
        <span>${canvas.name}</span>
        <small>${t("admin.tile_count", { count: canvas.tile_count })} · ${nameOf(canvas.owner)}</small>
      </button></li>`,
      )}</ul>
      ${data && !data.items.length ? html`<p class="soft">${t("admin.no_canvases")}</p>` : ""}`;
  }

  /** @param {CanvasView} canvas */
  #renderActivity(canvas) {
    return html`<admin-activity .canvas=${canvas}
      @changed=${(/** @type {CustomEvent<CanvasView>} */ { detail }) => (this.canvas = detail)}
      @artist=${(/** @type {CustomEvent<string>} */ { detail }) => (this.order = { artist: detail })}
      ></admin-activity>`;
  }

  /** @param {CanvasView | null} canvas */
  #choose(canvas) {
    this.canvas = canvas;
    this.order = {};
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    this.#search = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("search"));
    void this.#found.run();
  }
}
customElements.define("admin-rollback", Rollback);
