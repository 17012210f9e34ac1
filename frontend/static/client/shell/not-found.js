import { address } from "../base.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { setTitle } from "../router.js";
import { Element } from "../ui/element.js";
import { base, controls, layout, typography } from "../ui/styles.js";

/** The page for unknown addresses. */
export class NotFound extends Element {
  static styles = [base, typography, controls, layout];

  render() {
    setTitle(t("common.not_found"));
    return html`<div class="page narrow stack">
      <h1>${t("common.not_found")}</h1>
      <p>${t("common.not_found_text")}</p>
      <p><a class="button primary" href=${address("/")}>${t("common.to_canvases")}</a></p>
    </div>`;
  }
}
customElements.define("tessera-not-found", NotFound);
