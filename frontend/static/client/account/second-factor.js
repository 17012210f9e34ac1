import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { session } from "../session.js";
import { withConfirmation } from "../ui/confirmation.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import { findPasswordFault } from "./refusals.js";
import { account } from "./styles.js";

/** @import { FactorsView, TotpView } from "#api" */

/** Sets up an authenticator app as the second factor, and replaces or removes it. */
export class SecondFactorForm extends FormElement {
  static properties = {
    factors: { state: true },
    made: { state: true },
    codes: { state: true },
    isRemoving: { state: true },
  };
  static styles = [
    account,
    css`
    .code { width: 12rem; max-width: 100%; border-radius: var(--radius-1); }
    code { font: var(--text-small) var(--font-mono); overflow-wrap: anywhere; user-select: all; }
    ul { columns: 12rem; padding: 0; list-style: none; }
    li { padding: var(--space-1) 0; break-inside: avoid; }
    .warning { padding: var(--space-3); border-radius: var(--radius-1); background: var(--warning-soft); }
  `,
  ];

  constructor() {
    super();
    /** @type {FactorsView | null} */
    this.factors = null;
    /** @type {TotpView | null} the app that is being set up */
    this.made = null;
    /** @type {string[]} recovery codes, which are shown once */
    this.codes = [];
    this.isRemoving = false;
  }

  firstUpdated() {
    void this.#load();
  }

  async #load() {
    try {
      this.factors = await api.get("/auth/second-factor");
    } catch (error) {
      this.error = error;
    }
  }

  #begin = this.submits(async () => {
    this.made = await api.post("/auth/totp");
  });

  #confirm = this.submits(async ({ code = "" }) => {
    this.codes = (await api.post("/auth/totp/confirm", { code })).recovery_codes;
    this.made = null;
    toast(t("account.app_active"), { kind: "success" });
    await session.renew(); // with what an account with a second factor may do
    await this.#load();
  });

  #renew = this.submits(async () => {
    this.codes = (await withConfirmation(() => api.post("/auth/recovery-codes"))).recovery_codes;
    await this.#load();
  });

  #remove = this.submits(async ({ password = "" }) => {
    await api.delete("/auth/totp", { password });
    this.isRemoving = false;
    this.codes = [];
    toast(t("account.app_removed"), { kind: "success" });
    await this.#load();
  });

  /** @param {unknown} error */
  faultsOf(error) {
    return findPasswordFault(error, "password") ?? super.faultsOf(error);
  }

  render() {
    const { factors, codes } = this;
    return html`<h2>${t("account.second_factor")}</h2>
      ${factors?.is_required ? html`<p class="warning">${t("account.factor_required")}</p>` : ""}
      ${
        codes.length
          ? html`<p>${t("account.codes_text")}</p>
            <ul>${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>`
          : ""
      }
      ${!factors ? html`<ui-error .error=${this.error}></ui-error>` : ""}
      ${factors && !factors.totp ? (this.made ? this.#renderSetup(this.made) : this.#renderOffer()) : ""}
      ${factors?.totp ? (this.isRemoving ? this.#renderRemoval() : this.#renderActive(factors)) : ""}`;
  }

  #renderOffer() {
    return html`<form @submit=${this.#begin}>
      <p>${t("account.app_text")}</p>
      <ui-error .error=${this.error}></ui-error>
      <div class="row"><button ?disabled=${this.busy}>${t("account.app_set_up")}</button></div>
    </form>`;
  }

  /** @param {TotpView} made */
  #renderSetup(made) {
    return html`<form @submit=${this.#confirm}>
      <p>${t("account.app_scan")}</p>
      <img class="code" alt=${t("account.qr_code")}
        src="data:image/svg+xml;utf8,${encodeURIComponent(made.qr_code)}">
      <p class="small soft">${t("account.app_secret")} <code>${made.secret}</code></p>
      <ui-field label=${t("account.code")} name="code" autocomplete="one-time-code" inputmode="numeric"
        required maxlength="6" pattern="[0-9]{6}" error=${this.faults.code ?? ""}></ui-field>
      <ui-error .error=${this.error}></ui-error>
      <div class="row">
        <button class="primary" ?disabled=${this.busy}>${t("account.app_confirm")}</button>
        <button type="button" @click=${() => (this.made = null)}>${t("common.cancel")}</button>
      </div>
    </form>`;
  }

  /** @param {FactorsView} factors */
  #renderActive({ recovery_codes }) {
    return html`<form @submit=${this.#renew}>
      <p>${t("account.app_in_use")} ${t("account.codes_left", { count: recovery_codes })}</p>
      <ui-error .error=${this.error}></ui-error>
      <div class="row">
        <button ?disabled=${this.busy}>${t("account.codes_renew")}</button>
        <button type="button" @click=${() => (this.isRemoving = true)}>${t("account.app_remove")}</button>
      </div>
    </form>`;
  }

  #renderRemoval() {
    return html`<form @submit=${this.#remove}>
      <p>${t("account.app_remove_text")}</p>
      <ui-field label=${t("account.current_password")} name="password" type="password"
        autocomplete="current-password" required maxlength="128"
        error=${this.faults.password ?? ""}></ui-field>
      <ui-error .error=${this.error}></ui-error>
      <div class="row">
        <button class="danger" ?disabled=${this.busy}>${t("account.app_remove_now")}</button>
        <button type="button" @click=${() => (this.isRemoving = false)}>${t("common.cancel")}</button>
      </div>
    </form>`;
  }
}
customElements.define("account-second-factor", SecondFactorForm);
