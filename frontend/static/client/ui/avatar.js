import { css, html, LitElement } from "../lit.js";

/** `<ui-avatar name="ada" colour="#00798c">`: a coloured initial. Decorative: the name is next to it. */
export class Avatar extends LitElement {
  static properties = { name: {}, colour: {} };
  static styles = css`
    :host {
      display: inline-grid; flex: none; width: var(--avatar-size, 2rem); height: var(--avatar-size, 2rem);
      place-items: center; border-radius: 28%; background: var(--avatar-colour, var(--sunken));
      color: var(--avatar-ink, var(--ink));
      font: 700 calc(var(--avatar-size, 2rem) * 0.45) / 1 var(--font); user-select: none;
    }
  `;

  constructor() {
    super();
    this.name = "";
    /** @type {string | undefined} */
    this.colour = undefined; // #rrggbb
  }

  render() {
    return html`<span aria-hidden="true">${[...this.name][0]?.toUpperCase() ?? ""}</span>`;
  }

  updated() {
    this.style.setProperty("--avatar-colour", this.colour ?? "");
    this.style.setProperty("--avatar-ink", this.colour ? chooseInk(this.colour) : "");
  }
}
customElements.define("ui-avatar", Avatar);

/**
 * Return black or white, whichever has more contrast on a colour (WCAG 2.2, relative luminance).
 * @param {string} colour
 */
export function chooseInk(colour) {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}
