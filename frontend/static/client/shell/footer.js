import { address } from "../base.js";
import { i18n, LANGUAGES, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, typography } from "../ui/styles.js";

/** The footer of every page except the canvas, which fills the window. */
export class Footer extends Element {
  static styles = [
    base,
    typography,
    css`
    footer {
      display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2) var(--space-5);
      padding: var(--space-4) var(--space-5); border-top: 1px solid var(--line); color: var(--ink-soft);
      font-size: var(--text-small);
    }
    footer > :first-child { flex: 1 1 16rem; }
    a { display: inline-block; padding: var(--space-1) 0; color: inherit; }
    div { display: flex; gap: var(--space-3); }
    button {
      min-height: 1.75rem; padding: 0 var(--space-1); border: 0; background: none; color: inherit;
      font: inherit; text-decoration: underline; text-underline-offset: 0.15em; cursor: pointer;
    }
    button[aria-pressed="true"] { font-weight: 700; text-decoration: none; }
  `,
  ];

  render() {
    return html`<footer>
      <span>${t("common.tagline")}</span>
      <div role="group" aria-label=${t("common.language")}>
        ${Object.entries(LANGUAGES).map(
          ([language, name]) => html`<button lang=${language}
          aria-pressed=${String(language === i18n.language)}
          @click=${() => i18n.choose(/** @type {keyof typeof LANGUAGES} */ (language))}>${name}</button>`,
        )}
      </div>
      <a href=${address("/api/docs")}>${t("common.api_reference")}</a>
    </footer>`;
  }
}
customElements.define("tessera-footer", Footer);
