import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { navigate } from "../router.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";

/** @import { CanvasView } from "#api" */

const LONGEST_NAME = 100;

/**
 * `<copy-dialog .canvas=${canvas} ?picture=${…} ?open=${…} @close=${…}>`: copies a canvas, with its picture
 * where `picture` allows that, and opens the copy.
 */
export class CopyDialog extends FormElement {
  static properties = {
    canvas: { attribute: false },
    picture: { type: Boolean },
    open: { type: Boolean },
  };
  static styles = [base, typography, controls, layout];

  constructor() {
    super();
    this.canvas = /** @type {CanvasView} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.picture = false;
    this.open = false;
  }

  render() {
    const name = t("copies.of", { name: this.canvas.name });
    return html`<ui-dialog heading=${t("copies.make")} ?open=${this.open} @close=${this.#close}>
      <form class="stack" @submit=${this.#copy}>
        <p class="soft">${t("copies.text")}</p>
        <ui-field name="name" label=${t("copies.name")} required minlength="3" maxlength=${LONGEST_NAME}
          value=${name.slice(0, LONGEST_NAME)} error=${this.faults.name ?? ""}></ui-field>
        ${
          this.picture
            ? html`<label class="check"><input type="checkbox" name="with_picture"
              checked>${t("copies.picture")}</label>`
            : ""
        }
        <ui-error .error=${this.error}></ui-error>
      </form>
      <button slot="actions" @click=${this.#close}>${t("common.cancel")}</button>
      <button slot="actions" class="primary" ?disabled=${this.busy}
        @click=${() => this.renderRoot.querySelector("form")?.requestSubmit()}>${t("copies.make")}</button>
    </ui-dialog>`;
  }

  #close = () => this.dispatchEvent(new Event("close"));

  #copy = this.submits(async ({ name, with_picture }) => {
    const made = await api.post(`/canvases/${this.canvas.id}/copy`, {
      name,
      with_picture: with_picture !== undefined,
    });
    this.#close();
    toast(t("copies.copied"), { kind: "success" });
    await navigate(`/canvas/${made.id}`);
  });
}
customElements.define("copy-dialog", CopyDialog);
