import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "./deletion.js";
import "./email.js";
import "./password.js";
import "./profile.js";
import "./sessions.js";
import { account } from "./styles.js";

/** The account page: profile, email address, password, sessions and deletion. */
export class Account extends Element {
  static properties = { isKnown: { state: true } };
  static styles = [
    account,
    css`
    .sections { display: grid; gap: var(--space-5); margin-top: var(--space-5); }
    .page { max-width: 48rem; }
  `,
  ];

  constructor() {
    super();
    this.isKnown = false;
  }

  async firstUpdated() {
    await session.ready;
    this.isKnown = true;
    if (!session.account) await navigate("/login?next=/account", { replace: true });
  }

  render() {
    setTitle(t("common.my_account"));
    if (!session.account) {
      return html`<div class="page"><h1>${t("common.my_account")}</h1>
        ${
          this.isKnown
            ? html`<p><a class="button primary" href="/login?next=/account">${t("common.login")}</a></p>`
            : ""
        }</div>`;
    }
    return html`<div class="page">
      <h1>${t("common.my_account")}</h1>
      <div class="sections">
        <account-profile class="card"></account-profile>
        <account-email class="card"></account-email>
        <account-password class="card"></account-password>
        <account-sessions class="card"></account-sessions>
        <account-deletion class="card"></account-deletion>
      </div>
    </div>`;
  }
}
customElements.define("tessera-account", Account);
