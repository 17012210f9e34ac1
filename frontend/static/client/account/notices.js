import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html, live } from "../lit.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { account } from "./styles.js";

/** @import { NoticeSettingsView } from "#api" */

/** Which kinds of notices the artist gets, on all devices; each is saved as it is switched. */
export class NoticeSettings extends Element {
  static properties = { settings: { state: true }, error: { state: true } };
  static styles = [
    account,
    css`
    .kinds {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
      gap: var(--space-2) var(--space-4); margin-top: var(--space-4);
    }
    .digest { margin-top: var(--space-4); padding-top: var(--space-4); border-top: 1px solid var(--line); }
  `,
  ];

  constructor() {
    super();
    /** @type {NoticeSettingsView | null} */
    this.settings = null;
    /** @type {unknown} */
    this.error = null;
  }

  firstUpdated() {
    void this.#load();
  }

  async #load() {
    await this.#show(() => api.get("/users/notices/settings"));
    await this.updateComplete;
    if (location.hash === "#notices") this.scrollIntoView(); // the page is not what the browser looks in
  }

  /** @param {() => Promise<NoticeSettingsView>} request */
  async #show(request) {
    this.error = null;
    try {
      this.settings = await request();
    } catch (error) {
      this.error = error;
      this.requestUpdate(); // a box that could not be switched is shown as it is
    }
  }

  /** @param {Event} event */
  #switch = async (event) => {
    const { name, checked } = /** @type {HTMLInputElement} */ (event.target);
    const change = name === "digest" ? { digest: checked } : { kinds: { [name]: checked } };
    await this.#show(() => api.patch("/users/notices/settings", change));
  };

  render() {
    const { settings } = this;
    const kinds = Object.entries(settings?.kinds ?? {});
    return html`<h2 id="notices">${t("common.notices")}</h2>
      <p class="soft">${t("account.notices_text")}</p>
      <div class="kinds" role="group" aria-labelledby="notices" @change=${this.#switch}>${kinds.map(
        ([kind, isOn]) => html`<label class="check"><input type="checkbox" name=${kind}
          .checked=${live(isOn)}>${t(`account.notices_${kind}`)}</label>`,
      )}</div>
      ${
        settings
          ? html`<p class="digest"><label class="check"><input type="checkbox" name="digest"
              .checked=${live(settings.digest)}
              @change=${this.#switch}>${t("account.digest_wanted")}</label></p>
            ${
              session.account?.email_verified
                ? ""
                : html`<p class="soft">${t("account.digest_unconfirmed")}</p>`
            }`
          : ""
      }
      <ui-error .error=${this.error} retryable @retry=${() => this.#load()}></ui-error>`;
  }
}
customElements.define("account-notices", NoticeSettings);
