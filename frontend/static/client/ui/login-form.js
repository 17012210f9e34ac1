import { ApiError, api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { hasPasskeys, usePasskey } from "../model/passkeys.js";
import { session } from "../session.js";
import "./error.js";
import "./field.js";
import { FormElement } from "./form.js";
import "./new-password.js";
import { strength } from "./new-password.js";
import { base, controls, typography } from "./styles.js";

/** @import { SecondFactor } from "../api.js" */

/**
 * `<login-form @entered=${…}>`: asks for name and password, then for a second factor if there is one, and
 * for a password of one's own in exchange for a one-time password. A passkey alone is enough, too. Fires
 * `entered` when the user is signed in. What is inside stands beside its button.
 */
export class LoginForm extends FormElement {
  static properties = { oneTime: { state: true }, pending: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    strength,
    css`
    form { display: flex; flex-direction: column; gap: var(--space-4); }
    form .row { margin-top: var(--space-1); }
    .passkey { margin-top: var(--space-4); align-items: start; }
  `,
  ];

  constructor() {
    super();
    /**
     * A login with a one-time password, which is right.
     * @type {{username: string, password: string} | null}
     */
    this.oneTime = null;
    /** @type {SecondFactor | null} a login that waits for its second factor */
    this.pending = null;
  }

  /**
   * Go on with a login elsewhere that waits for its second factor.
   * @param {SecondFactor} pending
   */
  askForSecondFactor(pending) {
    this.pending = pending;
  }

  #login = this.submits(async ({ username = "", password = "" }) => {
    try {
      await this.#goOn(() => session.login({ username, password }));
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "one_time_password")) throw error;
      await this.#askForOwnPassword({ username, password });
    }
  });

  #replace = this.submits(async ({ new_password = "" }) => {
    const { oneTime } = this;
    if (oneTime) await this.#goOn(() => session.replaceOneTimePassword({ ...oneTime, new_password }));
  });

  #finish = this.submits(async ({ code = "" }) => {
    if (!this.pending) return;
    await session.loginWithSecondFactor({ challenge: this.pending.challenge, code });
    this.#enter();
  });

  /** Log in with a passkey alone, or go on with a login that waits for its second factor. */
  #usePasskey = this.submits(async () => {
    const challenge = this.pending?.challenge ?? null;
    const { options } = await api.post("/auth/passkeys/login/options", { challenge });
    const assertion = await usePasskey(options);
    await (challenge
      ? session.loginWithSecondFactor({ challenge, assertion })
      : session.loginWithPasskey(assertion));
    this.#enter();
  });

  /**
   * Do what logs in, and ask for the second factor if that is required.
   * @param {() => Promise<void>} enter
   */
  async #goOn(enter) {
    try {
      await enter();
    } catch (error) {
      if (!(error instanceof ApiError && error.secondFactor)) throw error;
      this.pending = error.secondFactor;
      await this.updateComplete;
      await new Promise(requestAnimationFrame); // the field inside renders after this element
      /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("[name=code] input"))?.focus();
      return;
    }
    this.#enter();
  }

  /** @param {{username: string, password: string}} login */
  async #askForOwnPassword(login) {
    this.oneTime = login;
    await this.updateComplete;
    await new Promise(requestAnimationFrame); // the field inside renders after this element
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("[name=new_password] input"))?.focus();
  }

  #enter() {
    this.dispatchEvent(new Event("entered"));
  }

  render() {
    if (this.pending) return this.#renderSecondFactor(this.pending);
    return this.oneTime ? this.#renderReplacement(this.oneTime.username) : this.#renderLogin();
  }

  /** @param {SecondFactor} pending */
  #renderSecondFactor({ methods }) {
    return html`<form @submit=${this.#finish}>
      <h2>${t("account.second_factor")}</h2>
      <ui-field label=${t("account.code")} name="code" autocomplete="one-time-code" required maxlength="50"
        hint=${t(methods.includes("totp") ? "account.code_hint" : "account.code_hint_recovery")}
        error=${this.faults.code ?? ""}></ui-field>
      <ui-error .error=${this.error}></ui-error>
      <div class="row spread">
        <button class="primary" ?disabled=${this.busy}>${t("common.login")}</button>
        <button type="button" class="quiet" @click=${this.#startOver}>${t("account.back_to_login")}</button>
      </div>
    </form>
    ${methods.includes("passkey") ? this.#renderPasskey() : ""}`;
  }

  #startOver = () => {
    this.pending = this.oneTime = null;
    this.error = null;
  };

  #renderPasskey() {
    return hasPasskeys()
      ? html`<form class="passkey" @submit=${this.#usePasskey}>
        <button ?disabled=${this.busy}>${t("common.passkey_use")}</button>
      </form>`
      : "";
  }

  #renderLogin() {
    return html`<form @submit=${this.#login}>
      <ui-field label=${t("account.username_or_email")} name="username" autocomplete="username" required
        maxlength="254"
        error=${this.faults.username ?? ""}></ui-field>
      <ui-field label=${t("account.password")} name="password" type="password"
        autocomplete="current-password" required
        maxlength="128" error=${this.faults.password ?? ""}></ui-field>
      <ui-error .error=${this.error}></ui-error>
      <div class="row spread">
        <button class="primary" ?disabled=${this.busy}>${t("common.login")}</button>
        <slot></slot>
      </div>
    </form>
    ${this.#renderPasskey()}`;
  }

  /** @param {string} username */
  #renderReplacement(username) {
    return html`<form @submit=${this.#replace}>
      <p>${t("account.one_time")}</p>
      <input type="text" name="username" autocomplete="username" .value=${username} hidden aria-hidden="true">
      <new-password name="new_password" label=${t("account.new_password")} .known=${[username]}
        error=${this.faults.new_password ?? ""}></new-password>
      <ui-error .error=${this.error}></ui-error>
      <div class="row"><button class="primary"
        ?disabled=${this.busy}>${t("account.set_password")}</button></div>
    </form>`;
  }
}
customElements.define("login-form", LoginForm);
