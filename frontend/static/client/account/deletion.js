import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { navigate } from "../router.js";
import { session } from "../session.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { Faults, FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import { findPasswordFault } from "./refusals.js";
import { account } from "./styles.js";

/** Deletes the account. Asks for the password and the username, so that it cannot happen by mistake. */
export class Deletion extends FormElement {
  static properties = { isOpen: { state: true } };
  static styles = account;

  constructor() {
    super();
    this.isOpen = false;
  }

  #delete = this.submits(async ({ password = "", confirmation = "" }) => {
    if (confirmation !== session.account?.username)
      throw new Faults({ confirmation: t("account.confirmation_wrong") });
    await api.delete("/auth/account", { password });
    session.leave();
    toast(t("account.deleted"));
    await navigate("/", { replace: true });
  });

  /** @param {unknown} error */
  faultsOf(error) {
    return findPasswordFault(error, "password") ?? super.faultsOf(error);
  }

  render() {
    return html`<h2>${t("account.deletion")}</h2>
      <p class="soft">${t("account.deletion_text")}</p>
      <div class="row"><button class="danger"
        @click=${() => (this.isOpen = true)}>${t("account.delete")}</button></div>
      <ui-dialog heading=${t("account.deletion")} ?open=${this.isOpen} @close=${() => (this.isOpen = false)}>
        ${this.isOpen ? this.#renderForm() : ""}
      </ui-dialog>`;
  }

  #renderForm() {
    const username = session.account?.username ?? "";
    return html`<form @submit=${this.#delete}>
      <p>${t("account.deletion_final")}</p>
      <ui-field label=${t("account.confirmation", { username })} name="confirmation" autocomplete="off"
        required
        error=${this.faults.confirmation ?? ""}></ui-field>
      <ui-field label=${t("account.password")} name="password" type="password" autocomplete="current-password"
        required
        maxlength="128" error=${this.faults.password ?? ""}></ui-field>
      <ui-error .error=${this.error}></ui-error>
      <div class="row">
        <button class="danger" ?disabled=${this.busy}>${t("account.delete_now")}</button>
        <button type="button" @click=${() => (this.isOpen = false)}>${t("common.cancel")}</button>
      </div>
    </form>`;
  }
}
customElements.define("account-deletion", Deletion);
