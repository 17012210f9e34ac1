import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { artistLink } from "../ui/artist-link.js";
import { attempt } from "../ui/attempt.js";
import { nameColour } from "../ui/colour-name.js";
import "../ui/error.js";
import "../ui/swatch.js";
import "../ui/time.js";
import { Panel } from "./panel.js";

/** @import { PixelView } from "#api" */
/** @import { Cell, FeedEvent } from "../model/canvas-pixels.js" */

/**
 * `<pixel-card .live=${live} .position=${{x, y}}>`: the colour of a pixel and who painted it, on a canvas in
 * any mode.
 */
export class PixelCard extends Panel {
  static properties = { ...Panel.properties, position: { attribute: false } };
  static styles = [
    Panel.styles,
    css`
    .colour { display: flex; align-items: center; gap: var(--space-3); margin-bottom: var(--space-3); }
    ui-swatch { width: 2.5rem; height: 2.5rem; border-radius: var(--radius-1); }
  `,
  ];

  /** @type {PixelView | null} */
  #pixel = null;

  constructor() {
    super();
    /** @type {Cell} */
    this.position = { x: 0, y: 0 };
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("position")) this.#load();
  }

  /** @param {FeedEvent} event */
  handleChange(event) {
    if (this.#concerns(event)) this.#load();
  }

  /**
   * Return whether a change may have painted the pixel: on a busy canvas most did not.
   * @param {FeedEvent} event
   */
  #concerns({ kind, pixels, tile_id: id, x: column, y: row }) {
    const { x, y } = this.position;
    const side = this.canvas.tile_size;
    const cell = { x: Math.floor(x / side), y: Math.floor(y / side) };
    const isTile = id !== undefined && id === this.live.pixels?.tileAt(cell.x, cell.y)?.id;
    switch (kind) {
      case "pixels.placed":
        return pixels.some((/** @type {number[]} */ pixel) => pixel[0] === x && pixel[1] === y);
      case "tile.painted": {
        const at = (y % side) * side + (x % side);
        return isTile && pixels.some((/** @type {number[]} */ [offset]) => offset === at);
      }
      case "tile.created":
      case "tile.deleted":
        return column === cell.x && row === cell.y;
      case "tile.updated":
        return isTile;
    }
    return false;
  }

  #load() {
    const { x, y } = this.position;
    void attempt(this, async () => {
      const pixel = await api.get(`/canvases/${this.canvas.id}/pixel`, { query: { x, y } });
      if (pixel.x === this.position.x && pixel.y === this.position.y) this.#pixel = pixel;
    });
  }

  render() {
    const pixel = this.#pixel;
    const { palette } = this.canvas;
    return html`<ui-error .error=${this.error} retryable @retry=${() => this.#load()}></ui-error>
      ${
        pixel
          ? html`<p class="colour">${
              pixel.colour ? html`<ui-swatch .colour=${palette[pixel.colour - 1]}></ui-swatch>` : ""
            }
            <span>${nameColour(palette, pixel.colour)}</span></p>
            ${
              pixel.artist && pixel.painted_at
                ? html`<p>${artistLink(pixel.artist, "name")}</p>
                <p class="soft small">${t("canvas.painted")} <ui-time
                  datetime=${pixel.painted_at}></ui-time></p>`
                : html`<p class="soft">${t("canvas.pixel_untouched")}</p>`
            }`
          : ""
      }`;
  }
}
customElements.define("pixel-card", PixelCard);
