import { ApiError, api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import "../ui/error.js";
import { errorText } from "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import "../ui/new-password.js";
import { solveChallenge } from "./challenge.js";
import { nextPath, withNext } from "./next.js";
import { listProviders, renderProviders, takeReturn } from "./providers.js";
import { account } from "./styles.js";

/** @import { ProviderView, Registration, RegistrationView } from "#api" */

/** @type {Record<string, string>} error codes that concern one field */
const FIELDS = {
  username_taken: "username",
  email_taken: "email",
  invitation_required: "invitation",
  invitation_invalid: "invitation",
};

const LINK = /^#invitation=(.+)/;

/**
 * Creates an account and signs in; an email asks to confirm the address. The link of an invitation has its
 * code in the fragment, which browsers send to no server.
 */
export class Register extends FormElement {
  static properties = {
    known: { state: true },
    mode: { state: true },
    needsChallenge: { state: true },
    providers: { state: true },
  };
  static styles = account;

  constructor() {
    super();
    /**
     * Values of other fields that the password should not contain.
     * @type {string[]}
     */
    this.known = [];
    /** @type {RegistrationView["registration"] | null} who may register; null until the server says */
    this.mode = null;
    /** Whether the registration takes a solved challenge. */
    this.needsChallenge = false;
    this.code = LINK.exec(location.hash)?.[1] ?? "";
    /** Whom a login elsewhere has proven: the account then has no password. */
    this.returned = takeReturn();
    /** @type {ProviderView[]} */
    this.providers = [];
  }

  get #ticket() {
    return this.returned?.ticket ?? "";
  }

  async firstUpdated() {
    try {
      /** @type {RegistrationView} */
      const { registration, challenge_required } = await api.get("/auth/registration");
      this.mode = registration;
      this.needsChallenge = challenge_required;
    } catch (error) {
      this.error = error;
    }
    // Without them one can still register with a password.
    if (!this.#ticket) this.providers = await listProviders().catch(() => []);
  }

  #register = this.submits(async ({ username = "", email = "", password = "", invitation = "" }) => {
    const ticket = this.#ticket;
    const who = { username, email, ...(invitation && { invitation }) };
    const proof = ticket ? { ticket } : { password };
    /** @param {{challenge?: string}} solved */
    const register = (solved) =>
      ticket
        ? session.registerIdentity({ ...who, ...proof, ...solved })
        : session.register(/** @type {Registration} */ ({ ...who, ...proof, ...solved }));
    try {
      await register(this.needsChallenge ? { challenge: await solveChallenge() } : {});
    } catch (error) {
      // Others registered in the meantime, so many that a challenge is required now.
      if (!(error instanceof ApiError && error.code === "challenge_required")) throw error;
      this.needsChallenge = true;
      await register({ challenge: await solveChallenge() });
    }
    toast(t("account.registered", { email }), { kind: "success" });
    await navigate(nextPath(), { replace: true });
  });

  /** @param {unknown} error */
  faultsOf(error) {
    if (error instanceof ApiError && error.code === "ticket_invalid") return {}; // no field can mend it
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
    return html`<div class="page narrow">
      <h1>${t("common.register")}</h1>
      ${
        this.mode === "closed"
          ? html`<p class="card">${t("account.registration_closed")}</p>`
          : this.#renderForm()
      }
      <p class="switch">${t("account.have_account")} <a
        href=${withNext("/login")}>${t("common.login")}</a></p>
    </div>`;
  }

  #renderForm() {
    const { faults } = this;
    return html`<form class="card" @submit=${this.#register} @input=${this.#onInput}>
        ${this.#ticket ? html`<p>${t("account.oidc_register")}</p>` : ""}
        <ui-field label=${t("account.username")} name="username" autocomplete="username" required
          minlength="3" maxlength="50"
          pattern="[A-Za-z0-9][A-Za-z0-9_]*[A-Za-z0-9]" hint=${t("account.username_hint")}
          error=${faults.username ?? ""}></ui-field>
        <ui-field label=${t("account.email")} name="email" type="email" autocomplete="email" required
          maxlength="254" value=${this.returned?.email ?? ""}
          hint=${t("account.email_hint")} error=${faults.email ?? ""}></ui-field>
        ${
          this.#ticket
            ? ""
            : html`<new-password label=${t("account.password")} .known=${this.known}
              error=${faults.password ?? ""}></new-password>`
        }
        ${
          this.mode === "invitation" || this.code || faults.invitation
            ? html`<ui-field label=${t("account.invitation")} name="invitation" autocomplete="off" required
                maxlength="100" value=${this.code} hint=${t("account.invitation_hint")}
                error=${faults.invitation ?? ""}></ui-field>`
            : ""
        }
        <ui-error .error=${this.error}></ui-error>
        <p class="soft small" role="status">${
          this.needsChallenge ? t(this.busy ? "account.challenge_underway" : "account.challenge_text") : ""
        }</p>
        <div class="row"><button class="primary" ?disabled=${this.busy}>${t("account.create")}</button></div>
        ${renderProviders(this.providers)}
      </form>`;
  }
}
customElements.define("tessera-register", Register);
