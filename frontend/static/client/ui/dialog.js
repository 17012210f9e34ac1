import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { stayForFiles } from "./drops.js";
import { Element } from "./element.js";
import "./icon.js";
import { modals } from "./modals.js";
import { base, controls, typography } from "./styles.js";

/**
 * `<ui-dialog heading="…" ?open=${…} @close=${…}>content</ui-dialog>`: a modal dialog. Escape, the close
 * button and a click outside fire `close`; the parent then sets `open` to false. Buttons go into the slot
 * `actions`.
 */
export class Dialog extends Element {
  static properties = { open: { type: Boolean }, heading: {}, wide: { type: Boolean, reflect: true } };
  static styles = [
    base,
    typography,
    controls,
    css`
    :host { display: contents; }
    dialog {
      width: min(32rem, calc(100vw - 2rem)); max-height: calc(100dvh - 2rem); padding: 0; overflow: auto;
      overscroll-behavior: contain;
      border: 1px solid var(--line); border-radius: var(--radius-3); background: var(--surface);
      color: var(--ink);
      box-shadow: var(--shadow);
    }
    :host([wide]) dialog { width: min(56rem, calc(100vw - 2rem)); }
    dialog::backdrop { background: #0b0d12a6; }
    header {
      position: sticky; top: 0; z-index: 1; display: flex; align-items: center;
      justify-content: space-between;
      gap: var(--space-3); padding: var(--space-4) var(--space-4) var(--space-2) var(--space-5);
      background: var(--surface);
    }
    .body { padding: var(--space-2) var(--space-5) var(--space-5); }
    footer {
      display: flex; flex-wrap: wrap; justify-content: flex-end; gap: var(--space-3);
      padding: 0 var(--space-5) var(--space-5);
    }
    footer:not(.used) { display: none; }
  `,
  ];

  #hasActions = false;
  #isPressedOutside = false;

  constructor() {
    super();
    this.open = false;
    this.heading = "";
    this.wide = false;
  }

  render() {
    return html`<dialog aria-labelledby="heading" @cancel=${this.#onCancel}
      @keydown=${keepEscape} @pointerdown=${this.#onPress} @click=${this.#onClick}
      @dragover=${stayForFiles} @drop=${stayForFiles}>
      <header>
        <h2 id="heading">${this.heading}</h2>
        <button class="quiet icon" aria-label=${t("common.close")} @click=${this.#close}><ui-icon
          name="close"></ui-icon></button>
      </header>
      <div class="body"><slot></slot></div>
      <footer class=${this.#hasActions ? "used" : ""}><slot name="actions"
        @slotchange=${this.#onSlotChange}></slot></footer>
    </dialog>`;
  }

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate(); // it may have been moved, which closes it
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.hasUpdated) modals.close(this.#dialog);
  }

  updated() {
    if (!this.isConnected) return;
    if (this.open && !this.#dialog.open) modals.show(this.#dialog);
    if (!this.open && this.#dialog.open) modals.close(this.#dialog);
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.renderRoot.querySelector("dialog"));
  }

  /** @param {Event} event */
  #onSlotChange(event) {
    this.#hasActions = /** @type {HTMLSlotElement} */ (event.target).assignedElements().length > 0;
    this.requestUpdate();
  }

  #close = () => this.dispatchEvent(new Event("close"));

  /** @param {Event} event on Escape the parent decides, because there may be unsaved changes */
  #onCancel(event) {
    if (event.target !== event.currentTarget) return; // bubbles from a file input inside
    event.preventDefault();
    this.#close();
  }

  /** @param {PointerEvent} event that may be the start of a swipe, or of text that is selected */
  #onPress(event) {
    this.#isPressedOutside = this.#isOutside(event);
  }

  /** @param {MouseEvent} event after which nothing more comes, that would reach what is behind */
  #onClick(event) {
    if (this.#isPressedOutside && this.#isOutside(event)) this.#close();
  }

  /** @param {MouseEvent} event */
  #isOutside({ target, clientX, clientY }) {
    const { left, right, top, bottom } = this.#dialog.getBoundingClientRect();
    const isInside = clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
    return target === this.#dialog && !isInside;
  }
}
customElements.define("ui-dialog", Dialog);

/** @param {KeyboardEvent} event Escape closes the dialog, and not the panel that it is in as well */
function keepEscape(event) {
  if (event.key === "Escape") event.stopPropagation();
}
