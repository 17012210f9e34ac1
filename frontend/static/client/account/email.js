import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { session } from "../session.js";
import "../ui/error.js";
import { FormElement } from "../ui/form.js";
import "../ui/icon.js";
import { account } from "./styles.js";

/** Shows the email address and its status, and sends another confirmation email. */
export class EmailForm extends FormElement {
  static properties = { isSent: { state: true } };
  static styles = account;

  constructor() {
    super();
    this.isSent = false;
  }

  #resend = this.submits(async () => {
    await api.post("/auth/verify-email", { email: session.account?.email });
    this.isSent = true;
  });

  render() {
    const owner = session.account;
    if (!owner) return "";
    return html`<h2>${t("account.email")}</h2>
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
      </form>`;
  }
}
customElements.define("account-email", EmailForm);
