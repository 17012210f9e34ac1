import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, typography } from "../ui/styles.js";

/** The end of every page but the canvas, which fills the window. */
export class Footer extends Element {
  static styles = [base, typography, css`
    footer {
      display: flex; flex-wrap: wrap; justify-content: space-between; gap: var(--space-2) var(--space-5);
      padding: var(--space-4) var(--space-5); border-top: 1px solid var(--line); color: var(--ink-soft); font-size: var(--text-small);
    }
    a { display: inline-block; padding: var(--space-1) 0; color: inherit; }
  `];

  render() {
    return html`<footer>
      <span>${t("common.tagline")}</span>
      <a href="/api/docs">${t("common.api_reference")}</a>
    </footer>`;
  }
}
customElements.define("tessera-footer", Footer);
