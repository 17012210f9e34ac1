import { dateTime, t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { handleOf } from "../model/artists.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "../ui/field.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { Pages } from "./load.js";
import { renderPagedTable } from "./paged-table.js";
import { describeCode, renderPersonLink, renderState } from "./people.js";
import "./roles.js";
import { marks, tables } from "./styles.js";
import { loadSettledAccount } from "./subject.js";
import { reinstate } from "./suspend.js";

/** @import { AccountStandingView, PersonView } from "#api" */

const STATUSES = ["", "active", "suspended", "deleted"];
const TYPING = 250; // milliseconds without a keystroke before a search starts

/** The list of accounts with their state and the actions for them. */
class Users extends Element {
  static properties = { status: { state: true }, suspended: { state: true }, promoted: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    tables,
    marks,
    css`
    form.filters {
      display: flex; flex-wrap: wrap; gap: var(--space-4); align-items: end; margin-bottom: var(--space-4);
    }
    ui-field input { display: block; }
    .filters ui-field { flex: 1 1 16rem; }
    .filters label { display: block; margin-bottom: var(--space-1); font-weight: 600; }
    .filters select { width: auto; }
    .card { padding: var(--space-2) var(--space-4); }
    .skeleton { height: 3rem; margin: var(--space-2) 0; }
    .actions { justify-content: flex-end; }
    td.actions-cell { text-align: end; }
    .more { margin-top: var(--space-3); }
    small { color: var(--ink-soft); }
  `,
  ];

  #search = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #typing;
  /** @type {Pages<AccountStandingView>} */
  #users = new Pages(this, "/admin/users", () => ({ search: this.#search, status: this.status }));
  #left = new AbortController();

  constructor() {
    super();
    this.status = "";
    /** @type {PersonView | null} */
    this.suspended = null;
    /** @type {AccountStandingView | null} shown in the dialog for roles */
    this.promoted = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#left = new AbortController();
    void this.#users.restart();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#typing);
    this.#left.abort();
  }

  render() {
    return html`<form class="filters" role="search" @submit=${this.#onSubmit}>
        <ui-field label=${t("admin.search_users")} name="search" type="search" maxlength="100"
          autocomplete="off"
          @input=${this.#onInput}></ui-field>
        <div><label for="status">${t("admin.state")}</label>
          <select id="status" @change=${this.#onFilter}>
            ${STATUSES.map(
              (status) => html`<option value=${status} ?selected=${status === this.status}>
              ${t(`admin.account_${status || "all"}`)}</option>`,
            )}
          </select></div>
      </form>
      ${renderPagedTable(this.#users, (items) => this.#renderTable(items), t("admin.no_users"))}
      <admin-suspend .person=${this.suspended} @close=${() => (this.suspended = null)}
        @done=${this.#onChanged}></admin-suspend>
      <admin-roles .account=${this.promoted} @close=${() => (this.promoted = null)}
        @done=${this.#onChanged}></admin-roles>`;
  }

  /** @param {AccountStandingView[]} users */
  #renderTable(users) {
    return html`<table class="cards">
      <caption class="visually-hidden">${t("admin.users")}</caption>
      <thead><tr><th scope="col">${t("admin.artist")}</th><th scope="col">${t("admin.state")}</th>
      <th scope="col">${t("admin.roles")}</th>
        <th scope="col">${t("admin.joined_at")}</th>
        <th scope="col"><span class="visually-hidden">${t("admin.actions")}</span></th></tr></thead>
      <tbody>${repeat(
        users,
        ({ id }) => id,
        (user) => html`<tr>
        <td data-label=${t("admin.artist")}>
          <span>${renderPersonLink(user)} <small>${handleOf(user)}</small></span></td>
        <td data-label=${t("admin.state")}>${this.#renderState(user)}</td>
        <td data-label=${t("admin.roles")}>
          ${user.roles.map((role) => describeCode("role", role)).join(", ") || "–"}</td>
        <td data-label=${t("admin.joined_at")}>${dateTime(user.joined_at, { dateStyle: "medium" })}</td>
        <td class="actions-cell"><div class="row actions">${this.#renderActions(user)}</div></td>
      </tr>`,
      )}</tbody></table>`;
  }

  /** @param {AccountStandingView} user */
  #renderState({ status, suspended_until: until, suspension_reason: reason, pending }) {
    if (pending.length) return html`<span class="mark wait">${t("admin.under_way")}</span>`;
    const mark = renderState("account", status);
    if (status !== "suspended") return html`<span>${mark}</span>`;
    const span = until ? t("admin.until_date", { date: dateTime(until) }) : t("admin.span_forever");
    return html`<span>${mark} <small>${span} · ${reason}</small></span>`;
  }

  /** @param {AccountStandingView} user the actions follow the server's rules */
  #renderActions(user) {
    if (user.id === session.account?.id || user.status === "deleted") return "";
    const actions = [];
    if (!user.roles.length || session.isAdmin) {
      actions.push(
        user.status === "suspended"
          ? html`<button aria-label=${t("admin.reinstate_name", { name: user.display_name })}
            @click=${() => this.#reinstate(user)}>${t("admin.reinstate")}</button>`
          : html`<button aria-label=${t("admin.suspend_name", { name: user.display_name })}
            @click=${() => (this.suspended = user)}>${t("admin.suspend")}</button>`,
      );
    }
    if (session.isAdmin) {
      actions.push(html`<button aria-label=${t("admin.roles_of", { name: user.display_name })}
        @click=${() => (this.promoted = user)}>${t("admin.roles")}</button>`);
    }
    return actions;
  }

  /** @param {PersonView} user */
  async #reinstate(user) {
    await reinstate(user);
    await this.#reloadAccount(user);
  }

  /** @param {CustomEvent<PersonView>} event */
  #onChanged({ detail }) {
    void this.#reloadAccount(detail);
  }

  /**
   * Reload the account once auth has carried out the command.
   * @param {PersonView} person
   */
  async #reloadAccount(person) {
    this.#users.change((user) => (user.id === person.id ? { ...user, pending: ["…"] } : user));
    const standing = await loadSettledAccount(person, this.#left.signal).catch(() => null);
    if (standing) this.#users.change((user) => (user.id === person.id ? standing : user));
    else void this.#users.restart();
  }

  /** @param {Event} event */
  #onInput(event) {
    this.#search = /** @type {HTMLInputElement} */ (event.target).value.trim();
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#users.restart(), TYPING);
  }

  /** @param {SubmitEvent} event */
  #onSubmit(event) {
    event.preventDefault();
    clearTimeout(this.#typing);
    void this.#users.restart();
  }

  /** @param {Event} event */
  #onFilter(event) {
    this.status = /** @type {HTMLSelectElement} */ (event.target).value;
    void this.#users.restart();
  }
}
customElements.define("admin-users", Users);
