import { address } from "../base.js";
import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { tileLink } from "../model/links.js";
import { notices } from "../model/notices.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls, typography } from "../ui/styles.js";
import "../ui/time.js";

/** @import { NoticeView } from "#api" */

/** `<site-notices>`: the bell in the header, and the list below it. Opening the list marks it as read. */
export class SiteNotices extends Element {
  static styles = [
    base,
    typography,
    controls,
    css`
    :host { flex: none; }
    .bell { position: relative; }
    .count {
      position: absolute; top: 0; right: 0; min-width: 1.125rem; padding: 0 0.25rem;
      border-radius: var(--radius-round); background: var(--accent); color: var(--accent-ink);
      font-size: 0.6875rem; line-height: 1.125rem; text-align: center; pointer-events: none;
    }
    #notices {
      position: fixed; inset: calc(var(--header) + 2px) var(--space-3) auto auto;
      width: min(24rem, calc(100vw - 2 * var(--space-3))); max-height: min(32rem, calc(100dvh - 5rem));
      margin: 0;
      padding: var(--space-3); border: 1px solid var(--line); border-radius: var(--radius-2);
      background: var(--raised); color: var(--ink); box-shadow: var(--shadow); overflow-y: auto;
    }
    ul { padding: 0; list-style: none; }
    li { border-top: 1px solid var(--line); }
    h2 { margin: 0 0 var(--space-2); font-size: var(--text-body); }
    li > * { display: block; padding: var(--space-2); color: inherit; overflow-wrap: anywhere; }
    li > a { text-decoration: none; }
    @media (hover: hover) { li > a:hover { background: var(--accent-soft); } }
    li > :focus-visible { outline-offset: -3px; }
    .new { font-weight: 600; }
    ui-time { color: var(--ink-soft); font-size: var(--text-small); font-weight: 400; }
    .empty { color: var(--ink-soft); }
    .choose { padding: var(--space-2) var(--space-2) 0; border-top: 1px solid var(--line);
      font-size: var(--text-small); }
  `,
  ];

  /** The notices that were unread when the list was opened. */
  #fresh = new Set();
  #life = new AbortController();

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    notices.addEventListener("change", () => this.requestUpdate(), { signal: this.#life.signal });
    void notices.start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
  }

  render() {
    const { items, unread } = notices;
    const label = unread ? t("common.notices_unread", { count: unread }) : t("common.notices");
    return html`<button class="quiet icon bell" popovertarget="notices" aria-label=${label} title=${label}>
        <ui-icon name="bell"></ui-icon>
        ${unread ? html`<span class="count" aria-hidden="true">${unread}</span>` : ""}
      </button>
      <div id="notices" popover @toggle=${this.#handleToggle} @click=${this.#handleClick}>
        <h2>${t("common.notices")}</h2>
        ${
          items.length
            ? html`<ul>${repeat(
                items,
                ({ id }) => id,
                (notice) => html`<li>${this.#notice(notice)}</li>`,
              )}</ul>`
            : html`<p class="empty">${t("common.notices_none")}</p>`
        }
        <p class="choose"><a href=${address("/account#notices")}>${t("common.notices_choose")}</a></p>
      </div>`;
  }

  /** @param {NoticeView} notice */
  #notice(notice) {
    const isNew = !notice.is_read || this.#fresh.has(notice.seq);
    const content = html`<span class=${isNew ? "new" : ""}>${describe(notice)}${
      isNew ? html`<span class="visually-hidden"> (${t("common.notices_new")})</span>` : ""
    }</span><br><ui-time datetime=${notice.occurred_at}></ui-time>`;
    const link = linkOf(notice);
    return link ? html`<a href=${link}>${content}</a>` : html`<div>${content}</div>`;
  }

  /** @param {ToggleEvent} event */
  #handleToggle(event) {
    if (event.newState !== "open") {
      this.#fresh.clear();
      this.requestUpdate();
      return;
    }
    for (const { is_read, seq } of notices.items) if (!is_read) this.#fresh.add(seq);
    void notices.markRead().catch(() => {}); // they stay unread
  }

  /** @param {MouseEvent} event */
  #handleClick(event) {
    const isLink = event.composedPath().some((node) => node instanceof HTMLAnchorElement);
    if (isLink) /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("#notices"))?.hidePopover();
  }
}
customElements.define("site-notices", SiteNotices);

/** @param {NoticeView} notice */
function describe({ kind, outcome, actors, actor_count: count }) {
  const name = actors[0]?.display_name ?? "";
  if (kind === "review_decided") return t(`common.notice_review_${outcome}`);
  if (kind === "report_closed") return t(`common.notice_report_${outcome}`);
  if (kind === "invitation") return t(`common.notice_invitation_${outcome}`, { name });
  if (kind === "offer_answered") return t(`common.notice_offer_${outcome}`, { name });
  if (kind === "claim_ending") return t(`common.notice_claim_ending_${outcome}`);
  return t(`common.notice_${kind}`, { name, count });
}

/** @param {NoticeView} notice where it leads; null where that is nowhere any more */
function linkOf({ kind, actors, canvas_id, x, y }) {
  if (kind === "follower") return actors[0] ? address(`/artist/${actors[0].username}`) : null;
  if (kind === "canvas_offered") return address("/account");
  if (canvas_id === null || kind === "tile_removed") return null;
  return x === null || y === null ? address(`/canvas/${canvas_id}`) : tileLink({ canvas_id, x, y });
}
