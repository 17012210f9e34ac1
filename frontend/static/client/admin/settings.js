import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { withConfirmation } from "../ui/confirmation.js";
import "../ui/error.js";
import { FormElement } from "../ui/form.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { Load } from "./load.js";

/** @import { PolicyView } from "#api" */

/** @type {{[Name in keyof PolicyView]: PolicyView[Name][]}} the values of each setting */
const CHOICES = {
  registration: ["open", "invitation", "closed"],
  challenge: ["auto", "always", "off"],
  second_factor: ["optional", "moderators", "everybody"],
};

/** The settings of the whole site, which apply at once. */
class Settings extends FormElement {
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    form { max-width: 40rem; }
    legend { margin-bottom: var(--space-2); font-size: var(--text-large); }
    .check { align-items: baseline; padding: var(--space-2) 0; }
    .check small { display: block; color: var(--ink-soft); }
  `,
  ];

  /** @type {Load<PolicyView>} */
  #settings = new Load(this, (signal) => api.get("/admin/settings", { signal }));

  connectedCallback() {
    super.connectedCallback();
    void this.#settings.run();
  }

  #save = this.submits(async (chosen) => {
    this.#settings.data = await withConfirmation(() => api.put("/admin/settings", chosen));
    toast(t("admin.settings_saved"), { kind: "success" });
  });

  render() {
    const { data, error } = this.#settings;
    if (!data)
      return error
        ? html`<ui-error .error=${error} retryable @retry=${() => this.#settings.run()}></ui-error>`
        : html`<div class="skeleton"></div>`;
    return html`<form class="card stack" @submit=${this.#save}>
      ${Object.entries(CHOICES).map(([name, values]) =>
        renderChoice(name, values, data[/** @type {keyof PolicyView} */ (name)]),
      )}
      <ui-error .error=${this.error}></ui-error>
      <div class="row"><button class="primary" ?disabled=${this.busy}>${t("common.save")}</button></div>
    </form>`;
  }
}
customElements.define("admin-settings", Settings);

/**
 * @param {string} name
 * @param {string[]} values
 * @param {string} current
 */
function renderChoice(name, values, current) {
  return html`<fieldset>
    <legend>${t(`admin.setting_${name}`)}</legend>
    ${values.map(
      (value) => html`<label class="check">
      <input type="radio" name=${name} value=${value} ?checked=${value === current}>
      <span>${t(`admin.setting_${name}_${value}`)}
        <small>${t(`admin.setting_${name}_${value}_text`)}</small></span></label>`,
    )}
  </fieldset>`;
}
