import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { nextPath, withNext } from "./next.js";
import { account } from "./styles.js";

/** The login form, and the form that requests a password reset link. */
export class Login extends FormElement {
  static properties = { isForgotten: { state: true }, sentTo: { state: true } };
  static styles = account;

  constructor() {
    super();
    this.isForgotten = false;
    this.sentTo = "";
  }

  #login = this.submits(async ({ username = "", password = "" }) => {
    await session.login({ username, password });
    await navigate(nextPath(), { replace: true });
  });

  #ask = this.submits(async ({ email = "" }) => {
    await api.post("/auth/reset-password", { email });
    this.sentTo = email;
  });

  /** @param {boolean} isForgotten */
  async #switchForm(isForgotten) {
    this.isForgotten = isForgotten;
    this.error = null;
    this.faults = {};
    this.sentTo = "";
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("input"))?.focus();
  }

  render() {
    setTitle(t("common.login"));
    return html`<div
      class="page narrow">${this.isForgotten ? this.#renderReset() : this.#renderLogin()}</div>`;
  }

  #renderLogin() {
    return html`
      <h1>${t("common.login")}</h1>
      <form class="card" @submit=${this.#login}>
        <ui-field label=${t("account.username_or_email")} name="username" autocomplete="username" required
          maxlength="254"
          error=${this.faults.username ?? ""}></ui-field>
        <ui-field label=${t("account.password")} name="password" type="password"
          autocomplete="current-password" required
          maxlength="128" error=${this.faults.password ?? ""}></ui-field>
        <ui-error .error=${this.error}></ui-error>
        <div class="row spread">
          <button class="primary" ?disabled=${this.busy}>${t("common.login")}</button>
          <button type="button" class="quiet"
            @click=${() => this.#switchForm(true)}>${t("account.forgot")}</button>
        </div>
      </form>
      <p class="switch">${t("account.no_account")} <a
        href=${withNext("/register")}>${t("common.register")}</a></p>`;
  }

  #renderReset() {
    return html`
      <h1>${t("account.forgot")}</h1>
      <form class="card" @submit=${this.#ask}>
        ${
          this.sentTo
            ? html`<p role="status">${t("account.reset_sent", { email: this.sentTo })}</p>`
            : html`<p>${t("account.forgot_text")}</p>
              <ui-field label=${t("account.email")} name="email" type="email" autocomplete="email" required
                maxlength="254"
                error=${this.faults.email ?? ""}></ui-field>
              <ui-error .error=${this.error}></ui-error>`
        }
        <div class="row spread">
          ${
            this.sentTo
              ? ""
              : html`<button class="primary" ?disabled=${this.busy}>${t("account.send_link")}</button>`
          }
          <button type="button" class="quiet"
            @click=${() => this.#switchForm(false)}>${t("account.back_to_login")}</button>
        </div>
      </form>`;
  }
}
customElements.define("tessera-login", Login);
