/** How a report is closed: the form for it, or the outcome once it is closed. */

import { t } from "../i18n.js";
import { html } from "../lit.js";
import { session } from "../session.js";
import "../ui/field.js";
import "../ui/time.js";
import { describeCode, renderPersonLink } from "./people.js";

/** @import { ReportView } from "#api" */

/** @typedef {NonNullable<ReportView["action_taken"]>} ActionTaken */

/**
 * @typedef {object} ClosingForm
 * @property {ActionTaken} action the selected action
 * @property {boolean} isBusy
 * @property {(action: ActionTaken) => void} onAction
 * @property {(event: SubmitEvent) => void} onSubmit its submitter's value is the new status
 */

/** @type {ActionTaken[]} */
const ACTIONS = ["removed", "rolled_back", "suspended", "warned", "none"];

/**
 * Render the outcome of a closed report, or the form to close it, if the user may.
 * @param {ReportView} report
 * @param {ClosingForm} form
 */
export function renderClosing(report, form) {
  if (report.status === "resolved" || report.status === "dismissed") return renderOutcome(report);
  const mayClose = !report.assignee || report.assignee.id === session.account?.id || session.isAdmin;
  return mayClose ? renderForm(form) : "";
}

/** @param {ReportView} report */
function renderOutcome({ assignee, updated_at, action_taken, resolution }) {
  return html`<p class="soft">${t("admin.closed_by")} ${renderPersonLink(assignee)} ·
    <ui-time datetime=${updated_at}></ui-time>
    ${action_taken ? html`· ${describeCode("action", action_taken)}` : ""}
    ${resolution ? html`<br>${resolution}` : ""}</p>`;
}

/** @param {ClosingForm} form */
function renderForm({ action, isBusy, onAction, onSubmit }) {
  const select = (/** @type {Event} */ event) =>
    onAction(/** @type {ActionTaken} */ (/** @type {HTMLSelectElement} */ (event.target).value));
  return html`<form class="stack" @submit=${onSubmit}>
    <h3>${t("admin.close_report")}</h3>
    <div><label for="action">${t("admin.action_taken")}</label>
      <select id="action" name="action" @change=${select}>
        ${ACTIONS.map(
          (name) => html`<option value=${name} ?selected=${name === action}>
          ${describeCode("action", name)}</option>`,
        )}
      </select></div>
    <ui-field label=${t("admin.resolution")} name="resolution" hint=${t("admin.resolution_hint")} multiline
      maxlength="2000"></ui-field>
    <div class="row">
      <button class="primary" value="resolved" ?disabled=${isBusy}>${t("admin.resolve")}</button>
      <button value="dismissed" ?disabled=${isBusy}>${t("admin.dismiss")}</button>
    </div>
  </form>`;
}
