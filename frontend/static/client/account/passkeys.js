import { api } from "../api.js";
import { dateTime, t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { createPasskey, hasPasskeys } from "../model/passkeys.js";
import { session } from "../session.js";
import { withConfirmation } from "../ui/confirmation.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import { account } from "./styles.js";

/** @import { PasskeyView } from "#api" */

/** Lists the account's passkeys, adds and removes them. */
export class PasskeysForm extends FormElement {
  static properties = { passkeys: { state: true }, codes: { state: true } };
  static styles = [
    account,
    css`
    ul { padding: 0; list-style: none; }
    li {
      display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
      gap: var(--space-3); padding: var(--space-3) 0; border-top: 1px solid var(--line);
    }
    li div { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere; }
    code { font: var(--text-small) var(--font-mono); user-select: all; }
    .codes { columns: 12rem; }
    .codes li { display: block; padding: var(--space-1) 0; border: 0; break-inside: avoid; }
  `,
  ];

  constructor() {
    super();
    /** @type {PasskeyView[]} */
    this.passkeys = [];
    /** @type {string[]} recovery codes, which are shown once */
    this.codes = [];
  }

  firstUpdated() {
    void this.#load();
  }

  async #load() {
    try {
      this.passkeys = (await api.get("/auth/passkeys")).items;
    } catch (error) {
      this.error = error;
    }
  }

  #add = this.submits(async ({ name = "" }, form) => {
    const { options } = await withConfirmation(() => api.post("/auth/passkeys/options"));
    const made = await api.post("/auth/passkeys", { name, credential: await createPasskey(options) });
    this.codes = made.recovery_codes ?? [];
    form.reset();
    toast(t("account.passkey_added"), { kind: "success" });
    await session.renew(); // with what an account with a second factor may do
    await this.#load();
  });

  /** @param {PasskeyView} passkey */
  async #remove(passkey) {
    this.error = null;
    try {
      await withConfirmation(() => api.delete(`/auth/passkeys/${passkey.id}`));
      await this.#load();
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    return html`<h2>${t("account.passkeys")}</h2>
      <p>${t("account.passkeys_text")}</p>
      ${
        this.codes.length
          ? html`<p>${t("account.codes_text")}</p>
            <ul class="codes">${this.codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>`
          : ""
      }
      <ul>${repeat(
        this.passkeys,
        ({ id }) => id,
        (passkey) => html`<li>
        <div>
          <p><b>${passkey.name}</b></p>
          <p class="soft small">${dateTime(passkey.created_at)}</p>
        </div>
        <button aria-label=${t("account.passkey_remove_name", { name: passkey.name })}
          @click=${() => this.#remove(passkey)}>${t("account.passkey_remove")}</button>
      </li>`,
      )}</ul>
      ${
        hasPasskeys()
          ? html`<form @submit=${this.#add}>
            <ui-field label=${t("account.passkey_name")} name="name" required maxlength="100"
              autocomplete="off" error=${this.faults.name ?? ""}></ui-field>
            <ui-error .error=${this.error}></ui-error>
            <div class="row"><button ?disabled=${this.busy}>${t("account.passkey_add")}</button></div>
          </form>`
          : html`<p class="soft">${t("account.passkeys_missing")}</p>`
      }`;
  }
}
customElements.define("account-passkeys", PasskeysForm);
