import { api } from "../api.js";
import { address } from "../base.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import "../ui/error.js";
import { FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import "../ui/new-password.js";
import { account } from "./styles.js";

/** The target of links in mail: confirms an address or stops digests at once, or asks for a new password. */
export class MailLink extends FormElement {
  static properties = { isConfirmed: { state: true } };
  static styles = account;

  constructor() {
    super();
    const [purpose = "", token = ""] = location.hash.slice(1).split("=");
    this.purpose = purpose;
    this.token = token;
    this.isConfirmed = false;
    history.replaceState(null, "", address("/")); // keep the token out of the browser's history
  }

  get #isStop() {
    return this.purpose === "stop-digest";
  }

  firstUpdated() {
    if (this.purpose !== "reset-password") void this.#confirm();
  }

  async #confirm() {
    this.error = null;
    try {
      await this.#use();
      this.isConfirmed = true;
    } catch (error) {
      this.error = error;
    }
  }

  async #use() {
    const { purpose, token } = this;
    if (this.#isStop) {
      await api.post("/auth/digest/stop", undefined, { query: { token } });
    } else {
      await api.post(purpose === "change-email" ? "/auth/email/confirm" : "/auth/confirm-email", { token });
      await session.reload();
    }
  }

  #reset = this.submits(async ({ new_password = "" }) => {
    await api.post("/auth/confirm-password-reset", { token: this.token, new_password });
    session.leave(); // a new password ends all sessions
    toast(t("account.password_changed"), { kind: "success" });
    await navigate("/login", { replace: true });
  });

  render() {
    const isReset = this.purpose === "reset-password";
    const title = t(isReset ? "account.reset" : this.#isStop ? "account.digest" : "account.confirm");
    setTitle(title);
    return html`<div class="page narrow">
      <h1>${title}</h1>
      ${isReset ? this.#renderReset() : this.#renderConfirmation()}
    </div>`;
  }

  #renderReset() {
    return html`<form class="card" @submit=${this.#reset}>
      <new-password name="new_password" label=${t("account.new_password")}
        error=${this.faults.new_password ?? ""}></new-password>
      <ui-error .error=${this.error}></ui-error>
      <div class="row"><button class="primary"
        ?disabled=${this.busy}>${t("account.set_password")}</button></div>
    </form>`;
  }

  #renderConfirmation() {
    return html`<div class="card stack">
      <p role="status">${
        this.isConfirmed
          ? t(this.#isStop ? "account.digest_stopped" : "account.confirmed")
          : this.error
            ? ""
            : t("common.loading")
      }</p>
      <ui-error .error=${this.error} retryable @retry=${() => this.#confirm()}></ui-error>
      <div class="row"><a class="button primary" href=${address(session.account ? "/account" : "/login")}>
        ${t(session.account ? "common.my_account" : "common.login")}</a></div>
    </div>`;
  }
}
customElements.define("tessera-mail-link", MailLink);
