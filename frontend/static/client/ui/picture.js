import { api } from "../api.js";
import { css, html, LitElement } from "../lit.js";

/**
 * `<ui-picture src="/tiles/7.png" alt="…">`: a picture from the API, loaded lazily, and with the access
 * token, which an `<img>` cannot send: drafts are visible only to their artist. `refresh()` revalidates it.
 * Fires `drawn` with the picture's width in pixels.
 */
export class Picture extends LitElement {
  static properties = { src: {}, alt: {}, url: { state: true } };
  static styles = css`
    :host { display: block; overflow: hidden; background: var(--sunken); }
    img {
      display: block; width: 100%; height: 100%; object-fit: var(--picture-fit, cover);
      image-rendering: var(--picture-rendering, pixelated);
      background: var(--canvas-paper);
      forced-color-adjust: none;
    }
  `;

  #near = new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting && this.#load(), {
    rootMargin: "200px",
  });

  constructor() {
    super();
    this.src = "";
    this.alt = "";
    this.url = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#near.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#near.disconnect();
    this.#show("");
  }

  /** @param {import("lit").PropertyValues} changed */
  updated(changed) {
    if (changed.get("src")) void this.refresh();
  }

  #load() {
    this.#near.disconnect();
    void this.refresh();
  }

  /** Load the picture, unless it is unchanged. */
  async refresh() {
    const { src } = this;
    try {
      const { bytes } = await api.bytes(src);
      if (src === this.src && this.isConnected)
        this.#show(URL.createObjectURL(new Blob([bytes], { type: "image/png" })));
    } catch {
      // the card works without its picture, which the next refresh loads
    }
  }

  /** @param {string} url */
  #show(url) {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = url;
  }

  render() {
    return this.url ? html`<img src=${this.url} alt=${this.alt} decoding="sync" @load=${this.#onLoad}>` : "";
  }

  /** @param {Event} event */
  #onLoad(event) {
    this.dispatchEvent(
      new CustomEvent("drawn", { detail: /** @type {HTMLImageElement} */ (event.target).naturalWidth }),
    );
  }
}
customElements.define("ui-picture", Picture);
