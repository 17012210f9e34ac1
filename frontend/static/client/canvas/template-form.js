import { api } from "../api.js";
import { match, scaled } from "../editor/quantise.js";
import { readPicture } from "../editor/read-picture.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { toBase64 } from "../model/tile-pixels.js";
import "../ui/error.js";
import "../ui/field.js";
import { Faults, FormElement } from "../ui/form.js";
import "../ui/icon.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { isSignedIn } from "./panel.js";
import { TemplateLayer } from "./template-layer.js";

/** @import { Templates } from "./templates.js" */

/** Pixels, and bytes of a file; the service refuses more. */
const MOST_PIXELS = 1024 * 1024;
const MOST_BYTES = 1024 * 1024;

/** Alpha from which a pixel is to be painted. */
const OPAQUE = 128;

/**
 * `<template-form .templates=${templates}>`: adds a template, to the canvas or only to what the user sees.
 * Fires `added` with the uploaded template as its detail.
 */
export class TemplateForm extends FormElement {
  static properties = { ...FormElement.properties, templates: { attribute: false } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    form { gap: var(--space-3); }
    .numbers { display: grid; grid-template-columns: 1fr 1fr; gap: var(--space-3); }
    label[for] { font-weight: 600; }
    input[type="file"] { max-width: 100%; font: inherit; }
    .hint, .error { margin-top: var(--space-1); font-size: var(--text-small); }
    .hint { color: var(--ink-soft); }
    .error { color: var(--danger); font-weight: 600; }
  `,
  ];

  /** @type {File | null} */
  #file = null;
  /** Where the picture is in the middle of the view. */
  #place = { x: 0, y: 0 };

  constructor() {
    super();
    this.templates = /** @type {Templates} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    const { faults } = this;
    return html`<form class="stack" @submit=${this.submits((data, form) => this.#add(data, form))} novalidate>
      <div><label for="file">${t("canvas.template_file")}</label>
        <input id="file" type="file" accept="image/png,image/webp,image/gif" aria-describedby="file-hint"
          aria-invalid=${faults.image ? "true" : "false"} @change=${this.#choose}>
        ${faults.image ? html`<p class="error" role="alert">${faults.image}</p>` : ""}
        <p class="hint" id="file-hint">${t("canvas.template_file_hint")}</p></div>
      <ui-field name="name" label=${t("canvas.template_name")} maxlength="100"
        error=${faults.name ?? ""}></ui-field>
      <div class="numbers">
        <ui-field name="x" type="number" label=${t("canvas.template_x")} .value=${String(this.#place.x)}
          error=${faults.x ?? ""}></ui-field>
        <ui-field name="y" type="number" label=${t("canvas.template_y")} .value=${String(this.#place.y)}
          error=${faults.y ?? ""}></ui-field>
      </div>
      <label class="check"><input type="checkbox" name="dither">${t("canvas.template_dither")}</label>
      <label class="check"><input type="checkbox" name="is_public">${t("canvas.template_public")}</label>
      <div class="row">
        <button class="primary" ?disabled=${this.busy}>${t("canvas.template_upload")}</button>
        <button type="button" ?disabled=${this.busy}
          @click=${this.#overlay}>${t("canvas.template_overlay")}</button>
      </div>
      <ui-error .error=${this.error}></ui-error>
    </form>`;
  }

  /** @param {Event} event */
  async #choose(event) {
    this.#file = /** @type {HTMLInputElement} */ (event.target).files?.[0] ?? null;
    this.faults = {};
    if (!this.#file) return;
    const bitmap = await createImageBitmap(this.#file).catch(() => null);
    if (!bitmap) return; // the service says what is wrong with it
    const { view } = this.templates.stage;
    this.#place = {
      x: Math.max(0, Math.round(view.x - bitmap.width / 2)),
      y: Math.max(0, Math.round(view.y - bitmap.height / 2)),
    };
    bitmap.close();
    this.requestUpdate();
  }

  /**
   * @param {Record<string, string>} data
   * @param {HTMLFormElement} form
   */
  async #add({ name = "", x, y, dither, is_public }, form) {
    if (!isSignedIn("canvas.sign_in_to_upload")) return;
    const file = this.#checkedFile();
    const draft = {
      name: name.trim() || file.name.slice(0, 100),
      x: Number(x),
      y: Number(y),
      image: toBase64(new Uint8Array(await file.arrayBuffer())),
      dither: dither !== undefined,
      is_public: is_public !== undefined,
    };
    const view = await api.post(`/canvases/${this.templates.live.id}/templates`, draft);
    this.#file = null;
    form.reset();
    this.dispatchEvent(new CustomEvent("added", { detail: view }));
  }

  /** Lay the picture over the canvas without uploading it. */
  #overlay = async () => {
    const form = /** @type {HTMLFormElement} */ (this.renderRoot.querySelector("form"));
    const fields = new FormData(form);
    const { canvas } = this.templates.live;
    try {
      const file = this.#checkedFile();
      const picture = await matchPicture(file, canvas?.palette ?? []);
      const place = { x: Number(fields.get("x")), y: Number(fields.get("y")) };
      this.faults = {};
      this.templates.add(
        new TemplateLayer({ ...picture, ...place }, String(fields.get("name")) || file.name, null),
      );
    } catch (error) {
      this.faults = this.faultsOf(error);
    }
  };

  /** Throws Faults. */
  #checkedFile() {
    if (!this.#file) throw new Faults({ image: t("common.fault_missing") });
    if (this.#file.size > MOST_BYTES) throw new Faults({ image: t("common.fault_image_size") });
    return this.#file;
  }
}
customElements.define("template-form", TemplateForm);

/**
 * Match a picture to a palette as the service does, if not in quite the same colour space. Throws Faults.
 * @param {Blob} file
 * @param {readonly string[]} palette
 */
async function matchPicture(file, palette) {
  const picture = await readPicture(file, Infinity).catch(() => null);
  if (!picture) throw new Faults({ image: t("common.fault_image_unreadable") });
  const { width, height } = picture;
  if (width * height > MOST_PIXELS) throw new Faults({ image: t("common.fault_image_size") });
  const indices = match(scaled(picture, width, height), palette, { dither: "none", threshold: OPAQUE });
  return { width, height, indices };
}
