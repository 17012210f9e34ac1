import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import "../ui/error.js";
import { errorText } from "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import "./new-password.js";
import { nextPath, withNext } from "./next.js";
import { account } from "./styles.js";

/** @type {Record<string, string>} error codes that concern one field */
const FIELDS = { username_taken: "username", email_taken: "email" };

/** Creates an account and signs in; an email asks to confirm the address. */
export class Register extends FormElement {
  static properties = { known: { state: true } };
  static styles = account;

  constructor() {
    super();
    /**
     * Values of other fields that the password should not contain.
     * @type {string[]}
     */
    this.known = [];
  }

  #register = this.submits(async ({ username = "", email = "", password = "" }) => {
    await session.register({ username, email, password });
    toast(t("account.registered", { email }), { kind: "success" });
    await navigate(nextPath(), { replace: true });
  });

  /** @param {unknown} error */
  faultsOf(error) {
    const field = error instanceof ApiError ? FIELDS[error.code] : undefined;
    return field ? { [field]: errorText(error) } : super.faultsOf(error);
  }

  /** @param {InputEvent} event */
  #onInput(event) {
    const { username = "", email = "" } = Object.fromEntries(
      new FormData(/** @type {HTMLFormElement} */ (event.currentTarget)),
    );
    this.known = [String(username), String(email), String(email).split("@")[0] ?? ""];
  }

  render() {
    setTitle(t("common.register"));
    const { faults } = this;
    return html`<div class="page narrow">
      <h1>${t("common.register")}</h1>
      <form class="card" @submit=${this.#register} @input=${this.#onInput}>
        <ui-field label=${t("account.username")} name="username" autocomplete="username" required
          minlength="3" maxlength="50"
          pattern="[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]" hint=${t("account.username_hint")}
          error=${faults.username ?? ""}></ui-field>
        <ui-field label=${t("account.email")} name="email" type="email" autocomplete="email" required
          maxlength="254"
          hint=${t("account.email_hint")} error=${faults.email ?? ""}></ui-field>
        <new-password label=${t("account.password")} .known=${this.known}
          error=${faults.password ?? ""}></new-password>
        <ui-error .error=${this.error}></ui-error>
        <div class="row"><button class="primary" ?disabled=${this.busy}>${t("account.create")}</button></div>
      </form>
      <p class="switch">${t("account.have_account")} <a
        href=${withNext("/login")}>${t("common.login")}</a></p>
    </div>`;
  }
}
customElements.define("tessera-register", Register);
