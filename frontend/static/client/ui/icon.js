import { css, html, LitElement } from "../lit.js";
import { ICONS } from "./icons.js";

/** @import { IconName } from "./icons.js" */

/** `<ui-icon name="heart">`: a decorative icon; the surrounding control carries the label. */
export class Icon extends LitElement {
  static properties = { name: {} };
  static styles = css`
    :host { display: inline-flex; flex: none; }
    svg {
      width: 1.25em; height: 1.25em; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
      stroke-linejoin: round;
    }
    :host([filled]) svg { fill: currentColor; }
  `;

  constructor() {
    super();
    /** @type {IconName} */
    this.name = "add";
  }

  render() {
    return html`<svg viewBox="0 0 24 24" aria-hidden="true">${ICONS[this.name]}</svg>`;
  }
}
customElements.define("ui-icon", Icon);
