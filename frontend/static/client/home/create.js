import { api } from "../api.js";
import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { navigate } from "../router.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { Faults, FormElement } from "../ui/form.js";
import { placingFields, placingOf } from "../ui/placing-fields.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "../ui/palette-editor.js";
import {
  defaultLimit,
  MAX_SIDE,
  MIN_SIDE,
  PRESETS,
  TILE_SIZES,
  validateLimit,
  validateSide,
} from "./size.js";

/** @import { PaletteEditor } from "../ui/palette-editor.js" */

const MODES = ["tile-lock", "free", "area-lock", "review", "place"];
const CUSTOM = "custom";
const PAPER = "#ffffff";

/**
 * `<create-canvas ?open=${…} @close=${…}>`: the dialog for a new canvas; opens the canvas once it is created.
 */
export class CreateCanvas extends FormElement {
  static properties = {
    open: { type: Boolean },
    preset: { state: true },
    limit: { state: true },
    width: { state: true },
    height: { state: true },
    tileSize: { state: true },
    mode: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    form { display: flex; flex-direction: column; gap: var(--space-5); }
    legend { margin-bottom: var(--space-2); }
    .choices {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: var(--space-2);
    }
    .choices label {
      display: flex; align-items: flex-start; gap: var(--space-2); padding: var(--space-2) var(--space-3);
      border: 1px solid var(--line-strong); border-radius: var(--radius-1); cursor: pointer;
    }
    .choices label:has(:checked) { border-color: var(--accent); background: var(--accent-soft); }
    .choices small { display: block; color: var(--ink-soft); }
    .choices input { margin-top: 0.125rem; }
    .modes { grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); }
    .sides { display: grid; grid-template-columns: 1fr 1fr; gap: var(--space-3); margin-top: var(--space-3); }
    .note { margin-bottom: var(--space-2); }
    .sum { margin-top: var(--space-2); }
  `,
  ];

  constructor() {
    super();
    this.open = false;
    this.preset = "medium";
    this.width = 512;
    this.height = 512;
    this.tileSize = 32;
    this.mode = "tile-lock";
    /**
     * Tiles per artist as typed; null for the default.
     * @type {string | null}
     */
    this.limit = null;
  }

  /** Whether the canvas consists of whole tiles. */
  get #isWhole() {
    return !validateSide(this.width, this.tileSize) && !validateSide(this.height, this.tileSize);
  }

  get #cells() {
    return (this.width * this.height) / this.tileSize ** 2;
  }

  #create = this.submits(async (data) => {
    const faults = Object.fromEntries(
      /** @type {["width" | "height", number][]} */ ([
        ["width", this.width],
        ["height", this.height],
      ]).flatMap(([name, side]) => {
        const fault = validateSide(side, this.tileSize);
        return fault ? [[name, t(...fault)]] : [];
      }),
    );
    if ((data.name ?? "").trim().length < 3) faults.name = t("home.name_short");
    const isPlaced = this.mode === "place";
    const limitFault =
      !isPlaced && data.limit && this.#isWhole && validateLimit(Number(data.limit), this.#cells);
    if (limitFault) faults.max_tiles_per_user = t(...limitFault);
    if (Object.keys(faults).length) throw new Faults(faults);
    const palette = /** @type {PaletteEditor} */ (this.renderRoot.querySelector("palette-editor"));
    const canvas = await api.post("/canvases", {
      name: data.name,
      description: data.description || null,
      width: this.width,
      height: this.height,
      tile_size: this.tileSize,
      palette: palette.value,
      paper_color: data.paper_color,
      collaboration_mode: this.mode,
      ...(isPlaced ? placingOf(data) : { max_tiles_per_user: data.limit ? Number(data.limit) : null }),
      is_public: data.is_public === "on",
    });
    await navigate(`/canvas/${canvas.id}`);
  });

  /** @param {string} preset */
  #choosePreset(preset) {
    this.preset = preset;
    [this.width, this.height] = PRESETS[preset] ?? [this.width, this.height];
  }

  render() {
    return html`<ui-dialog wide heading=${t("home.create")} ?open=${this.open}
      @close=${() => this.dispatchEvent(new Event("close"))}>
      ${this.open ? this.#renderForm() : ""}
    </ui-dialog>`;
  }

  #renderForm() {
    return html`<form novalidate @submit=${this.#create}>
      <ui-field label=${t("home.name")} name="name" required maxlength="100"
        error=${this.faults.name ?? ""}></ui-field>
      <ui-field label=${t("home.description")} name="description" multiline maxlength="2000"
        error=${this.faults.description ?? ""}></ui-field>
      ${this.#renderSize()}
      <div>
        <h3>${t("palette.palette")}</h3>
        <p class="soft small note">${t("palette.grows")}</p>
        <palette-editor></palette-editor>
        ${this.faults.palette ? html`<p role="alert">${this.faults.palette}</p>` : ""}
      </div>
      <ui-field label=${t("common.paper")} name="paper_color" type="color" value=${PAPER}
        hint=${t("common.paper_hint")} error=${this.faults.paper_color ?? ""}></ui-field>
      <fieldset>
        <legend>${t("home.mode")}</legend>
        <div class="choices modes">
          ${MODES.map(
            (mode) => html`<label><input type="radio" name="mode" value=${mode} .checked=${mode === this.mode}
              @change=${() => (this.mode = mode)}>
            <span>${t(`home.mode_${mode}`)}<small>${t(`home.mode_${mode}_text`)}</small></span></label>`,
          )}
        </div>
      </fieldset>
      ${this.mode === "place" ? placingFields(this.faults) : this.#renderLimit()}
      <label class="check"><input type="checkbox" name="is_public" checked>${t("home.public")}</label>
      <ui-error .error=${this.error}></ui-error>
      <div class="row"><button class="primary" ?disabled=${this.busy}>${t("home.create_now")}</button></div>
    </form>`;
  }

  #renderLimit() {
    return html`<ui-field label=${t("home.limit")} name="limit" type="number" min="1" inputmode="numeric"
      value=${this.limit ?? String(this.#isWhole ? defaultLimit(this.#cells) : "")}
      @input=${(/** @type {Event} */ { target }) =>
        (this.limit = /** @type {HTMLInputElement} */ (target).value)}
      hint=${t("home.limit_hint")} error=${this.faults.max_tiles_per_user ?? ""}></ui-field>`;
  }

  #renderSize() {
    const { width, height, tileSize } = this;
    return html`
      <fieldset>
        <legend>${t("home.size")}</legend>
        <p class="soft small note">${t("home.fixed_later")}</p>
        <div class="choices">
          ${[...Object.keys(PRESETS), CUSTOM].map(
            (preset) => html`<label>
            <input type="radio" name="preset" .checked=${preset === this.preset}
              @change=${() => this.#choosePreset(preset)}>
            <span>${t(`home.size_${preset}`)}
              <small>${PRESETS[preset]?.map((side) => number(side)).join(" × ")}</small></span></label>`,
          )}
        </div>
        ${
          this.preset === CUSTOM
            ? html`<div class="sides">
              <ui-field label=${t("home.width")} name="width" type="number" value=${String(width)}
                min=${MIN_SIDE} max=${MAX_SIDE} step=${tileSize}
                error=${this.faults.width ?? ""}
                @input=${(/** @type {InputEvent} */ event) => (this.width = readNumber(event))}></ui-field>
              <ui-field label=${t("home.height")} name="height" type="number" value=${String(height)}
                min=${MIN_SIDE} max=${MAX_SIDE} step=${tileSize}
                error=${this.faults.height ?? ""}
                @input=${(/** @type {InputEvent} */ event) => (this.height = readNumber(event))}></ui-field>
            </div>`
            : ""
        }
      </fieldset>
      <fieldset>
        <legend>${t("home.tile_size")}</legend>
        <div class="choices">
          ${TILE_SIZES.map(
            (size) => html`<label><input type="radio" name="tile_size" .checked=${size === tileSize}
            @change=${() => (this.tileSize = size)}><span>${size} × ${size}</span></label>`,
          )}
        </div>
        <p class="soft small sum" role="status">${
          this.#isWhole
            ? t("home.tile_sum", {
                columns: width / tileSize,
                rows: height / tileSize,
                count: this.#cells,
              })
            : t("home.tile_sum_not")
        }</p>
      </fieldset>`;
  }
}
customElements.define("create-canvas", CreateCanvas);

/** @param {InputEvent} event */
function readNumber(event) {
  return /** @type {HTMLInputElement} */ (event.target).valueAsNumber;
}
