import { api } from "../api.js";
import { address } from "../base.js";
import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { formatAddress } from "../model/links.js";
import { readAll } from "../model/paging.js";
import { mayManage } from "../model/permissions.js";
import { percentOf } from "../model/templates.js";
import { attempt } from "../ui/attempt.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/icon.js";
import { toast } from "../ui/toast.js";
import { copyLink } from "./copy-link.js";
import { Panel } from "./panel.js";
import "./template-form.js";

/** @import { TemplateView } from "#api" */
/** @import { Style } from "../model/templates.js" */
/** @import { TemplateLayer } from "./template-layer.js" */
/** @import { Templates } from "./templates.js" */

/** @type {Style[]} */
const STYLES = ["plain", "dots", "symbols"];

/**
 * `<canvas-templates .live=${live} .templates=${templates}>`: the templates of a canvas, how those that are
 * shown look and how far they are painted, and a form to add one.
 */
export class CanvasTemplates extends Panel {
  static properties = { ...Panel.properties, templates: { attribute: false } };
  static styles = [
    Panel.styles,
    css`
    .shown { display: grid; gap: var(--space-2); padding: var(--space-2) 0; }
    .shown label:not(.check) { display: grid; grid-template-columns: 6rem 1fr; align-items: center;
      gap: var(--space-2); font-size: var(--text-small); }
    progress { width: 100%; height: 0.5rem; accent-color: var(--accent); }
    input[type="range"] { width: 100%; min-height: var(--target); accent-color: var(--accent); }
    .numbers { font-variant-numeric: tabular-nums; }
    .check { min-height: 2rem; }
  `,
  ];

  /**
   * The public ones and those of the user.
   * @type {TemplateView[]}
   */
  #listed = [];
  /** @type {TemplateView | null} */
  #deleting = null;
  #visit = new AbortController();

  constructor() {
    super();
    this.templates = /** @type {Templates} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  connectedCallback() {
    super.connectedCallback();
    this.#visit = new AbortController();
    const { signal } = this.#visit;
    this.templates.addEventListener("change", () => this.requestUpdate(), { signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#visit.abort();
  }

  firstUpdated() {
    void attempt(this, () => this.#load());
  }

  async #load() {
    this.#listed = await readAll(`/canvases/${this.canvas.id}/templates`, this.#visit.signal);
  }

  render() {
    const { layers } = this.templates;
    const unlisted = layers.filter(({ slug }) => !this.#listed.some((view) => view.slug === slug));
    const rows = [
      ...unlisted.map((layer) => ({ key: layer, view: layer.view, layer })),
      ...this.#listed.map((view) => ({ key: view.slug, view, layer: this.templates.find(view.slug) })),
    ];
    return html`<section>
        <p class="soft">${t("canvas.templates_text")}</p>
        ${this.list(
          rows,
          ({ key }) => key,
          ({ view, layer }) => html`<li>${this.#row(view, layer)}${layer ? this.#shown(layer) : ""}</li>`,
          t("canvas.no_templates"),
        )}
        <ui-error .error=${this.error} retryable
          @retry=${() => attempt(this, () => this.#load())}></ui-error>
      </section>
      <section><h3>${t("canvas.template_new")}</h3>
        <template-form .templates=${this.templates} @added=${this.#handleAdded}></template-form></section>
      ${this.#question()}`;
  }

  /**
   * @param {TemplateView | null} view null of one that was not uploaded
   * @param {TemplateLayer | null} layer
   */
  #row(view, layer) {
    const name = layer?.name ?? view?.name ?? "";
    return html`<div class="row tight">
      <label class="check grow"><input type="checkbox" .checked=${layer !== null}
        @change=${() => this.#toggle(view, layer)}>
        <span><strong>${name}</strong><br><small class="soft">${
          view
            ? html`${t("canvas.by_name", { name: nameOf(view.creator) })}${
                view.is_public ? "" : html` · ${t("canvas.template_unlisted")}`
              }`
            : t("canvas.template_local")
        }</small></span></label>
      ${
        layer
          ? html`<button class="small" aria-label=${t("canvas.go_to", { place: name })}
            @click=${() => this.templates.lookAt(layer)}>${t("canvas.go")}</button>`
          : ""
      }
    </div>`;
  }

  /** @param {TemplateLayer} layer */
  #shown(layer) {
    const { pixels, right, wrong } = layer.progress;
    const percent = number(percentOf(layer.progress) / 100, { style: "percent" });
    const values = { percent, right: number(right), count: number(pixels), wrong: number(wrong) };
    return html`<div class="shown" role="group" aria-label=${layer.name}>
      <progress max=${Math.max(1, pixels)} .value=${right} aria-hidden="true"></progress>
      <p class="small numbers">${t("canvas.template_progress", values)}</p>
      <button class="small" aria-keyshortcuts="n" ?disabled=${right === pixels}
        @click=${() => this.templates.visitNextWrong(layer)}>${t("canvas.template_next")}</button>
      <label>${t("canvas.template_opacity")}
        <input type="range" min="10" max="100" step="5" .value=${String(Math.round(layer.opacity * 100))}
          @input=${(/** @type {Event} */ event) =>
            this.#set(layer, { opacity: Number(input(event).value) / 100 })}></label>
      <label>${t("canvas.template_style")}
        <select @change=${(/** @type {Event} */ event) =>
          this.#set(layer, { style: /** @type {Style} */ (input(event).value) })}>${STYLES.map(
          (style) => html`<option value=${style}
              ?selected=${style === layer.style}>${t(`canvas.template_${style}`)}</option>`,
        )}</select></label>
      <label class="check"><input type="checkbox" .checked=${layer.isOnlyWrong}
        @change=${(/** @type {Event} */ event) =>
          this.#set(layer, { isOnlyWrong: input(event).checked })}>${t("canvas.template_only_wrong")}</label>
      ${
        this.templates.colour === null
          ? ""
          : html`<label class="check"><input type="checkbox" .checked=${layer.isOnlyColour}
        @change=${(/** @type {Event} */ event) =>
          this.#set(layer, {
            isOnlyColour: input(event).checked,
          })}>${t("canvas.template_only_colour")}</label>`
      }
      ${this.#tools(layer)}
    </div>`;
  }

  /** @param {TemplateLayer} layer */
  #tools(layer) {
    const { view } = layer;
    const isMine = !view || view.creator.id === this.me?.id;
    const isMoving = this.templates.moving === layer;
    return html`<div class="row">
      ${
        isMine
          ? html`<button class="small" aria-pressed=${String(isMoving)}
          @click=${() => this.templates.setMoving(isMoving ? null : layer)}>
          ${t("canvas.template_move")}</button>`
          : ""
      }
      ${
        view
          ? html`<button class="small" @click=${() => copyLink(linkTo(view))}><ui-icon
          name="link"></ui-icon>${t("canvas.template_link")}</button>`
          : ""
      }
      ${
        view && isMine
          ? html`<button class="small" ?disabled=${this.isBusy} @click=${() => this.#publish(layer, view)}>
          ${t(view.is_public ? "canvas.template_unpublish" : "canvas.template_publish")}</button>`
          : ""
      }
      ${
        view && (isMine || mayManage(this.canvas, this.me))
          ? html`<button class="small" ?disabled=${this.isBusy} @click=${() => this.#ask(view)}><ui-icon
          name="trash"></ui-icon>${t("canvas.template_delete")}</button>`
          : ""
      }
    </div>`;
  }

  #question() {
    const view = this.#deleting;
    return html`<ui-dialog heading=${t("canvas.template_delete")} ?open=${view !== null}
      @close=${() => this.#ask(null)}>
      <p>${t("canvas.template_delete_text", { name: view?.name ?? "" })}</p>
      <button slot="actions" @click=${() => this.#ask(null)}>${t("common.cancel")}</button>
      <button slot="actions" class="danger" @click=${() => view && this.#delete(view)}>
        ${t("canvas.template_delete")}</button>
    </ui-dialog>`;
  }

  /** @param {TemplateView | null} view */
  #ask(view) {
    this.#deleting = view;
    this.requestUpdate();
  }

  /**
   * @param {TemplateView | null} view
   * @param {TemplateLayer | null} layer
   */
  #toggle(view, layer) {
    if (layer) return this.templates.hide(layer);
    return view && attempt(this, () => this.templates.show(view));
  }

  /**
   * @param {TemplateLayer} layer
   * @param {Partial<Pick<TemplateLayer, "opacity" | "style" | "isOnlyWrong" | "isOnlyColour">>} choice
   */
  #set(layer, choice) {
    Object.assign(layer, choice);
    this.templates.refresh();
  }

  /** @param {CustomEvent<TemplateView>} event */
  #handleAdded({ detail: view }) {
    this.#listed = [...this.#listed, view];
    toast(t("canvas.template_added", { name: view.name }), { kind: "success" });
    void this.#toggle(view, null);
  }

  /**
   * @param {TemplateLayer} layer
   * @param {TemplateView} view
   */
  #publish(layer, view) {
    void attempt(this, async () => {
      const changed = await api.patch(`/templates/${view.slug}`, { is_public: !view.is_public });
      layer.view = changed;
      this.#listed = this.#listed.map((one) => (one.slug === changed.slug ? changed : one));
    });
  }

  /** @param {TemplateView} view */
  #delete(view) {
    this.#ask(null);
    void attempt(this, async () => {
      await api.delete(`/templates/${view.slug}`);
      const layer = this.templates.find(view.slug);
      if (layer) this.templates.hide(layer);
      this.#listed = this.#listed.filter(({ slug }) => slug !== view.slug);
    });
  }
}
customElements.define("canvas-templates", CanvasTemplates);

/**
 * Return the link that shows a template to others.
 * @param {TemplateView} view
 */
function linkTo({ canvas_id, slug }) {
  return new URL(address(`/canvas/${canvas_id}${formatAddress(null, [slug])}`), location.href).href;
}

/** @param {Event} event */
function input(event) {
  return /** @type {HTMLInputElement} */ (event.target);
}
