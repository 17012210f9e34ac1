import { css, LitElement } from "../lit.js";

/** `<ui-swatch .colour="#00798c">`: a decorative patch of colour. */
export class Swatch extends LitElement {
  static properties = { colour: {} };
  static styles = css`
    :host {
      display: inline-block; width: 1.25rem; height: 1.25rem; border: 1px solid var(--line);
      background: var(--swatch); forced-color-adjust: none;
    }
  `;

  constructor() {
    super();
    this.colour = "";
  }

  updated() {
    this.style.setProperty("--swatch", this.colour);
  }
}
customElements.define("ui-swatch", Swatch);
