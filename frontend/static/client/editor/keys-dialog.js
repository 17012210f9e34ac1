import { t } from "../i18n.js";
import { css, html, nothing } from "../lit.js";
import "../ui/dialog.js";
import { Element } from "../ui/element.js";
import { base, controls, typography } from "../ui/styles.js";
import { keyText } from "./command-button.js";
import { COMMANDS, commandsOf, GROUPS } from "./commands.js";
import { chordOf, keymap } from "./keymap.js";

/** @import { Command, Group } from "./commands.js" */

/** What keys and buttons mean whatever the artist changes: the keys, and the message of what they do. */
const FIXED = /** @type {const} */ ([
  ["← ↑ → ↓", "move"],
  ["Enter", "paint"],
  ["Space", "hand"],
  ["Shift", "constrain"],
  ["Alt", "pick"],
  ["Shift", "add"],
  ["Alt / Ctrl", "subtract"],
  ["Shift+Alt / Shift+Ctrl", "intersect"],
  ["Escape", "escape"],
]);

/**
 * `<editor-keys ?open=${…}>`: lists the keys of all commands, and changes them. Fires `close`.
 */
export class KeysDialog extends Element {
  static properties = {
    open: { type: Boolean },
    _changing: { state: true },
    _conflict: { state: true },
    _note: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    css`
    .groups { columns: 2 18rem; column-gap: var(--space-6); }
    section { break-inside: avoid; margin-bottom: var(--space-4); }
    h3 { margin-bottom: var(--space-1); color: var(--ink-soft); font-size: var(--text-small); }
    ul { padding: 0; list-style: none; }
    li { display: flex; align-items: center; justify-content: space-between; gap: var(--space-3);
      min-height: 2.25rem; }
    button.key { min-width: 4rem; min-height: 1.75rem; padding: 0 var(--space-2); }
    button.key, kbd { font: 600 var(--text-small) / 1.4 var(--font); }
    button.key.none { border-style: dashed; color: var(--ink-soft); }
    [role="status"] { position: sticky; bottom: var(--space-2); }
    .conflict, .note {
      display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2);
      padding: var(--space-3); border-left: 4px solid var(--warning); border-radius: var(--radius-1);
      background: var(--raised); box-shadow: var(--shadow);
    }
    .conflict span { flex: 1 1 14rem; }
    @media (pointer: coarse) { button.key { min-height: 2.75rem; } }
  `,
  ];

  constructor() {
    super();
    this.open = false;
    /**
     * The command that the next key is for.
     * @type {Command | null}
     */
    this._changing = null;
    /**
     * A key that another command has.
     * @type {{command: Command, key: string, holder: Command} | null}
     */
    this._conflict = null;
    this._note = "";
  }

  connectedCallback() {
    super.connectedCallback();
    keymap.addEventListener("change", this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    keymap.removeEventListener("change", this.#redraw);
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("open")) this.#settle();
  }

  render() {
    return html`<ui-dialog heading=${t("editor.keys")} wide ?open=${this.open}
      @close=${this.#close}>
      ${this.open ? this.#content() : ""}
      <button slot="actions" ?disabled=${!keymap.isChanged} @click=${this.#reset}>
        ${t("editor.keys_reset")}</button>
      <button slot="actions" class="primary" @click=${this.#close}>${t("common.close")}</button>
    </ui-dialog>`;
  }

  #content() {
    return html`<div @keydown=${this.#handleKey}>
      <div class="groups">${GROUPS.map((group) => this.#group(group))}
      <section><h3>${t("editor.keys_fixed")}</h3><ul>${FIXED.map(
        ([key, name]) => html`<li><span>${t(`editor.keys_${name}`)}</span><kbd>${keyText(key)}</kbd></li>`,
      )}</ul></section></div>
      <div role="status">${this.#status()}</div></div>`;
  }

  /** @param {Group} group */
  #group(group) {
    return html`<section><h3>${t(`editor.keys_of_${group}`)}</h3>
      <ul>${commandsOf(group).map((command) => this.#row(command))}</ul></section>`;
  }

  /** @param {Command} command */
  #row(command) {
    const isChanging = this._changing === command;
    const name = nameOf(command);
    const text = keymap.keysOf(command).map(keyText).join(", ");
    return html`<li><span>${name}</span>
      <button class="key ${text ? "" : "none"}" data-command=${command.name}
        aria-pressed=${isChanging ? "true" : nothing}
        aria-label=${t("editor.keys_change", { name, key: text || t("editor.keys_none") })}
        @click=${() => this.#change(command)}>
        ${isChanging ? t("editor.keys_press") : text || t("editor.keys_none")}</button></li>`;
  }

  #status() {
    if (!this._conflict) return this._note && html`<p class="note">${this._note}</p>`;
    const { command, key, holder } = this._conflict;
    const values = { key: keyText(key), holder: nameOf(holder), name: nameOf(command) };
    return html`<p class="conflict"><span>${t("editor.keys_conflict", values)}</span>
      <button @click=${() => this.#assign(command, key)}>${t("editor.keys_take")}</button>
      <button class="quiet" @click=${() => this.#leave(command)}>${t("common.cancel")}</button></p>`;
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("_conflict") && this._conflict) this.#focus(".conflict button");
  }

  /** @param {string} selector */
  #focus(selector) {
    /** @type {HTMLElement | null} */
    (this.renderRoot.querySelector(selector))?.focus();
  }

  /**
   * Leave a command as it is, and go back to it.
   * @param {Command} command
   */
  #leave(command) {
    this.#settle();
    this.#focus(`[data-command="${command.name}"]`);
  }

  /** @param {Command} command */
  #change(command) {
    this.#settle();
    this._changing = command;
  }

  /**
   * Take the key for the command that is being changed; Escape leaves it as it was, and so does Tab, which
   * goes on.
   * @param {KeyboardEvent} event
   */
  #handleKey(event) {
    event.stopPropagation(); // the editor's own keys rest meanwhile
    const command = this._changing;
    if (!command || isModifier(event)) return;
    if (event.key === "Tab") return this.#settle();
    event.preventDefault();
    const key = chordOf(event);
    if (event.key === "Escape") this._changing = null;
    else if (!key) this._note = t("editor.keys_refused");
    else if (keymap.holderOf(command, key)) this.#ask(command, key);
    else this.#assign(command, key);
  }

  /**
   * @param {Command} command
   * @param {string} key
   */
  #ask(command, key) {
    const holder = /** @type {Command} */ (keymap.holderOf(command, key));
    this.#settle();
    this._conflict = { command, key, holder };
  }

  /**
   * @param {Command} command
   * @param {string} key
   */
  #assign(command, key) {
    keymap.assign(command, key);
    this.#leave(command);
    this._note = t("editor.keys_changed", { key: keyText(key), name: nameOf(command) });
  }

  #reset() {
    keymap.reset();
    this.#settle();
    this._note = t("editor.keys_reset_done");
    this.#focus(".primary"); // this button has nothing left to do, and lets go of the focus
  }

  #settle() {
    this._changing = this._conflict = null;
    this._note = "";
  }

  #redraw = () => this.requestUpdate();

  #close = () => this.dispatchEvent(new Event("close"));
}
customElements.define("editor-keys", KeysDialog);

/** @param {Command} command */
function nameOf(command) {
  const number = COMMANDS.filter(({ label }) => label === command.label).indexOf(command) + 1;
  return t(command.label, { number });
}

/** @param {KeyboardEvent} event */
function isModifier({ key }) {
  return ["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"].includes(key);
}
