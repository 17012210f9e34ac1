import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { artistLink } from "../ui/artist-link.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { tileLink } from "../model/links.js";
import { readPage } from "../model/paging.js";
import "../ui/picture.js";
import { base, controls, typography } from "../ui/styles.js";
import "../ui/time.js";

/** @import { ActivityView } from "#api" */

/**
 * @typedef {ActivityView & {size?: number}} Activity `size`: pixels of a side of the tile, once that is known
 */

/** A row of the latest tiles by followed artists, newest first. */
export class Feed extends Element {
  static properties = { items: { state: true }, error: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    css`
    h2 { margin: var(--space-5) 0 var(--space-3); }
    ul {
      display: flex; gap: var(--space-4); padding: 0 0 var(--space-2); overflow-x: auto; list-style: none;
      scroll-snap-type: x proximity;
    }
    li { flex: 0 0 8rem; scroll-snap-align: start; font-size: var(--text-small); overflow-wrap: anywhere; }
    ui-picture {
      aspect-ratio: 1; margin-bottom: var(--space-1); border: 1px solid var(--line);
      border-radius: var(--radius-2);
    }
    .picture { display: block; }
    .who { display: inline-block; padding: 0.1875rem 0; font-weight: 600; }
  `,
  ];

  constructor() {
    super();
    /** @type {Activity[] | null} */
    this.items = null;
    /** @type {unknown} */
    this.error = null;
  }

  firstUpdated() {
    void this.#load();
  }

  async #load() {
    this.error = null;
    try {
      this.items = (await readPage("/users/feed", { limit: 20 })).items;
    } catch (error) {
      this.error = error;
    }
  }

  /**
   * @param {Activity} tile
   * @param {number} size side of the tile, and of its picture, in pixels
   */
  #setSize(tile, size) {
    tile.size = size;
    this.requestUpdate();
  }

  render() {
    if (this.error)
      return html`<ui-error .error=${this.error} retryable @retry=${() => this.#load()}></ui-error>`;
    if (!this.items?.length) return this.items ? html`<p class="soft">${t("home.feed_empty")}</p>` : "";
    return html`<section aria-labelledby="feed">
      <h2 id="feed">${t("home.feed")}</h2>
      <ul tabindex="0" aria-labelledby="feed">
        ${this.items.map(
          (tile) => html`<li>
          <a class="picture" href=${tileLink(tile)}
            aria-label=${t("home.tile_of", { name: nameOf(tile.artist) })}>
            <ui-picture src="/tiles/${tile.tile_id}.png"
              @drawn=${(/** @type {CustomEvent<number>} */ { detail }) =>
                this.#setSize(tile, detail)}></ui-picture></a>
          ${artistLink(tile.artist, "who")}<br>
          <ui-time class="soft" datetime=${tile.created_at}></ui-time>
        </li>`,
        )}
      </ul>
    </section>`;
  }
}
customElements.define("home-feed", Feed);
