import { t } from "../i18n.js";
import { html, live, nothing } from "../lit.js";
import { Element } from "./element.js";
import "./icon.js";

let count = 0;

/**
 * `<ui-field label="…" name="username" hint="…" error="…">`: an input with label, hint and error. Renders
 * into the surrounding tree, so that forms and password managers see a plain input; its styles are in
 * `controls`. `multiline` renders a textarea.
 */
export class Field extends Element {
  static properties = {
    label: {},
    name: {},
    type: {},
    value: {},
    hint: {},
    error: {},
    autocomplete: {},
    inputmode: {},
    placeholder: {},
    pattern: {},
    min: {},
    max: {},
    step: {},
    minlength: { type: Number },
    maxlength: { type: Number },
    required: { type: Boolean },
    multiline: { type: Boolean },
    isShown: { state: true },
  };

  #id = `field-${++count}`;

  constructor() {
    super();
    this.label = "";
    this.name = "";
    this.type = "text";
    this.value = "";
    this.hint = "";
    this.error = "";
    this.required = false;
    this.multiline = false;
    /** Whether a password is shown in plain text. */
    this.isShown = false;
    /** @type {string | undefined} */
    this.autocomplete = undefined;
    /** @type {string | undefined} */
    this.inputmode = undefined;
    /** @type {string | undefined} */
    this.placeholder = undefined;
    /** @type {string | undefined} */
    this.pattern = undefined;
    /** @type {string | undefined} */
    this.min = undefined;
    /** @type {string | undefined} */
    this.max = undefined;
    /** @type {string | undefined} */
    this.step = undefined;
    /** @type {number | undefined} */
    this.minlength = undefined;
    /** @type {number | undefined} */
    this.maxlength = undefined;
  }

  createRenderRoot() {
    return this;
  }

  /**
   * The input element.
   * @returns {HTMLInputElement | HTMLTextAreaElement}
   */
  get control() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input, textarea"));
  }

  focus() {
    this.control.focus();
  }

  render() {
    const id = this.#id;
    const described =
      [this.error && `${id}-error`, this.hint && `${id}-hint`].filter(Boolean).join(" ") || nothing;
    const invalid = this.error ? "true" : nothing;
    return html`<label for=${id}>${this.label}</label>
      ${
        this.multiline
          ? html`<textarea id=${id} name=${this.name} .value=${live(this.value)} @input=${this.#onInput}
            ?required=${this.required}
            maxlength=${this.maxlength ?? nothing} placeholder=${this.placeholder ?? nothing}
            aria-describedby=${described} aria-invalid=${invalid}></textarea>`
          : html`<input id=${id} name=${this.name} type=${this.isShown ? "text" : this.type}
            .value=${live(this.value)} @input=${this.#onInput}
            ?required=${this.required} autocomplete=${this.autocomplete ?? nothing}
              inputmode=${this.inputmode ?? nothing}
            title=${(this.pattern && this.hint) || nothing}
            placeholder=${this.placeholder ?? nothing} pattern=${this.pattern ?? nothing}
            min=${this.min ?? nothing} max=${this.max ?? nothing} step=${this.step ?? nothing}
            minlength=${this.minlength ?? nothing} maxlength=${this.maxlength ?? nothing}
            aria-describedby=${described} aria-invalid=${invalid}>`
      }
      ${
        this.type === "password"
          ? html`<button type="button" class="reveal" aria-label=${t("common.show_password")}
            aria-pressed=${String(this.isShown)}
            @click=${() => (this.isShown = !this.isShown)}><ui-icon name="eye"></ui-icon></button>`
          : ""
      }
      ${this.error ? html`<p class="error" id="${id}-error">${this.error}</p>` : ""}
      ${this.hint ? html`<p class="hint" id="${id}-hint">${this.hint}</p>` : ""}`;
  }

  #onInput() {
    this.value = this.control.value;
    this.error = "";
  }
}
customElements.define("ui-field", Field);
