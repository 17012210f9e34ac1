import { ApiError } from "../api.js";
import { dateTime, has, t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { Element } from "../ui/element.js";
import { errorText } from "../ui/error.js";
import "../ui/field.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { Pages } from "./load.js";
import { renderPagedTable } from "./paged-table.js";
import { describeCode, findArtistId, renderPersonLink, renderState } from "./people.js";
import { marks, tables } from "./styles.js";

/** @import { AuditEntryView } from "#api" */

const ACTIONS = [
  "account.suspend",
  "account.reinstate",
  "account.set_roles",
  "report.assigned",
  "report.released",
  "report.resolved",
  "report.dismissed",
  "tile.delete",
  "tile.revert",
  "lock.release",
  "review.approve",
  "review.reject",
  "canvas.update",
  "canvas.delete",
  "canvas.rollback",
  "area.release",
  "message.remove",
  "artist.mute",
  "account.remove_second_factor",
  "settings.change",
  "invitation.create",
  "invitation.revoke",
];
const CONCERNED_BY = ["creator_id", "owner_id", "artist_id", "holder_id", "author_id"];
const TARGETS = ["user", "report", "tile", "canvas", "site", "invitation"];

/** The audit log: actions of moderators and admins, newest first. */
class Audit extends Element {
  static properties = { error: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    tables,
    marks,
    css`
    form {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9rem), 1fr));
      gap: var(--space-3);
      align-items: end; margin-bottom: var(--space-4);
    }
    ui-field input { display: block; }
    form label { display: block; margin-bottom: var(--space-1); font-weight: 600; }
    .card { padding: var(--space-2) var(--space-4); }
    .skeleton { height: 3rem; margin: var(--space-2) 0; }
    .details { color: var(--ink-soft); font-size: var(--text-small); }
    .more { margin-top: var(--space-3); }
    time { white-space: nowrap; }
    @media (min-width: 48rem) { td:nth-child(2), td:nth-child(4) { min-width: 7rem; } }
  `,
  ];

  /** @type {Record<string, string | number>} */
  #filter = {};
  /** @type {Pages<AuditEntryView>} */
  #entries = new Pages(this, "/admin/audit", () => this.#filter);

  constructor() {
    super();
    /** @type {unknown} error of the search for the actor */
    this.error = null;
  }

  connectedCallback() {
    super.connectedCallback();
    void this.#entries.restart();
  }

  render() {
    return html`<form role="search" @submit=${this.#onSubmit}>
        <div><label for="action">${t("admin.action")}</label><select id="action" name="action">
          <option value="">${t("admin.any")}</option>
          ${ACTIONS.map(
            (action) => html`<option value=${action}>${describeCode("did", action)}</option>`,
          )}</select></div>
        <ui-field label=${t("admin.actor")} name="actor" autocomplete="off" maxlength="50"></ui-field>
        <div><label for="target">${t("admin.target")}</label><select id="target" name="target_kind">
          <option value="">${t("admin.any")}</option>
          ${TARGETS.map(
            (kind) => html`<option value=${kind}>${t(`admin.target_${kind}`)}</option>`,
          )}</select></div>
        <ui-field label=${t("admin.target_id")} name="target_id" type="number" min="1"></ui-field>
        <button class="primary">${t("admin.filter")}</button>
      </form>
      <ui-error .error=${this.error}></ui-error>
      ${renderPagedTable(this.#entries, (items) => this.#renderTable(items), t("admin.no_entries"))}`;
  }

  /** @param {AuditEntryView[]} entries */
  #renderTable(entries) {
    return html`<table class="cards">
      <caption class="visually-hidden">${t("admin.audit")}</caption>
      <thead><tr><th scope="col">${t("admin.at")}</th><th scope="col">${t("admin.actor")}</th>
      <th scope="col">${t("admin.action")}</th>
        <th scope="col">${t("admin.target")}</th><th scope="col">${t("admin.outcome")}</th>
        <th scope="col">${t("admin.details")}</th></tr></thead>
      <tbody>${repeat(
        entries,
        ({ id }) => id,
        (entry) => html`<tr>
        <td data-label=${t("admin.at")}><time datetime=${entry.at}>${dateTime(entry.at)}</time></td>
        <td data-label=${t("admin.actor")}>
          ${entry.actor ? renderPersonLink(entry.actor) : t("admin.by_time")}</td>
        <td data-label=${t("admin.action")}>${describeCode("did", entry.action)}</td>
        <td data-label=${t("admin.target")}>${t(`admin.target_${entry.target_kind}`)}
          ${entry.target ? renderPersonLink(entry.target) : String(entry.target_id)}</td>
        <td data-label=${t("admin.outcome")}>${renderState("outcome", entry.outcome)}</td>
        <td data-label=${t("admin.details")} class="details">${renderDetails(entry)}</td>
      </tr>`,
      )}</tbody></table>`;
  }

  /** @param {SubmitEvent} event */
  async #onSubmit(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(/** @type {HTMLFormElement} */ (event.target)));
    const { actor, ...filter } = /** @type {Record<string, string>} */ (given);
    this.error = null;
    try {
      this.#filter = { ...filter, ...(actor && { actor: await findArtistId(actor) }) };
      await this.#entries.restart();
    } catch (error) {
      this.error = error;
    }
  }
}
customElements.define("admin-audit", Audit);

/** @param {AuditEntryView} entry empty details are left out */
function renderDetails({ details, concerned }) {
  const given = Object.entries(details).filter(([, value]) => value !== null && value !== "");
  return given.map(([name, value], n) => {
    const isArtist = concerned?.id === value && CONCERNED_BY.includes(name);
    const shown = isArtist ? renderPersonLink(concerned) : formatDetail(name, value);
    return html`${n ? " · " : ""}${describeCode("detail", name)}: ${shown}`;
  });
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function formatDetail(name, value) {
  if (Array.isArray(value)) return value.map((role) => describeCode("role", role)).join(", ") || "–";
  const text = String(value);
  if (["since", "until", "expires_at"].includes(name)) return dateTime(text);
  if (name === "kind") return describeCode("target", text);
  if (name === "acted_for") return t(`admin.acted_for_${text}`);
  if (name === "code") return errorText(new ApiError({ status: 0, code: text }));
  if (has(`admin.setting_${name}_${text}`)) return t(`admin.setting_${name}_${text}`);
  if (name === "x" || name === "y") return String(Number(value) + 1); // counted as people do
  return name === "action_taken" ? describeCode("action", text) : text;
}
