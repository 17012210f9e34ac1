/** What a paged table shows besides its rows: an error, a skeleton, that it is empty, a button for more. */

import { t } from "../i18n.js";
import { html } from "../lit.js";
import "../ui/error.js";

/** @import { Pages } from "./load.js" */

/**
 * Render the pages loaded so far as a table in a card.
 * @template T
 * @param {Pages<T>} pages
 * @param {(items: T[]) => unknown} renderTable
 * @param {string} empty shown when there are no items
 * @returns {unknown}
 */
export function renderPagedTable(pages, renderTable, empty) {
  const { items, error, isBusy, isKnown, hasMore } = pages;
  const more = () => pages.more();
  return html`<ui-error .error=${error} retryable @retry=${more}></ui-error>
      ${items.length ? html`<div class="card">${renderTable(items)}</div>` : ""}
      ${isBusy && !items.length ? [1, 2, 3, 4].map(() => html`<div class="skeleton"></div>`) : ""}
      ${isKnown && !items.length && !isBusy ? html`<p class="card soft">${empty}</p>` : ""}
      ${
        hasMore
          ? html`<button class="more" ?disabled=${isBusy} @click=${more}>${t("common.more")}</button>`
          : ""
      }`;
}
