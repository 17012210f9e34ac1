import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { attempt } from "../ui/attempt.js";
import { nameColour } from "../ui/colour-name.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "../ui/swatch.js";
import { toast } from "../ui/toast.js";

/** @import { CanvasView, RecolouredView } from "#api" */

/**
 * `<colour-replacement .canvas=${canvas}>`: replaces a colour by another in all tiles of a canvas. What that
 * changes is counted before it is done.
 */
export class ColourReplacement extends Element {
  static properties = { canvas: { attribute: false }, colour: { state: true }, by: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    .colours {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: var(--space-3);
    }
    .colours label > span { display: block; margin-bottom: var(--space-1); font-weight: 600; }
    .colours div { display: flex; align-items: center; gap: var(--space-2); }
    ui-swatch { flex: none; width: 1.75rem; height: 1.75rem; border-radius: 4px; }
    .row { margin-top: var(--space-3); }
  `,
  ];

  /** @type {unknown} */
  error = null;
  isBusy = false;
  /**
   * What the replacement would do.
   * @type {RecolouredView | null}
   */
  #preview = null;
  /** Ends the count of a choice that is none any more. */
  #count = new AbortController();

  constructor() {
    super();
    this.canvas = /** @type {CanvasView} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.colour = 1;
    this.by = 2;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("colour") || changed.has("by")) void this.#preparePreview();
  }

  render() {
    const preview = this.#preview;
    return html`<div class="colours">
        ${this.#choice("palette.replaced", this.colour, 1, (colour) => (this.colour = colour))}
        ${this.#choice("palette.replaced_by", this.by, 0, (colour) => (this.by = colour))}
      </div>
      <div class="row">
        <button type="button" ?disabled=${this.isBusy || !preview?.tiles}
          @click=${this.#replace}>${t("palette.replace")}</button>
        <span class="soft small" role="status">${preview ? this.#text(preview) : ""}</span>
      </div>
      <ui-error .error=${this.error}></ui-error>`;
  }

  /** @param {RecolouredView} preview */
  #text({ pixels, tiles }) {
    return t("palette.replaced_count", { pixels, count: tiles });
  }

  /**
   * @param {string} label message
   * @param {number} chosen
   * @param {0 | 1} first colour that can be chosen; 0 is transparent
   * @param {(colour: number) => void} choose
   */
  #choice(label, chosen, first, choose) {
    const { palette } = this.canvas;
    const colours = Array.from({ length: palette.length + 1 - first }, (_, index) => first + index);
    return html`<label><span>${t(label)}</span><div>
      <ui-swatch .colour=${palette[chosen - 1] ?? "transparent"}></ui-swatch>
      <select @change=${(/** @type {Event} */ event) =>
        choose(Number(/** @type {HTMLSelectElement} */ (event.target).value))}>
        ${colours.map(
          (colour) => html`<option value=${colour} ?selected=${colour === chosen}>
            ${colour ? `${colour}: ` : ""}${nameColour(palette, colour)}</option>`,
        )}
      </select></div></label>`;
  }

  async #preparePreview() {
    this.#count.abort();
    this.#count = new AbortController();
    const { signal } = this.#count;
    this.#preview = null;
    if (this.colour === this.by) return;
    const found = await this.#send(true, signal).catch((error) => {
      if (!signal.aborted) this.error = error;
      return null;
    });
    if (signal.aborted) return;
    this.#preview = found;
    this.requestUpdate();
  }

  async #replace() {
    const isDone = await attempt(this, async () => {
      const done = await this.#send(false);
      toast(this.#text(done), { kind: "success" });
    });
    if (isDone) void this.#preparePreview();
  }

  /**
   * @param {boolean} isDryRun
   * @param {AbortSignal} [signal]
   * @returns {Promise<RecolouredView>}
   */
  #send(isDryRun, signal) {
    const body = { colour: this.colour, by: this.by, dry_run: isDryRun };
    return api.post(`/canvases/${this.canvas.id}/colours/replace`, body, signal ? { signal } : {});
  }
}
customElements.define("colour-replacement", ColourReplacement);
