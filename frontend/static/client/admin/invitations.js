import { api } from "../api.js";
import { address } from "../base.js";
import { now } from "../clock.js";
import { dateTime, t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { readPage } from "../model/paging.js";
import { withConfirmation } from "../ui/confirmation.js";
import "../ui/dialog.js";
import "../ui/error.js";
import { errorText } from "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { Pages } from "./load.js";
import { renderPagedTable } from "./paged-table.js";
import { renderState } from "./people.js";
import { marks, tables } from "./styles.js";

/** @import { InvitationView, InvitedAccountView, NewInvitationView } from "#api" */
/** @import { Listed } from "../model/paging.js" */

const DAY = 86_400_000; // milliseconds

/** @type {Record<string, number | null>} how long an invitation is valid, in milliseconds */
const SPANS = { day: DAY, week: 7 * DAY, month: 30 * DAY, forever: null };

/** Makes invitations, and lists them with who came by each. */
class Invitations extends FormElement {
  static properties = { made: { state: true }, opened: { state: true }, guests: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    tables,
    marks,
    css`
    form {
      display: flex; flex-wrap: wrap; gap: var(--space-4); align-items: end; margin-bottom: var(--space-5);
    }
    form label { display: block; margin-bottom: var(--space-1); font-weight: 600; }
    form select { width: auto; }
    form ui-field input { display: block; width: 8rem; }
    .card { padding: var(--space-2) var(--space-4); }
    .skeleton { height: 3rem; margin: var(--space-2) 0; }
    .actions { justify-content: flex-end; }
    .more { margin-top: var(--space-3); }
    .code { font: 600 var(--text-large) var(--font-mono); overflow-wrap: anywhere; user-select: all; }
    .link { overflow-wrap: anywhere; }
  `,
  ];

  /** @type {Pages<InvitationView>} */
  #invitations = new Pages(this, "/admin/invitations", () => ({}));

  constructor() {
    super();
    /** @type {NewInvitationView | null} the invitation whose code is shown */
    this.made = null;
    /** @type {InvitationView | null} the invitation whose guests are shown */
    this.opened = null;
    /** @type {Listed<InvitedAccountView>} */
    this.guests = { items: [], cursor: null };
  }

  connectedCallback() {
    super.connectedCallback();
    void this.#invitations.restart();
  }

  #invite = this.submits(async ({ max_uses = "1", span = "" }) => {
    const length = SPANS[span];
    const expires_at = length ? new Date(now() + length).toISOString() : null;
    const draft = { max_uses: Number(max_uses), expires_at };
    this.made = await withConfirmation(() => api.post("/admin/invitations", draft));
    await this.#invitations.restart();
  });

  /** @param {InvitationView} invitation */
  async #revoke(invitation) {
    try {
      await withConfirmation(() => api.delete(`/admin/invitations/${invitation.id}`));
      this.#invitations.change((one) => (one.id === invitation.id ? { ...one, state: "revoked" } : one));
    } catch (error) {
      toast(errorText(error), { kind: "error" });
    }
  }

  /**
   * Show who came by an invitation, or the next page of them.
   * @param {InvitationView} invitation
   * @param {Listed<InvitedAccountView>} [before]
   */
  async #open(invitation, before) {
    try {
      this.guests = await readPage(`/admin/invitations/${invitation.id}/accounts`, { limit: 50 }, before);
      this.opened = invitation;
    } catch (error) {
      toast(errorText(error), { kind: "error" });
    }
  }

  render() {
    return html`<form @submit=${this.#invite}>
        <ui-field label=${t("admin.max_uses")} name="max_uses" type="number" min="1" max="10000" value="1"
          required error=${this.faults.max_uses ?? ""}></ui-field>
        <div><label for="span">${t("admin.valid_for")}</label><select id="span" name="span">
          ${Object.keys(SPANS).map(
            (span) => html`<option value=${span} ?selected=${span === "week"}>
            ${t(`admin.span_${span}`)}</option>`,
          )}</select></div>
        <button class="primary" ?disabled=${this.busy}>${t("admin.invite")}</button>
      </form>
      <ui-error .error=${this.error}></ui-error>
      ${renderPagedTable(this.#invitations, (items) => this.#renderTable(items), t("admin.no_invitations"))}
      ${this.#renderCode()} ${this.#renderGuests()}`;
  }

  /** @param {InvitationView[]} invitations */
  #renderTable(invitations) {
    return html`<table class="cards">
      <caption class="visually-hidden">${t("admin.invitations")}</caption>
      <thead><tr><th scope="col">${t("admin.invitation")}</th><th scope="col">${t("admin.state")}</th>
        <th scope="col" class="number">${t("admin.uses")}</th><th scope="col">${t("admin.expires")}</th>
        <th scope="col"><span class="visually-hidden">${t("admin.actions")}</span></th></tr></thead>
      <tbody>${repeat(
        invitations,
        ({ id }) => id,
        (one) => html`<tr>
        <td data-label=${t("admin.invitation")}>${dateTime(one.created_at)}</td>
        <td data-label=${t("admin.state")}>${renderState("invitation", one.state)}</td>
        <td data-label=${t("admin.uses")} class="number">${t("admin.used", {
          uses: one.uses,
          max: one.max_uses,
        })}</td>
        <td data-label=${t("admin.expires")}>${one.expires_at ? dateTime(one.expires_at) : "–"}</td>
        <td><div class="row actions">
          ${one.uses ? html`<button @click=${() => this.#open(one)}>${t("admin.who_came")}</button>` : ""}
          ${
            one.state === "open"
              ? html`<button @click=${() => this.#revoke(one)}>${t("admin.revoke")}</button>`
              : ""
          }
        </div></td>
      </tr>`,
      )}</tbody></table>`;
  }

  #renderCode() {
    const { made } = this;
    const link = made && `${location.origin}${address("/register")}#invitation=${made.code}`;
    return html`<ui-dialog heading=${t("admin.new_invitation")} ?open=${made !== null}
      @close=${() => (this.made = null)}>
      ${
        made &&
        html`<div class="stack">
        <p>${t("admin.code_text")}</p>
        <p class="code">${made.code}</p>
        <p class="link"><a href=${link}>${link}</a></p>
      </div>`
      }
    </ui-dialog>`;
  }

  #renderGuests() {
    const { opened, guests } = this;
    return html`<ui-dialog heading=${t("admin.who_came")} ?open=${opened !== null}
      @close=${() => (this.opened = null)}>
      ${
        opened &&
        html`<ul>${guests.items.map(
          (guest) => html`<li><a href=${address(`/artist/${guest.username}`)}>${guest.username}</a>
          <span class="soft">${dateTime(guest.joined_at)}</span></li>`,
        )}</ul>
        ${
          guests.cursor
            ? html`<button @click=${() => this.#open(opened, guests)}>${t("common.more")}</button>`
            : ""
        }`
      }
    </ui-dialog>`;
  }
}
customElements.define("admin-invitations", Invitations);
