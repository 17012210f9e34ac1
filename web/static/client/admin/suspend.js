import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { errorText } from "../ui/error.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";

/** @import { Person } from "./people.js" */

const DAY = 86_400_000; // milliseconds
const SPANS = { day: DAY, week: 7 * DAY, month: 30 * DAY, forever: null };
/** @typedef {keyof typeof SPANS} Span */

/**
 * Asks why and for how long, and suspends. `<admin-suspend .person=${person} @close=${…} @done=${…}>`: open while it has
 * a person; `done` comes once auth was asked.
 */
export class Suspend extends Element {
  static properties = { person: { attribute: false }, error: { state: true }, isBusy: { state: true }, span: { state: true } };
  static styles = [base, typography, controls, layout, css`
    ui-error { display: contents; }
    .spans { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); margin-top: var(--space-2); }
  `];

  constructor() {
    super();
    /** @type {Person | null} */
    this.person = null;
    /** @type {unknown} */
    this.error = null;
    this.isBusy = false;
    /** @type {Span} */
    this.span = "week";
  }

  render() {
    const { person } = this;
    return html`<ui-dialog heading=${t("admin.suspend_heading", { name: person?.display_name ?? "" })} ?open=${person !== null} @close=${this.#close}>
      ${person && html`<form id="suspension" class="stack" @submit=${this.#submit}>
        <p>${t("admin.suspend_text")}</p>
        <ui-field label=${t("admin.reason")} name="reason" hint=${t("admin.reason_hint")} required multiline maxlength="500"></ui-field>
        <fieldset>
          <legend>${t("admin.until")}</legend>
          <div class="spans">${Object.keys(SPANS).map((span) => html`<label class="check">
            <input type="radio" name="span" value=${span} ?checked=${span === this.span}
              @change=${() => (this.span = /** @type {Span} */ (span))}>${t(`admin.span_${span}`)}</label>`)}
          </div>
        </fieldset>
        <ui-error .error=${this.error}></ui-error>
        <div class="row">
          <button class="danger" ?disabled=${this.isBusy}>${t("admin.suspend")}</button>
          <button type="button" @click=${this.#close}>${t("common.cancel")}</button>
        </div>
      </form>`}
    </ui-dialog>`;
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const person = /** @type {Person} */ (this.person);
    const reason = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("reason"));
    const length = SPANS[this.span];
    const until = length === null ? null : new Date(Date.now() + length).toISOString();
    this.isBusy = true;
    this.error = null;
    try {
      await api.post(`/admin/users/${person.id}/suspend`, { reason, until });
      this.dispatchEvent(new CustomEvent("done", { detail: person }));
      toast(t("admin.suspend_done", { name: person.display_name }), {
        kind: "success",
        action: { label: t("admin.undo"), run: () => void reinstate(person).then(() => this.#reinstated(person)) },
      });
      this.#close();
    } catch (error) {
      this.error = error;
    }
    this.isBusy = false;
  }

  /** @param {Person} person */
  #reinstated(person) {
    this.dispatchEvent(new CustomEvent("done", { detail: person }));
  }

  #close = () => {
    this.error = null;
    this.dispatchEvent(new Event("close"));
  };
}
customElements.define("admin-suspend", Suspend);

/** Let somebody in again, and say so. @param {Person} person */
export async function reinstate(person) {
  try {
    await api.post(`/admin/users/${person.id}/reinstate`);
    toast(t("admin.reinstate_done", { name: person.display_name }), { kind: "success" });
  } catch (error) {
    toast(errorText(error), { kind: "error" });
  }
}
