import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "./element.js";
import "./field.js";
import { rateStrength } from "./strength.js";

const NAMES = ["weak", "fair", "good", "strong"];

/** Styles of the strength of a password, for the tree in which the field is. */
export const strength = css`
  .strength {
    display: flex; align-items: center; gap: var(--space-3); margin-top: var(--space-2); min-height: 1.25rem;
    font-size: var(--text-small); color: var(--ink-soft);
  }
  .strength[data-strength=""] { visibility: hidden; }
  .strength .bar { display: flex; flex: 0 0 8rem; gap: 3px; }
  .strength i { flex: 1; height: 5px; border-radius: 3px; background: var(--line); }
  .strength[data-strength="0"] i:nth-child(-n+1) { background: var(--danger); }
  .strength[data-strength="1"] i:nth-child(-n+2) { background: var(--warning); }
  .strength[data-strength="2"] i:nth-child(-n+3) { background: var(--success); }
  .strength[data-strength="3"] i { background: var(--success); }
`;

/**
 * `<new-password name="password" label="…" error="…" .known=${[…]}>`: a field for a new password that shows
 * its strength. Renders into the surrounding tree, as `ui-field` does, whose styles include {@link strength}.
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
