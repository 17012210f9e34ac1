import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { REASONS } from "../model/reports.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";

/**
 * `<report-dialog kind="tile" target-id="7" ?open=${…} @close=${…}>`: sends a report to the moderators. That
 * of a message has the canvas of its chat as well: `canvas-id="7"`.
 */
export class ReportDialog extends Element {
  static properties = {
    kind: {},
    targetId: { type: Number, attribute: "target-id" },
    canvasId: { type: Number, attribute: "canvas-id" },
    open: { type: Boolean },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    label.check { padding: 0; }
  `,
  ];

  /** @type {unknown} */
  error = null;

  constructor() {
    super();
    this.kind = "tile";
    this.targetId = 0;
    this.canvasId = 0;
    this.open = false;
  }

  render() {
    return html`<ui-dialog heading=${t("canvas.report")} ?open=${this.open} @close=${this.#close}>
      <form id="report" class="stack" @submit=${this.#send}>
        <fieldset>
          <legend>${t("canvas.report_why")}</legend>
          ${REASONS.map(
            (reason, index) => html`<label class="check">
            <input type="radio" name="reason" value=${reason}
              ?checked=${index === 0}>${t(`canvas.report_${reason}`)}</label>`,
          )}
        </fieldset>
        <ui-field name="detail" label=${t("canvas.report_detail")} multiline maxlength="2000"></ui-field>
        <ui-error .error=${this.error}></ui-error>
      </form>
      <button slot="actions" @click=${this.#close}>${t("common.cancel")}</button>
      <button slot="actions" class="primary"
        @click=${() => this.renderRoot.querySelector("form")?.requestSubmit()}>
        ${t("canvas.report_send")}</button>
    </ui-dialog>`;
  }

  #close = () => this.dispatchEvent(new Event("close"));

  /** @param {SubmitEvent} event */
  async #send(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const { reason, detail } = Object.fromEntries(new FormData(form));
    const why = { reason, detail: detail || null };
    try {
      await (this.kind === "message"
        ? api.post(`/canvases/${this.canvasId}/messages/${this.targetId}/report`, why)
        : api.post("/reports", { kind: this.kind, target_id: this.targetId, ...why }));
      this.error = null;
      form.reset();
      this.#close();
      toast(t("canvas.report_sent"), { kind: "success" });
    } catch (error) {
      this.error = error;
    }
    this.requestUpdate();
  }
}
customElements.define("report-dialog", ReportDialog);
