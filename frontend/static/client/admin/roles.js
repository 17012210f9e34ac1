import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/dialog.js";
import "../ui/error.js";
import { FormElement } from "../ui/form.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { describeCode } from "./people.js";

/** @import { AccountStandingView } from "#api" */

const ROLES = ["moderator", "admin"];

/**
 * `<admin-roles .account=${standing} @close=${…} @done=${…}>`: edits the roles of an account. Fires `done`
 * with the account.
 */
export class Roles extends FormElement {
  static properties = { account: { attribute: false } };
  static styles = [base, typography, controls, layout, css`ui-error { display: contents; }`];

  constructor() {
    super();
    /** @type {AccountStandingView | null} */
    this.account = null;
  }

  #save = this.submits(async (_, form) => {
    const account = /** @type {AccountStandingView} */ (this.account);
    await api.put(`/admin/users/${account.id}/roles`, { roles: new FormData(form).getAll("role") });
    this.dispatchEvent(new CustomEvent("done", { detail: account }));
    toast(t("admin.roles_done", { name: account.display_name }), { kind: "success" });
    this.#close();
  });

  render() {
    const { account } = this;
    return html`<ui-dialog heading=${t("admin.roles_of", { name: account?.display_name ?? "" })}
      ?open=${account !== null} @close=${this.#close}>
      ${
        account &&
        html`<form class="stack" @submit=${this.#save}>
        <fieldset>
          <legend class="visually-hidden">${t("admin.roles")}</legend>
          ${ROLES.map(
            (role) => html`<label class="check">
            <input type="checkbox" name="role" value=${role} ?checked=${account.roles.includes(role)}>
            <span><b>${describeCode("role", role)}</b>: ${t(`admin.may_${role}`)}</span></label>`,
          )}
        </fieldset>
        <ui-error .error=${this.error}></ui-error>
        <div class="row">
          <button class="primary" ?disabled=${this.busy}>${t("common.save")}</button>
          <button type="button" @click=${this.#close}>${t("common.cancel")}</button>
        </div>
      </form>`
      }
    </ui-dialog>`;
  }

  #close = () => {
    this.error = null;
    this.dispatchEvent(new Event("close"));
  };
}
customElements.define("admin-roles", Roles);
