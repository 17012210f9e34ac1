import { t } from "../i18n.js";
import { css, html, nothing, svg } from "../lit.js";
import { nameColour } from "../ui/colour-name.js";
import { Element } from "../ui/element.js";
import { base } from "../ui/styles.js";
import { commandNamed } from "./commands.js";
import { keymap } from "./keymap.js";

/**
 * @typedef {{palette: readonly string[], pickColour: (colour: number) => void,
 *   set: (settings: {second: number}) => void}} Editor what this needs of one
 */

/**
 * `<editor-palette .editor=${editor} colour=${3}>`: the colours of the canvas, to paint with one of them; the
 * right mouse button chooses the second colour.
 */
export class Palette extends Element {
  // Drawn again only for another colour: a palette may be long, and the editor changes with every stroke.
  static properties = { editor: { attribute: false }, colour: { type: Number } };
  static styles = [
    base,
    css`
    .swatches {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--swatch), 1fr)); gap: 3px;
      max-height: var(--swatches, 12rem); padding: 3px; overflow-y: auto;
    }
    button {
      position: relative; display: block; min-width: 0; height: var(--swatch); padding: 0; overflow: hidden;
      border: 1px solid var(--line-strong); border-radius: var(--radius-1); background: var(--sunken);
      cursor: pointer;
    }
    svg { position: absolute; inset: 0; width: 100%; height: 100%; }
    kbd {
      position: absolute; right: 2px; bottom: 2px; padding: 0 3px; border-radius: 3px;
      background: var(--surface);
      color: var(--ink); font: 600 0.625rem/1.3 var(--font);
    }
    [aria-checked="true"] { outline: 3px solid var(--ink); outline-offset: -1px; z-index: 1; }
    [aria-checked="true"]::after {
      content: ""; position: absolute; inset: 3px; border: 3px solid var(--surface); border-radius: 3px;
    }
    button:focus-visible { outline: 3px solid var(--focus); outline-offset: 1px; z-index: 2; }
    @media (hover: none) { kbd { display: none; } }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.colour = 1;
  }

  connectedCallback() {
    super.connectedCallback();
    keymap.addEventListener("change", this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    keymap.removeEventListener("change", this.#redraw);
  }

  #redraw = () => this.requestUpdate();

  render() {
    return html`<div class="swatches" role="radiogroup" aria-label=${t("editor.palette")}
      @keydown=${this.#handleKey}>
      ${[null, ...this.editor.palette].map((rgb, colour) => this.#swatch(rgb, colour))}
    </div>`;
  }

  /**
   * @param {string | null} rgb
   * @param {number} colour
   */
  #swatch(rgb, colour) {
    const { editor } = this;
    const isChosen = colour === this.colour;
    const command = commandNamed(`colour_${colour}`);
    const key = command && keymap.keysOf(command)[0];
    const name = nameColour(editor.palette, colour);
    return html`<button role="radio" aria-checked=${isChosen ? "true" : "false"}
      tabindex=${isChosen ? "0" : "-1"}
        aria-label=${name} aria-keyshortcuts=${key ?? nothing} title=${name}
        @click=${() => editor.pickColour(colour)}
        @contextmenu=${(/** @type {Event} */ event) => this.#pickSecond(event, colour)}>
      <svg viewBox="0 0 4 4" preserveAspectRatio="none" aria-hidden="true">
        ${rgb ? svg`<rect width="4" height="4" fill=${rgb}></rect>` : CHECKED}
      </svg>
      ${key ? html`<kbd aria-hidden="true">${key}</kbd>` : ""}
    </button>`;
  }

  /**
   * @param {Event} event
   * @param {number} colour
   */
  #pickSecond(event, colour) {
    event.preventDefault();
    this.editor.set({ second: colour });
  }

  /**
   * Arrow keys choose, as in any group of radio buttons.
   * @param {KeyboardEvent} event
   */
  async #handleKey(event) {
    const steps = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
    const step = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (!step) return;
    event.preventDefault();
    const { editor } = this;
    const count = editor.palette.length + 1;
    this.colour = (this.colour + step + count) % count;
    editor.pickColour(this.colour);
    await this.updateComplete;
    /** @type {HTMLElement} */
    (this.renderRoot.querySelector("[aria-checked=true]")).focus();
  }
}
customElements.define("editor-palette", Palette);

const CHECKED = svg`<path d="M0 0h2v4h2V2H0z" fill="rgb(128 128 128 / 0.45)"></path>`;
