import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { readPage } from "../model/paging.js";
import { base, controls, layout, typography } from "../ui/styles.js";

/** @import { Listed } from "../model/paging.js" */

/**
 * Base of the paged lists on an artist's page. Subclasses define `path`, `query` and `item`, and `empty` for
 * an empty list.
 */
export class ArtistList extends Element {
  /** @type {import("lit").PropertyDeclarations} */
  static properties = {
    artist: { attribute: false },
    listed: { state: true },
    error: { state: true },
    busy: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    ul {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(min(var(--least, 7.5rem), 100%), 1fr));
      gap: var(--space-4); padding: 0; list-style: none;
    }
    .more { display: flex; justify-content: center; margin-top: var(--space-5); }
  `,
  ];

  constructor() {
    super();
    this.artist = 0;
    /** @type {Listed<any> | null} */
    this.listed = null;
    /** @type {unknown} */
    this.error = null;
    this.busy = false;
  }

  get path() {
    return "";
  }

  /** @returns {Record<string, string | number | null>} */
  get query() {
    return { limit: 48 };
  }

  get empty() {
    return "";
  }

  /**
   * @param {any} _item
   * @returns {unknown}
   */
  item(_item) {
    return "";
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (!changed.has("artist") && !changed.has("side")) return;
    this.listed = null;
    void this.#load();
  }

  /** @param {Listed<any>} [before] */
  async #load(before) {
    const { path } = this;
    this.busy = true;
    this.error = null;
    try {
      const listed = await readPage(path, this.query, before);
      if (path !== this.path) return; // another list is being loaded
      this.listed = listed;
    } catch (error) {
      if (path !== this.path) return;
      this.error = error;
    }
    this.busy = false;
  }

  render() {
    const { listed } = this;
    if (!listed) {
      return this.error
        ? html`<ui-error .error=${this.error} retryable @retry=${() => this.#load()}></ui-error>`
        : html`<p class="soft" role="status">${t("common.loading")}</p>`;
    }
    if (!listed.items.length) return html`<p class="soft">${this.empty}</p>`;
    return html`<ul>${listed.items.map((item) => html`<li>${this.item(item)}</li>`)}</ul>
      ${
        listed.cursor
          ? html`<div class="more"><button ?disabled=${this.busy}
            @click=${() => this.#load(listed)}>${t("common.more")}</button></div>`
          : ""
      }`;
  }
}
