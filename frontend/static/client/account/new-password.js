import { t } from "../i18n.js";
import { html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/field.js";
import { rateStrength } from "./strength.js";

const NAMES = ["weak", "fair", "good", "strong"];

/**
 * `<new-password name="password" label="…" error="…" .known=${[…]}>`: a field for a new password that shows
 * its strength. Renders into the surrounding tree, as `ui-field` does; its styles are in `account/styles.js`.
 */
export class NewPassword extends Element {
  static properties = {
    name: {},
    label: {},
    error: {},
    known: { attribute: false },
    strength: { state: true },
  };

  constructor() {
    super();
    this.name = "password";
    this.label = "";
    this.error = "";
    /**
     * Words that others know about the user, such as the username; they add no strength.
     * @type {string[]}
     */
    this.known = [];
    /** @type {number | null} */
    this.strength = null;
  }

  createRenderRoot() {
    return this;
  }

  /** @param {InputEvent} event */
  #onInput(event) {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    this.strength = value ? rateStrength(value, this.known) : null;
  }

  render() {
    const { strength } = this;
    return html`<ui-field type="password" name=${this.name} label=${this.label} error=${this.error}
      hint=${t("account.password_hint")}
        autocomplete="new-password" required minlength="8" maxlength="128" @input=${this.#onInput}></ui-field>
      <div class="strength" data-strength=${strength ?? ""}>
        <div class="bar" aria-hidden="true"><i></i><i></i><i></i><i></i></div>
        <span role="status">${strength === null ? "" : t(`account.strength_${NAMES[strength]}`)}</span>
      </div>`;
  }
}
customElements.define("new-password", NewPassword);
