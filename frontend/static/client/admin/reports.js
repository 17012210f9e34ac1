import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/icon.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "../ui/time.js";
import { Pages } from "./load.js";
import { describeReason, renderState } from "./people.js";
import "./report.js";
import { marks } from "./styles.js";

/** @import { ReportView } from "#api" */

const FILTERS = ["open", "assigned", "resolved", "dismissed", ""]; // "": all, the open ones first

/** The queue of reports, and the selected report. */
class Reports extends Element {
  static properties = { status: { state: true }, chosen: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    marks,
    css`
    .filters { display: flex; flex-wrap: wrap; gap: var(--space-2); margin-bottom: var(--space-4); }
    .desk {
      display: grid; grid-template-columns: minmax(17rem, 24rem) minmax(0, 1fr); gap: var(--space-5);
      align-items: start;
    }
    ol { display: flex; flex-direction: column; gap: var(--space-2); padding: 0; list-style: none; }
    li button {
      display: grid; grid-template-columns: 1fr auto; gap: var(--space-1) var(--space-3); width: 100%;
      padding: var(--space-3) var(--space-4);
      font-weight: 400; text-align: start; white-space: normal;
    }
    li b { overflow-wrap: anywhere; }
    li .mark { justify-self: end; }
    li small { color: var(--ink-soft); }
    li small:last-child { grid-column: 2; text-align: end; }
    .skeleton { height: 4.25rem; }
    ui-error { display: contents; }
    .nothing { padding: var(--space-5); }
    .back { margin-bottom: var(--space-4); }
    .more { margin-top: var(--space-3); }
    @media (min-width: 56.01rem) { .back { display: none; } }
    @media (max-width: 56rem) {
      .desk { display: block; }
      .desk:has(admin-report) .queue, .filters:has(+ .desk admin-report) { display: none; }
    }
  `,
  ];

  /** @type {Pages<ReportView>} */
  #reports = new Pages(this, "/admin/reports", () => ({ status: this.status }));

  constructor() {
    super();
    this.status = "open";
    /** @type {ReportView | null} */
    this.chosen = null;
  }

  connectedCallback() {
    super.connectedCallback();
    void this.#reports.restart();
  }

  render() {
    const { items, error, isBusy, isKnown, hasMore } = this.#reports;
    return html`
      <div class="filters" role="group" aria-label=${t("admin.filter_reports")}>
        ${FILTERS.map(
          (
            status,
          ) => html`<button aria-pressed=${status === this.status} @click=${() => this.#filter(status)}>
          ${t(`admin.reports_${status || "all"}`)}</button>`,
        )}
      </div>
      <div class="desk">
        <div class="queue">
          <ui-error .error=${error} retryable @retry=${() => this.#reports.more()}></ui-error>
          <ol aria-busy=${isBusy}>
            ${repeat(
              items,
              ({ id }) => id,
              (report) => html`<li>
              <button aria-current=${report.id === this.chosen?.id} @click=${() => this.#choose(report)}>
                <b>${describeReason(report.reason)}</b> ${renderState("report", report.status)}
                <small>${t(`admin.kind_${report.kind}`, {
                  id: String(report.target_id),
                  name: nameOf(report.target) || String(report.target_id),
                })} · ${nameOf(report.reporter)}</small>
                <small><ui-time datetime=${report.created_at}></ui-time></small>
              </button></li>`,
            )}
            ${isBusy && !items.length ? [1, 2, 3].map(() => html`<li class="skeleton"></li>`) : ""}
          </ol>
          ${
            isKnown && !items.length && !isBusy
              ? html`<p class="card soft nothing">${t("admin.no_reports")}</p>`
              : ""
          }
          ${
            hasMore
              ? html`<button class="more" ?disabled=${isBusy}
                @click=${() => this.#reports.more()}>${t("common.more")}</button>`
              : ""
          }
        </div>
        ${
          this.chosen
            ? html`<div>
              <button class="back" @click=${this.#closeReport}><ui-icon
                name="left"></ui-icon>${t("admin.back_to_reports")}</button>
              <admin-report .report=${this.chosen} @changed=${this.#onChanged}></admin-report>
            </div>`
            : items.length
              ? html`<p class="card soft nothing">${t("admin.choose_report")}</p>`
              : ""
        }
      </div>`;
  }

  /** @param {string} status */
  #filter(status) {
    this.status = status;
    this.chosen = null;
    void this.#reports.restart();
  }

  /** @param {ReportView} report */
  async #choose(report) {
    this.chosen = report;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("admin-report"))?.focus();
  }

  async #closeReport() {
    const id = this.chosen?.id;
    this.chosen = null;
    await this.updateComplete;
    const place = this.#reports.items.findIndex((report) => report.id === id);
    /** @type {HTMLElement | undefined} */ (this.renderRoot.querySelectorAll("li button")[place])?.focus();
  }

  /**
   * @param {CustomEvent<ReportView>} event the changed report; it stays in the list until the
   *   list is filtered again
   */
  #onChanged({ detail }) {
    this.chosen = detail;
    this.#reports.change((report) => (report.id === detail.id ? detail : report));
  }
}
customElements.define("admin-reports", Reports);
