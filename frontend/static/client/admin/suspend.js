import { api } from "../api.js";
import { now } from "../clock.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/dialog.js";
import "../ui/error.js";
import { errorText } from "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";

/** @import { PersonView } from "#api" */

const DAY = 86_400_000; // milliseconds
/** @type {Record<string, number | null>} null: indefinitely */
const SPANS = { day: DAY, week: 7 * DAY, month: 30 * DAY, forever: null };

/**
 * The dialog for suspending an account: reason and duration. `<admin-suspend .person=${person} @close=${…}
 * @done=${…}>`: open while `person` is set. Fires `done` with the person once the command has been accepted,
 * also for reinstating.
 */
export class Suspend extends FormElement {
  static properties = { person: { attribute: false } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    ui-error { display: contents; }
    .spans {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); margin-top: var(--space-2);
    }
  `,
  ];

  constructor() {
    super();
    /** @type {PersonView | null} */
    this.person = null;
  }

  #suspend = this.submits(async ({ reason = "", span = "" }) => {
    const person = /** @type {PersonView} */ (this.person);
    const length = SPANS[span];
    const until = length ? new Date(now() + length).toISOString() : null;
    await api.post(`/admin/users/${person.id}/suspend`, { reason, until });
    this.#dispatchDone(person);
    toast(t("admin.suspend_done", { name: person.display_name }), {
      kind: "success",
      action: {
        label: t("admin.undo"),
        run: () => void reinstate(person).then(() => this.#dispatchDone(person)),
      },
    });
    this.#close();
  });

  render() {
    const { person } = this;
    return html`<ui-dialog heading=${t("admin.suspend_heading", { name: person?.display_name ?? "" })}
      ?open=${person !== null} @close=${this.#close}>
      ${
        person &&
        html`<form class="stack" @submit=${this.#suspend}>
        <p>${t("admin.suspend_text")}</p>
        <ui-field label=${t("admin.reason")} name="reason" hint=${t("admin.reason_hint")} required multiline
          maxlength="500"
          error=${this.faults.reason ?? ""}></ui-field>
        <fieldset>
          <legend>${t("admin.until")}</legend>
          <div class="spans">${Object.keys(SPANS).map(
            (span) => html`<label class="check">
            <input type="radio" name="span" value=${span}
              ?checked=${span === "week"}>${t(`admin.span_${span}`)}</label>`,
          )}
          </div>
        </fieldset>
        <ui-error .error=${this.error}></ui-error>
        <div class="row">
          <button class="danger" ?disabled=${this.busy}>${t("admin.suspend")}</button>
          <button type="button" @click=${this.#close}>${t("common.cancel")}</button>
        </div>
      </form>`
      }
    </ui-dialog>`;
  }

  /** @param {PersonView} person */
  #dispatchDone(person) {
    this.dispatchEvent(new CustomEvent("done", { detail: person }));
  }

  #close = () => {
    this.error = null;
    this.dispatchEvent(new Event("close"));
  };
}
customElements.define("admin-suspend", Suspend);

/**
 * Reinstate an account and confirm it in a message.
 * @param {PersonView} person
 */
export async function reinstate(person) {
  try {
    await api.post(`/admin/users/${person.id}/reinstate`);
    toast(t("admin.reinstate_done", { name: person.display_name }), { kind: "success" });
  } catch (error) {
    toast(errorText(error), { kind: "error" });
  }
}
