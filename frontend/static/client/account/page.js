import { address } from "../base.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "./deletion.js";
import "./email.js";
import "./export.js";
import "./identities.js";
import "./notices.js";
import "./offers.js";
import "./passkeys.js";
import "./password.js";
import "./profile.js";
import "./second-factor.js";
import "./sessions.js";
import { account } from "./styles.js";
import "./tokens.js";

/** The account page: who the artist is, how they log in, and what acts for them. */
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
            ? html`<p><a class="button primary"
                href=${address("/login?next=/account")}>${t("common.login")}</a></p>`
            : ""
        }</div>`;
    }
    return html`<div class="page">
      <h1>${t("common.my_account")}</h1>
      <div class="sections">
        <account-profile class="card"></account-profile>
        <account-offers class="card" hidden></account-offers>
        <account-notices class="card"></account-notices>
        <account-email class="card"></account-email>
        <account-password class="card"></account-password>
        <account-second-factor class="card"></account-second-factor>
        <account-passkeys class="card"></account-passkeys>
        <account-identities class="card" hidden></account-identities>
        <account-sessions class="card"></account-sessions>
        <account-tokens class="card"></account-tokens>
        <account-export class="card"></account-export>
        <account-deletion class="card"></account-deletion>
      </div>
    </div>`;
  }
}
customElements.define("tessera-account", Account);
