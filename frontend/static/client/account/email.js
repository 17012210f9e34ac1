import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { session } from "../session.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import "../ui/icon.js";
import { toast } from "../ui/toast.js";
import { findPasswordFault } from "./refusals.js";
import { account } from "./styles.js";

/** @import { AccountView } from "#api" */

/** Shows the email address and its status, sends another confirmation email, and changes the address. */
export class EmailForm extends FormElement {
  static properties = { isSent: { state: true }, isChanging: { state: true } };
  static styles = account;

  constructor() {
    super();
    this.isSent = false;
    this.isChanging = false;
  }

  #resend = this.submits(async () => {
    await api.post("/auth/verify-email", { email: session.account?.email });
    this.isSent = true;
  });

  #change = this.submits(async ({ email = "", password = "" }) => {
    await api.put("/auth/email", { email, password });
    this.isChanging = false;
    toast(t("account.email_requested", { email }), { kind: "success" });
  });

  /** @param {unknown} error */
  faultsOf(error) {
    return findPasswordFault(error, "password") ?? super.faultsOf(error);
  }

  render() {
    const owner = session.account;
    if (!owner) return "";
    return html`<h2>${t("account.email")}</h2>
      ${this.isChanging ? this.#renderChange() : this.#renderCurrent(owner)}`;
  }

  #renderChange() {
    return html`<form @submit=${this.#change}>
      <p>${t("account.email_change_text")}</p>
      <ui-field label=${t("account.email_new")} name="email" type="email" autocomplete="email" required
        maxlength="254" error=${this.faults.email ?? ""}></ui-field>
      <ui-field label=${t("account.current_password")} name="password" type="password"
        autocomplete="current-password" required maxlength="128"
        error=${this.faults.password ?? ""}></ui-field>
      <ui-error .error=${this.error}></ui-error>
      <div class="row">
        <button class="primary" ?disabled=${this.busy}>${t("account.send_link")}</button>
        <button type="button" @click=${() => this.#switchForm(false)}>${t("common.cancel")}</button>
      </div>
    </form>`;
  }

  /** @param {boolean} isChanging */
  #switchForm(isChanging) {
    this.isChanging = isChanging;
    this.error = null;
    this.faults = {};
  }

  /** @param {AccountView} owner */
  #renderCurrent(owner) {
    return html`
      <form @submit=${this.#resend}>
        <p><strong>${owner.email}</strong> <span class="soft">${t(
          owner.email_verified ? "account.verified" : "account.unverified",
        )}</span></p>
        <ui-error .error=${this.error}></ui-error>
        ${
          owner.email_verified
            ? ""
            : html`<p role="status">${this.isSent ? t("account.verify_sent") : t("account.verify_text")}</p>
              <div class="row"><button
                ?disabled=${this.busy || this.isSent}>${t("account.verify_resend")}</button></div>`
        }
        <div class="row"><button type="button"
          @click=${() => this.#switchForm(true)}>${t("account.email_change")}</button></div>
      </form>`;
  }
}
customElements.define("account-email", EmailForm);
