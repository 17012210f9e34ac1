import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import "../ui/login-form.js";
import { nextPath, withNext } from "./next.js";
import { describeFault, listProviders, renderProviders, takeReturn } from "./providers.js";
import { account } from "./styles.js";

/** @import { ProviderView } from "#api" */
/** @import { LoginForm } from "../ui/login-form.js" */

/** The login form, the ways to log in elsewhere, and the form that requests a password reset link. */
export class Login extends FormElement {
  static properties = {
    isForgotten: { state: true },
    sentTo: { state: true },
    providers: { state: true },
    fault: { state: true },
  };
  static styles = [
    account,
    css`
    .providers { display: grid; gap: var(--space-2); margin-top: var(--space-4); }
    .providers .button { width: 100%; justify-content: center; }
    .fault {
      margin-bottom: var(--space-4); padding: var(--space-3); border-radius: var(--radius-1);
      background: var(--warning-soft);
    }
  `,
  ];

  constructor() {
    super();
    this.isForgotten = false;
    this.sentTo = "";
    /** @type {ProviderView[]} */
    this.providers = [];
    this.fault = "";
  }

  firstUpdated() {
    void this.#welcomeBack();
    void this.#loadProviders();
  }

  async #loadProviders() {
    // Without them one can still log in with a password, and that form says what is wrong with the server.
    this.providers = await listProviders().catch(() => []);
  }

  /** Go on after a login elsewhere. */
  async #welcomeBack() {
    const returned = takeReturn();
    this.fault = describeFault(returned);
    if (returned?.outcome === "signed-in") {
      await session.returned();
      await navigate(nextPath(), { replace: true });
    }
    if (returned?.outcome === "second-factor")
      /** @type {LoginForm} */ (this.renderRoot.querySelector("login-form")).askForSecondFactor(returned);
  }

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
      <div class="card">
        ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : ""}
        <login-form @entered=${() => navigate(nextPath(), { replace: true })}>
          <button class="quiet" @click=${() => this.#switchForm(true)}>${t("account.forgot")}</button>
        </login-form>
        ${this.providers.length ? html`<div class="providers">${renderProviders(this.providers)}</div>` : ""}
      </div>
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
