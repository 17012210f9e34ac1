import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { Element } from "./element.js";
import "./icon.js";
import { modals } from "./modals.js";
import { base, controls } from "./styles.js";

/** @typedef {{label: string, run: () => void}} ToastAction */
/**
 * @typedef {{id: number, message: string, kind: "info" | "success" | "error", action?: ToastAction |
 *   undefined}} Note
 */

const SHOWN = 6_000; // milliseconds; errors and notes with an action stay until they are closed

/** The corner for short notes; a single instance, created with the first note. */
class Toasts extends Element {
  static styles = [
    base,
    controls,
    css`
    :host {
      position: fixed; inset: auto var(--space-4) var(--space-4) auto; margin: 0; padding: 0; border: 0;
      background: none;
      width: min(26rem, calc(100vw - 2rem)); overflow: visible; color: inherit;
    }
    ul {
      display: flex; flex-direction: column; gap: var(--space-2); margin: 0; padding: 0; list-style: none;
    }
    li {
      display: flex; align-items: center; gap: var(--space-3);
      padding: var(--space-2) var(--space-2) var(--space-2) var(--space-4);
      border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: var(--radius-1);
      background: var(--raised); box-shadow: var(--shadow); font: 0.9375rem/1.45 var(--font);
      overflow-wrap: anywhere;
    }
    li.error { border-left-color: var(--danger); }
    li.success { border-left-color: var(--success); }
    span { flex: 1; }
  `,
  ];

  /** @type {Note[]} */
  #notes = [];
  #next = 1;

  constructor() {
    super();
    modals.addEventListener("change", () => this.#rise()); // also when it went with the dialog that it was in
  }

  connectedCallback() {
    super.connectedCallback();
    this.setAttribute("popover", "manual");
    this.setAttribute("role", "status");
  }

  /** Go above everything, and into the dialog on top, where the notes can be pressed and are announced. */
  #rise() {
    const parent = modals.top ?? document.body;
    if (this.parentNode === parent) this.hidePopover();
    else parent.append(this);
    this.showPopover();
  }

  /** @param {Omit<Note, "id">} note */
  show(note) {
    const id = this.#next++;
    this.#notes = [...this.#notes, { ...note, id }];
    if (note.kind !== "error" && !note.action) setTimeout(() => this.#drop(id), SHOWN);
    this.#rise();
    this.requestUpdate();
  }

  /** @param {number} id */
  #drop(id) {
    this.#notes = this.#notes.filter((note) => note.id !== id);
    this.requestUpdate();
  }

  render() {
    return html`<ul>${repeat(
      this.#notes,
      (note) => note.id,
      (note) => html`<li class=${note.kind}>
      <span>${note.message}</span>
      ${
        note.action
          ? html`<button class="quiet" @click=${() => {
              note.action?.run();
              this.#drop(note.id);
            }}>${note.action.label}</button>`
          : ""
      }
      <button class="quiet icon" aria-label=${t("common.close")} @click=${() => this.#drop(note.id)}><ui-icon
        name="close"></ui-icon></button>
    </li>`,
    )}</ul>`;
  }
}
customElements.define("ui-toasts", Toasts);

/** @type {Toasts | undefined} */
let corner;

/**
 * Show a short note in the corner, and announce it to screen readers.
 * @param {string} message
 * @param {{kind?: Note["kind"], action?: ToastAction}} [options]
 */
export function toast(message, { kind = "info", action } = {}) {
  if (!corner) {
    corner = new Toasts();
    document.body.append(corner);
  }
  corner.show({ message, kind, action });
}
