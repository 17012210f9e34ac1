import { address } from "../base.js";
import { i18n, LANGUAGES, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { session } from "../session.js";
import { chooseTheme, THEMES, theme } from "../theme.js";
import { Element } from "../ui/element.js";
import "../ui/avatar.js";
import { errorText } from "../ui/error.js";
import "../ui/icon.js";
import { base, controls, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import "./notices.js";

/** @import { AccountView } from "#api" */
/** @import { ApiError } from "../api.js" */

/** The header of every page: brand, navigation, settings and account. */
export class Header extends Element {
  static styles = [
    base,
    typography,
    controls,
    css`
    :host { position: sticky; top: 0; z-index: 10; }
    header {
      display: flex; align-items: center; gap: var(--space-2); height: var(--header);
      padding: 0 max(var(--space-4), env(safe-area-inset-left));
      border-bottom: 1px solid var(--line); background: var(--paper);
    }
    .skip { position: absolute; top: var(--space-2); left: var(--space-2); z-index: 1; }
    .skip:not(:focus) {
      clip-path: inset(50%); width: 1px; height: 1px; min-height: 0; padding: 0; overflow: hidden;
    }
    .brand {
      display: flex; align-items: center; gap: var(--space-2); min-height: var(--target);
      margin-right: var(--space-3);
      color: var(--ink); font-size: 1.125rem; font-weight: 750; letter-spacing: -0.02em;
      text-decoration: none;
    }
    .brand img { image-rendering: pixelated; border-radius: 4px; }
    nav {
      display: flex; flex: 1; gap: var(--space-1); min-width: 0; overflow-x: auto; scrollbar-width: none;
    }
    nav a:focus-visible { outline-offset: -3px; }
    nav a { padding: 0 var(--space-3); }
    .menu {
      position: fixed; inset: calc(var(--header) + 2px) var(--space-3) auto auto; width: 14rem; margin: 0;
      padding: var(--space-3); border: 1px solid var(--line); border-radius: var(--radius-2);
      background: var(--raised); color: var(--ink); box-shadow: var(--shadow);
    }
    .menu a, .menu button { width: 100%; justify-content: flex-start; }
    .menu legend {
      margin: var(--space-2) 0 var(--space-1); color: var(--ink-soft); font-size: var(--text-small);
    }
    .me { padding: var(--space-1) var(--space-2); gap: var(--space-2); }
    .me span { max-width: 9rem; overflow: hidden; text-overflow: ellipsis; }
    @media (max-width: 40rem) {
      .brand span, .me span, .wide { display: none; }
      .brand { margin-right: 0; }
      nav a { padding: 0 var(--space-2); }
    }
    @media (max-width: 24rem) {
      header { gap: 0; padding: 0 var(--space-2); }
      header > .button, nav a { padding: 0 var(--space-2); font-size: 0.875rem; }
    }
  `,
  ];

  #isKnown = false;
  #life = new AbortController();

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    session.addEventListener("ended", explainEnd, { signal: this.#life.signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
  }

  async firstUpdated() {
    await session.ready;
    this.#isKnown = true;
    this.requestUpdate();
  }

  render() {
    return html`<header>
      <button class="skip"
        @click=${() => document.querySelector("main")?.focus()}>${t("common.skip")}</button>
      <a class="brand" href=${address("/")} aria-label="Tessera"><img
        src=${address("/static/favicon.svg")} alt="" width="28"
        height="28"><span>Tessera</span></a>
      <nav aria-label=${t("common.site")}>
        <a class="button quiet" href=${address("/")}>${t("common.canvases")}</a>
        ${
          session.isModerator
            ? html`<a class="button quiet" href=${address("/admin")}>${t("common.admin")}</a>`
            : ""
        }
      </nav>
      <button class="quiet icon" popovertarget="settings" aria-label=${t("common.settings")}><ui-icon
        name=${theme()}></ui-icon></button>
      <div id="settings" class="menu" popover>${this.#renderSettings()}</div>
      ${this.#isKnown ? this.#renderUser() : ""}
    </header>`;
  }

  #renderUser() {
    return session.account
      ? this.#renderAccount(session.account)
      : html`
      <a class="button quiet" href=${address("/login")}>${t("common.login")}</a>
      <a class="button primary wide" href=${address("/register")}>${t("common.register")}</a>`;
  }

  #renderSettings() {
    return html`
      <fieldset>
        <legend>${t("common.theme")}</legend>
        ${THEMES.map(
          (choice) => html`<button class="quiet" aria-pressed=${String(choice === theme())}
          @click=${() => {
            chooseTheme(choice);
            this.requestUpdate();
          }}>
          <ui-icon name=${choice}></ui-icon>${t(`common.theme_${choice}`)}</button>`,
        )}
      </fieldset>
      <fieldset>
        <legend>${t("common.language")}</legend>
        ${Object.entries(LANGUAGES).map(
          ([language, name]) => html`<button class="quiet" lang=${language}
          aria-pressed=${String(language === i18n.language)}
          @click=${() => i18n.choose(/** @type {keyof typeof LANGUAGES} */ (language))}>${name}</button>`,
        )}
      </fieldset>`;
  }

  /** @param {AccountView} account */
  #renderAccount(account) {
    return html`
      <site-notices></site-notices>
      <button class="quiet me" popovertarget="account"
        aria-label=${t("common.account_menu", { name: account.username })}>
        <ui-avatar name=${account.username}></ui-avatar><span>${account.username}</span><ui-icon
          name="down"></ui-icon>
      </button>
      <div id="account" class="menu" popover @click=${this.#closeMenu}>
        <a class="button quiet" href=${address(`/artist/${account.username}`)}><ui-icon
          name="account"></ui-icon>${t("common.my_profile")}</a>
        <a class="button quiet" href=${address("/account")}><ui-icon
          name="shield"></ui-icon>${t("common.my_account")}</a>
        <button class="quiet" @click=${this.#logout}><ui-icon
          name="close"></ui-icon>${t("common.logout")}</button>
      </div>`;
  }

  #closeMenu() {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("#account"))?.hidePopover();
  }

  async #logout() {
    try {
      await session.logout();
      toast(t("common.signed_out"));
    } catch (error) {
      toast(errorText(error), { kind: "error" });
    }
  }
}
customElements.define("tessera-header", Header);

/**
 * Tell an artist in an open tab that the account was suspended, why and until when.
 * @param {Event} event
 */
function explainEnd(event) {
  const { detail: error } = /** @type {CustomEvent<ApiError>} */ (event);
  if (error.suspension) toast(errorText(error), { kind: "error" });
}
