import { t } from "../i18n.js";
import { css, html, svg } from "../lit.js";
import { nameColour } from "../ui/colour-name.js";
import { Element } from "../ui/element.js";
import { base, controls } from "../ui/styles.js";
import { commandButton } from "./command-button.js";

/** @import { Editor } from "./editor.js" */

/** `<editor-colours .editor=${editor}>`: the two colours in hand, which can be swapped. */
export class Colours extends Element {
  static properties = { editor: { attribute: false, hasChanged: () => true } };
  static styles = [
    base,
    controls,
    css`
    :host { display: flex; align-items: center; gap: var(--space-2); }
    .pair { position: relative; flex: none; width: 3.25rem; height: 3.25rem; }
    .ink {
      position: absolute; width: 2.125rem; height: 2.125rem; overflow: hidden;
      border: 2px solid var(--surface); border-radius: var(--radius-1); background: var(--sunken);
      box-shadow: 0 0 0 1px var(--line-strong);
    }
    .first { top: 1px; left: 1px; z-index: 1; }
    .second { right: 1px; bottom: 1px; }
    svg { display: block; width: 100%; height: 100%; }
    dl { flex: 1; min-width: 0; margin: 0; font-size: var(--text-small); line-height: 1.35; }
    dl div { display: flex; gap: 0.35em; }
    dt { flex: none; color: var(--ink-soft); }
    dd { min-width: 0; margin: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    /* Where there is no room for the names, they are still read aloud. */
    @media (max-width: 48rem), (max-height: 32rem) {
      dl { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    }
    @media (max-width: 48rem) and (min-height: 32rem) {
      :host { flex-direction: column; gap: 0; }
    }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    const { palette, settings } = this.editor;
    const [first, second] = [settings.colour, settings.second].map((colour) => nameColour(palette, colour));
    return html`<div class="pair" aria-hidden="true">
        ${this.#patch("first", settings.colour)}${this.#patch("second", settings.second)}
      </div>
      <dl>
        <div><dt>${t("editor.colour_first")}</dt><dd title=${first}>${first}</dd></div>
        <div><dt>${t("editor.colour_second")}</dt><dd title=${second}>${second}</dd></div>
      </dl>
      ${commandButton("swap", this.editor)}`;
  }

  /**
   * @param {"first" | "second"} place
   * @param {number} colour
   */
  #patch(place, colour) {
    const rgb = this.editor.palette[colour - 1];
    return html`<div class="ink ${place}"><svg viewBox="0 0 4 4" preserveAspectRatio="none">
      ${rgb ? svg`<rect width="4" height="4" fill=${rgb}></rect>` : CHECKED}</svg></div>`;
  }
}
customElements.define("editor-colours", Colours);

const CHECKED = svg`<path d="M0 0h2v4h2V2H0z" fill="rgb(128 128 128 / 0.45)"></path>`;
