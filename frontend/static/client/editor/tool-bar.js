import { t } from "../i18n.js";
import { css, html, nothing } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls } from "../ui/styles.js";
import { titleOf } from "./command-button.js";
import { commandsOf } from "./commands.js";
import { ariaKeys, keymap } from "./keymap.js";

/** @import { Command } from "./commands.js" */
/** @import { Editor } from "./editor.js" */

/** Tools that begin a group. */
const FIRST = new Set(["fill", "line", "picker", "select", "hand"]);

/** `<editor-tools .editor=${editor}>`: the tools, of which one is in hand. */
export class ToolBar extends Element {
  static properties = { editor: { attribute: false, hasChanged: () => true } };
  static styles = [
    base,
    controls,
    css`
    [role="radiogroup"] { display: flex; flex-direction: var(--direction, column);
      gap: var(--gap, var(--space-1)); }
    button { position: relative; flex: none; color: var(--ink-soft); }
    /* A line before the first tool of a kind: shapes, what takes a colour, selections, the view. */
    .first::before {
      position: absolute; inset: var(--apart, -3px 25% auto 25%); border: solid var(--line);
      border-width: var(--apart-width, 1px 0 0); content: "";
    }
    [aria-checked="true"], [aria-checked="true"]:hover {
      border-color: var(--accent); background: var(--accent); color: var(--accent-ink);
    }
  `,
  ];

  /** The tool that was in hand when this was drawn last. */
  #shown = "";

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    return html`<div role="radiogroup" aria-label=${t("editor.tools")} @keydown=${this.#handleKey}>
      ${commandsOf("tool").map((command) => this.#button(command))}
    </div>`;
  }

  /** Keep the tool in hand in sight, where they do not all fit. */
  updated() {
    const { tool } = this.editor.settings;
    if (tool === this.#shown) return;
    this.#shown = tool;
    this.renderRoot
      .querySelector("[aria-checked=true]")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {Command} command */
  #button(command) {
    const { editor } = this;
    const isInHand = command.name === editor.settings.tool;
    const keys = ariaKeys(keymap.keysOf(command)) || nothing;
    return html`<button class="quiet icon ${FIRST.has(command.name) ? "first" : ""}" role="radio"
      aria-checked=${String(isInHand)} tabindex=${isInHand ? "0" : "-1"} aria-keyshortcuts=${keys}
      aria-label=${t(command.label)} title=${titleOf(command)}
      ?disabled=${!command.isEnabled(editor)} @click=${() => editor.run(command)}><ui-icon
      name=${command.icon}></ui-icon></button>`;
  }

  /**
   * Take up the next tool with an arrow key, as in any group of radio buttons.
   * @param {KeyboardEvent} event
   */
  async #handleKey(event) {
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    const { editor } = this;
    if (!step || !editor.mayPaint) return;
    event.preventDefault();
    const tools = commandsOf("tool");
    const index = tools.findIndex(({ name }) => name === editor.settings.tool);
    editor.run(tools[(index + step + tools.length) % tools.length]);
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement} */
    (this.renderRoot.querySelector("[aria-checked=true]")).focus();
  }
}
customElements.define("editor-tools", ToolBar);
