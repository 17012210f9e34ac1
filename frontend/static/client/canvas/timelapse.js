import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { attempt } from "../ui/attempt.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "./films.js";
import { Panel } from "./panel.js";

const FRAMES = 90;

/**
 * `<canvas-timelapse .live=${live} ?open=${…} @close=${…}>`: plays the time-lapse of the canvas, as rendered
 * by the service, and has longer ones made.
 */
export class CanvasTimelapse extends Panel {
  static properties = { open: { type: Boolean } };
  static styles = [
    Panel.styles,
    css`
    :host { padding: 0; }
    .film {
      display: grid; place-items: center; min-height: 12rem; border-radius: var(--radius-2);
      background: var(--sunken);
    }
    img {
      width: min(100%, 60dvh); image-rendering: pixelated; background: var(--canvas-paper);
      forced-color-adjust: none;
    }
    .empty { padding: var(--space-4); }
  `,
  ];

  /**
   * The animation as a blob address, because that of a private canvas requires a token.
   * @type {string | null}
   */
  #film = null;

  constructor() {
    super();
    this.open = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("open")) return;
    if (this.open) void attempt(this, () => this.#load());
    else this.#forget();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#forget();
  }

  render() {
    return html`<ui-dialog wide heading=${t("canvas.timelapse")} ?open=${this.open}
      @close=${() => this.dispatchEvent(new Event("close"))}>
      <div class="film" aria-busy=${this.busy}>
        ${
          this.#film
            ? html`<img src=${this.#film} alt=${t("canvas.timelapse_of", { name: this.canvas.name })}>`
            : this.isBusy
              ? html`<p class="empty">${t("canvas.timelapse_drawing")}</p>`
              : ""
        }
        <ui-error .error=${this.error} retryable @retry=${() => attempt(this, () => this.#load())}></ui-error>
      </div>
      ${this.open ? html`<canvas-films .live=${this.live}></canvas-films>` : ""}
      ${
        this.#film
          ? html`<button slot="actions"
            @click=${() => attempt(this, () => this.#load())}>${t("canvas.play_again")}</button>
        <a slot="actions" class="button primary" href=${this.#film}
          download="${this.canvas.name}.png">${t("canvas.download")}</a>`
          : ""
      }
    </ui-dialog>`;
  }

  async #load() {
    const { bytes } = await api.bytes(`/canvases/${this.canvas.id}/timelapse.png`, {
      query: { frames: FRAMES },
    });
    if (!this.open) return;
    this.#forget();
    // a new address each time, because a browser plays an animation from the start once per address
    this.#film = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  }

  #forget() {
    if (this.#film) URL.revokeObjectURL(this.#film);
    this.#film = null;
  }
}
customElements.define("canvas-timelapse", CanvasTimelapse);
