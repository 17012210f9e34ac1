import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { session } from "../session.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import "../ui/new-password.js";
import { findPasswordFault } from "./refusals.js";
import { account } from "./styles.js";

/** Changes the password, which ends all other sessions. */
export class PasswordForm extends FormElement {
  static styles = account;

  #change = this.submits(async ({ current_password = "", new_password = "" }, form) => {
    await api.put("/auth/password", { current_password, new_password });
    form.reset();
    toast(t("account.password_changed_others"), { kind: "success" });
  });

  /** @param {unknown} error */
  faultsOf(error) {
    return findPasswordFault(error, "current_password") ?? super.faultsOf(error);
  }

  render() {
    const { faults } = this;
    const owner = session.account;
    return html`<h2>${t("account.password")}</h2>
      <form @submit=${this.#change}>
        <input type="text" name="username" autocomplete="username" .value=${owner?.username ?? ""} hidden
          aria-hidden="true">
        <ui-field label=${t("account.current_password")} name="current_password" type="password"
          autocomplete="current-password"
          required maxlength="128" error=${faults.current_password ?? ""}></ui-field>
        <new-password name="new_password" label=${t("account.new_password")}
          .known=${[owner?.username ?? "", owner?.email ?? ""]}
          error=${faults.new_password ?? ""}></new-password>
        <ui-error .error=${this.error}></ui-error>
        <div class="row"><button class="primary"
          ?disabled=${this.busy}>${t("account.change_password")}</button></div>
      </form>`;
  }
}
customElements.define("account-password", PasswordForm);
