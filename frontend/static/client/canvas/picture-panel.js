import { api } from "../api.js";
import { ditherChoice } from "../editor/dither-choice.js";
import { matchRows, scaled } from "../editor/quantise.js";
import { readPicture } from "../editor/read-picture.js";
import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { inSlices } from "../model/slices.js";
import { attempt } from "../ui/attempt.js";
import "../ui/error.js";
import "../ui/icon.js";
import { toast } from "../ui/toast.js";
import { incoming } from "./incoming-picture.js";
import { Panel } from "./panel.js";
import { loadBoard } from "./picture-board.js";
import { input, numberField, planText, rounded, thresholdField, writingProgress } from "./picture-form.js";
import { planPicture, without } from "./picture-plan.js";
import { PictureWriting } from "./picture-writing.js";
import { TemplateLayer } from "./template-layer.js";

/** @import { Matching, Picture as Source } from "../editor/quantise.js" */
/** @import { Plan } from "./picture-plan.js" */
/** @import { Templates } from "./templates.js" */

/** Longest side of a decoded picture in pixels. */
const LONGEST = 4096;

/** Pixels of the picture on the canvas: what is matched within seconds. */
const MOST_PIXELS = 4 * 1024 * 1024;

/** Parts of a percent in which a picture is scaled, so that a photo can fill a canvas to the pixel. */
const PARTS = 100;

/** Milliseconds that a picture rests before it is checked what of it may be painted. */
const REST = 300;

/**
 * `<picture-panel .live=${live} .templates=${templates}>`: paints a picture over several tiles. It lies over
 * the canvas as a template does while it is placed, without what may not be painted.
 */
export class PicturePanel extends Panel {
  static properties = { ...Panel.properties, templates: { attribute: false } };
  static styles = [
    Panel.styles,
    css`
    form { display: grid; gap: var(--space-3); }
    .numbers { display: grid; grid-template-columns: repeat(3, 1fr); align-items: end; gap: var(--space-3); }
    input[type="file"] { max-width: 100%; font: inherit; }
    input[type="range"] { width: 100%; min-height: var(--target); accent-color: var(--accent); }
    progress { width: 100%; height: 0.75rem; accent-color: var(--accent); }
    .plan + .row, progress + .row { margin-top: var(--space-3); }
    .check { min-height: 2rem; }
    .hint { color: var(--ink-soft); font-size: var(--text-small); }
    .failed { color: var(--danger); font-weight: 600; }
    .plan { padding: var(--space-3); border-radius: var(--radius-1); background: var(--sunken); }
    .plan li { padding: var(--space-1) 0; border: 0; font-size: var(--text-small); }
  `,
  ];

  /**
   * The file that is being read.
   * @type {Blob | null}
   */
  #file = null;
  #hasFailed = false;
  /** @type {Source | null} */
  #source = null;
  /** @type {TemplateLayer | null} */
  #layer = null;
  /** All indices of the picture, also of what may not be painted. */
  #indices = /** @type {Uint8Array} */ (new Uint8Array());
  #percent = 100;
  /** @type {Matching} */
  #matching = { dither: "none", threshold: 128 };
  #erases = false;
  #place = { x: 0, y: 0 };
  /** @type {Plan | null} */
  #plan = null;
  /** @type {PictureWriting | null} */
  #writing = null;
  #restTimer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** Ends the matching and the plan of how the picture was before. */
  #look = new AbortController();
  /** Ends what is painted. */
  #work = new AbortController();
  #visit = new AbortController();

  constructor() {
    super();
    this.templates = /** @type {Templates} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  connectedCallback() {
    super.connectedCallback();
    this.#visit = new AbortController();
    const { signal } = this.#visit;
    this.templates.addEventListener("change", () => this.#handleMove(), { signal });
    incoming.addEventListener("change", () => this.#takeIncoming(), { signal });
    this.#takeIncoming();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const life of [this.#visit, this.#look, this.#work]) life.abort();
    clearTimeout(this.#restTimer);
    this.#hide();
  }

  #takeIncoming() {
    const file = incoming.take();
    if (file && !this.#writing?.isUnderWay) void this.#read(file);
  }

  render() {
    const writing = this.#writing?.isUnderWay ? this.#writing : null;
    return html`<section>
        <p class="soft">${t("picture.text")}</p>
        ${writing ? "" : this.#form()}
      </section>
      ${writing ? writingProgress(writing, () => this.#work.abort()) : this.#summary()}
      <ui-error .error=${this.error}></ui-error>`;
  }

  #form() {
    return html`<form class="stack" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <label>${t("picture.choose")}
        <input type="file" accept="image/*" @change=${this.#choose}></label>
      ${this.#hasFailed ? html`<p class="failed" role="alert">${t("editor.import_failed")}</p>` : ""}
      ${this.#layer ? this.#choices() : html`<p class="hint">${t("picture.paste")}</p>`}
    </form>`;
  }

  #choices() {
    const { dither, threshold } = this.#matching;
    return html`<div class="numbers">
        ${numberField("picture.x", this.#place.x, 1, (x) => this.#moveTo({ ...this.#place, x }))}
        ${numberField("picture.y", this.#place.y, 1, (y) => this.#moveTo({ ...this.#place, y }))}
        ${numberField("picture.scale", this.#percent, PARTS, (scale) => this.#scale(scale))}
      </div>
      ${
        this.#percent === this.#mostPercent
          ? html`<p class="hint">${t("picture.largest", { pixels: number(MOST_PIXELS) })}</p>`
          : ""
      }
      ${ditherChoice(dither, (value) => this.#match({ dither: value }))}
      ${thresholdField(threshold, (value) => this.#match({ threshold: value }))}
      <label class="check"><input type="checkbox" .checked=${this.#erases}
        @change=${(/** @type {Event} */ event) => this.#setErases(input(event).checked)}>
        ${t("picture.erases")}</label>
      <label class="check"><input type="checkbox" .checked=${this.templates.moving === this.#layer}
        @change=${(/** @type {Event} */ event) =>
          this.templates.setMoving(input(event).checked ? this.#layer : null)}>
        ${t("canvas.template_move")}</label>`;
  }

  #summary() {
    if (this.#file) return html`<p class="plan" role="status">${t("picture.reading")}</p>`;
    if (!this.#layer) return "";
    const plan = this.#plan;
    if (!plan) return html`<p class="plan" role="status">${t("picture.checking")}</p>`;
    return html`${planText(plan)}
      <div class="row"><button class="primary" ?disabled=${this.isBusy || !plan.steps.length}
        @click=${() => this.#paint(plan)}><ui-icon name="check"></ui-icon>${t("picture.paint")}</button>
      </div>`;
  }

  /** @param {Event} event */
  #choose(event) {
    const chooser = input(event);
    const file = chooser.files?.[0];
    chooser.value = ""; // the same file can be chosen again
    if (file) void this.#read(file);
  }

  /** @param {Blob} file */
  async #read(file) {
    this.#file = file;
    this.#hasFailed = false;
    this.requestUpdate();
    const source = await readPicture(file, LONGEST).catch(() => null);
    if (this.#file !== file) return; // another one was chosen meanwhile, or the panel was left
    this.#file = null;
    this.#hasFailed = source === null;
    this.requestUpdate();
    if (!source) return;
    const { width, height } = this.canvas;
    const fits = Math.min(width / source.width, height / source.height);
    this.#source = source;
    this.#percent = Math.min(100, this.#mostPercent, rounded(100 * fits, PARTS));
    const [across, down] = this.#size;
    // One of a picture of the whole canvas goes where it comes from.
    const isWhole = across === width && down === height;
    const { x, y } = this.templates.stage.view;
    this.#place = isWhole ? { x: 0, y: 0 } : { x: Math.round(x - across / 2), y: Math.round(y - down / 2) };
    await this.#match({});
    this.templates.setMoving(this.#layer);
  }

  /** @returns {[width: number, height: number]} of the picture on the canvas */
  get #size() {
    const { width = 1, height = 1 } = this.#source ?? {};
    return [
      Math.max(1, Math.round((width * this.#percent) / 100)),
      Math.max(1, Math.round((height * this.#percent) / 100)),
    ];
  }

  get #mostPercent() {
    const { width = 1, height = 1 } = this.#source ?? {};
    return Math.floor(PARTS * 100 * Math.sqrt(MOST_PIXELS / (width * height))) / PARTS;
  }

  /** @param {number} percent */
  #scale(percent) {
    this.#percent = Math.min(this.#mostPercent, Math.max(1 / PARTS, percent));
    void this.#match({});
  }

  /** @param {boolean} erases */
  #setErases(erases) {
    this.#erases = erases;
    this.#planSoon();
  }

  /**
   * Match the picture to the palette, in its size.
   * @param {Partial<Matching>} change
   */
  async #match(change) {
    const source = this.#source;
    if (!source) return;
    this.#matching = { ...this.#matching, ...change };
    this.#plan = null;
    this.requestUpdate();
    const { signal } = this.#renewLook();
    const [width, height] = this.#size;
    const rows = matchRows(scaled(source, width, height), this.canvas.palette, this.#matching);
    const indices = await inSlices(rows, signal);
    if (!indices) return;
    this.#indices = indices;
    const picture = { ...this.#place, width, height, indices };
    if (this.#layer) this.#layer.picture = picture;
    else {
      this.#layer = new TemplateLayer(picture, t("canvas.panel_picture"), null);
      this.#layer.opacity = 1;
      this.templates.add(this.#layer);
    }
    this.templates.refresh();
    this.#planSoon();
  }

  #renewLook() {
    this.#look.abort();
    this.#look = new AbortController();
    return this.#look;
  }

  /** The picture was dragged, or moved by numbers. */
  #handleMove() {
    const layer = this.#layer;
    if (!layer) return;
    this.requestUpdate();
    const { x, y } = layer.picture;
    if (x === this.#place.x && y === this.#place.y) return;
    this.#place = { x, y };
    layer.picture = { ...layer.picture, indices: this.#indices };
    this.templates.refresh();
    this.#planSoon();
  }

  /** @param {{x: number, y: number}} place */
  #moveTo(place) {
    if (this.#layer) void this.templates.move(this.#layer, place);
    this.requestUpdate();
  }

  #planSoon() {
    this.#plan = null;
    this.requestUpdate();
    clearTimeout(this.#restTimer);
    this.#restTimer = setTimeout(() => void attempt(this, () => this.#check()), REST);
  }

  /** Find out what may be painted, and show that only. */
  async #check() {
    const layer = this.#layer;
    const { me } = this;
    if (!layer || !me) return;
    const { signal } = this.#renewLook();
    const picture = { ...layer.picture, indices: this.#indices };
    const board = await loadBoard(this.live, me, picture, signal).catch((error) => {
      if (!signal.aborted) throw error;
      return null;
    });
    if (!board || signal.aborted) return;
    this.#plan = planPicture(picture, board, this.#erases);
    layer.picture = without(picture, [...this.#plan.skipped.values()].flat(), this.canvas.tile_size);
    this.templates.refresh();
  }

  /** @param {Plan} plan */
  async #paint(plan) {
    const writing = new PictureWriting(api, this.live.id);
    this.#writing = writing;
    this.templates.setMoving(null);
    await this.#run(writing, (signal) => writing.paint(plan.steps, this.#erases, signal));
    this.#hide();
    const { painted, submitted, done } = writing;
    const message = [
      painted || !submitted ? t("picture.painted", { count: painted }) : "",
      submitted ? t("picture.submitted", { count: submitted }) : "",
      writing.refused ? t("picture.refused", { count: writing.refused }) : "",
    ].filter(Boolean);
    const undo = { label: t("picture.undo"), run: () => void this.#undo(writing) };
    toast(message.join(" "), { kind: "success", ...(done.length && { action: undo }) });
  }

  /** @param {PictureWriting} writing */
  async #undo(writing) {
    await this.#run(writing, (signal) => writing.undo(signal));
    const { settled, refused } = writing;
    const message = [
      t("picture.undone", { count: settled - refused }),
      refused ? t("picture.refused", { count: refused }) : "",
    ].join(" ");
    toast(message, { kind: "success" });
  }

  /**
   * @param {PictureWriting} writing
   * @param {(signal: AbortSignal) => Promise<void>} action
   */
  async #run(writing, action) {
    this.#work = new AbortController();
    const { signal } = this.#visit;
    writing.addEventListener("change", () => this.requestUpdate(), { signal });
    await attempt(this, () => action(this.#work.signal));
  }

  #hide() {
    if (this.#layer) this.templates.hide(this.#layer);
    this.#layer = this.#source = this.#plan = this.#file = null;
    this.requestUpdate();
  }
}
customElements.define("picture-panel", PicturePanel);
