import { ApiError, api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { hasPasskeys, usePasskey } from "../model/passkeys.js";
import "./dialog.js";
import "./error.js";
import "./field.js";
import { FormElement } from "./form.js";
import { base, controls, layout, typography } from "./styles.js";

/** The dialog that asks for a code of the second factor; a single instance, created when first needed. */
class Confirmation extends FormElement {
  static properties = { isOpen: { state: true } };
  static styles = [base, typography, controls, layout];

  /** @type {(isConfirmed: boolean) => void} answers whoever asked */
  #answer = () => {};

  constructor() {
    super();
    this.isOpen = false;
  }

  /** Ask for a code; resolves with whether the session is confirmed now. */
  ask() {
    this.#finish(false);
    this.isOpen = true;
    return /** @type {Promise<boolean>} */ (new Promise((resolve) => (this.#answer = resolve)));
  }

  #usePasskey = this.submits(async () => {
    const { options } = await api.post("/auth/passkeys/login/options", {});
    await api.post("/auth/confirm", { assertion: await usePasskey(options) });
    this.#finish(true);
  });

  #confirm = this.submits(async ({ code = "" }) => {
    await api.post("/auth/confirm", { code });
    this.#finish(true);
  });

  /** @param {boolean} isConfirmed */
  #finish(isConfirmed) {
    this.isOpen = false;
    this.error = null;
    this.#answer(isConfirmed);
  }

  render() {
    return html`<ui-dialog heading=${t("common.confirm_heading")} ?open=${this.isOpen}
      @close=${() => this.#finish(false)}>
      ${
        this.isOpen
          ? html`<form class="stack" @submit=${this.#confirm}>
        <p>${t("common.confirm_text")}</p>
        <ui-field label=${t("common.code")} name="code" autocomplete="one-time-code" required maxlength="50"
          error=${this.faults.code ?? ""}></ui-field>
        <ui-error .error=${this.error}></ui-error>
        <div class="row">
          <button class="primary" ?disabled=${this.busy}>${t("common.confirm")}</button>
          <button type="button" @click=${() => this.#finish(false)}>${t("common.cancel")}</button>
        </div>
      </form>
      ${
        hasPasskeys()
          ? html`<form @submit=${this.#usePasskey}><button
            ?disabled=${this.busy}>${t("common.passkey_use")}</button></form>`
          : ""
      }`
          : ""
      }
    </ui-dialog>`;
  }
}
customElements.define("ui-confirmation", Confirmation);

/** @type {Confirmation | null} */
let dialog = null;

/**
 * Do what may require a recent second factor; asks for a code if it does, and tries once more.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withConfirmation(work) {
  try {
    return await work();
  } catch (error) {
    const isRequired = error instanceof ApiError && error.code === "confirmation_required";
    if (!isRequired) throw error;
    dialog ??= document.body.appendChild(new Confirmation());
    if (!(await dialog.ask())) throw error;
    return work();
  }
}
