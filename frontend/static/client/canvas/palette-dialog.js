import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { attempt } from "../ui/attempt.js";
import "../ui/dialog.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/palette-editor.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import "./colour-replacement.js";

/** @import { CanvasView } from "#api" */
/** @import { PaletteEditor } from "../ui/palette-editor.js" */

/**
 * `<palette-dialog .canvas=${canvas} ?open=${…}>`: changes the palette of a canvas, whose used colours stay.
 * Fires `close`.
 */
export class PaletteDialog extends Element {
  static properties = {
    canvas: { attribute: false },
    open: { type: Boolean },
    _used: { state: true },
    _isReplacing: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    details { margin-top: var(--space-4); padding-top: var(--space-3); border-top: 1px solid var(--line); }
    summary { min-height: var(--target); padding: var(--space-2) 0; font-weight: 600; cursor: pointer; }
  `,
  ];

  /** @type {unknown} */
  error = null;
  isBusy = false;

  constructor() {
    super();
    this.canvas = /** @type {CanvasView} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.open = false;
    /**
     * Places of used colours, counted from 0, once they are known.
     * @type {ReadonlySet<number> | null}
     */
    this._used = null;
    this._isReplacing = false;
  }

  /** The colours as they were when the dialog was opened: what others have changed since is not undone. */
  #colours = /** @type {readonly string[]} */ ([]);

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("open") || !this.open) return;
    this._used = null;
    void attempt(this, () => this.#load());
  }

  async #load() {
    const { colours_used } = await api.get(`/canvases/${this.canvas.id}/stats`);
    this.#colours = this.canvas.palette;
    this._used = new Set(colours_used.map((/** @type {number} */ colour) => colour - 1));
  }

  render() {
    return html`<ui-dialog heading=${t("palette.edit")} wide ?open=${this.open} @close=${this.#close}>
      <p class="soft">${t("palette.edit_text")}</p>
      ${
        this.open && this._used
          ? html`<palette-editor .used=${this._used} .colours=${this.#colours}
            .name=${this.canvas.name}></palette-editor>
            <details @toggle=${(/** @type {Event} */ event) =>
              (this._isReplacing = /** @type {HTMLDetailsElement} */ (event.target).open)}>
              <summary>${t("palette.replacement")}</summary>
              ${
                this._isReplacing
                  ? html`<colour-replacement .canvas=${this.canvas}></colour-replacement>`
                  : ""
              }
            </details>`
          : ""
      }
      <ui-error .error=${this.error}></ui-error>
      <button slot="actions" @click=${this.#close}>${t("common.cancel")}</button>
      <button slot="actions" class="primary" ?disabled=${this.isBusy || !this._used}
        @click=${this.#save}>${t("common.save")}</button>
    </ui-dialog>`;
  }

  async #save() {
    if (String(this.canvas.palette) !== String(this.#colours)) {
      toast(t("common.error_palette_changed"), { kind: "error" });
      this._used = null;
      void attempt(this, () => this.#load());
      return;
    }
    const editor = /** @type {PaletteEditor} */ (this.renderRoot.querySelector("palette-editor"));
    const isSaved = await attempt(this, () =>
      api.patch(`/canvases/${this.canvas.id}`, { palette: editor.value }),
    );
    if (!isSaved) return;
    toast(t("palette.saved"), { kind: "success" });
    this.#close();
  }

  #close = () => this.dispatchEvent(new Event("close"));
}
customElements.define("palette-dialog", PaletteDialog);
