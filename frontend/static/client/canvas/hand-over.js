import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import "../ui/error.js";
import "../ui/field.js";
import { findArtist } from "../ui/find-artist.js";
import { FormElement } from "../ui/form.js";
import { base, controls, layout, typography } from "../ui/styles.js";

/** @import { OfferView } from "#api" */

/** `<canvas-hand-over .canvasId=${7}>`: its owner offers the canvas to another artist, or takes that back. */
export class HandOver extends FormElement {
  static properties = { canvasId: { type: Number }, offer: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    form { display: flex; flex-direction: column; gap: var(--space-2); margin-top: var(--space-2); }
    p { overflow-wrap: anywhere; }
  `,
  ];

  constructor() {
    super();
    this.canvasId = 0;
    /** @type {OfferView | null} */
    this.offer = null;
  }

  firstUpdated() {
    void this.#load();
  }

  get #path() {
    return `/canvases/${this.canvasId}/owner`;
  }

  async #load() {
    try {
      this.offer = (await api.get(`${this.#path}/offer`)).offer;
    } catch (error) {
      this.error = error;
    }
  }

  #make = this.submits(async ({ heir = "" }) => {
    const { id } = await findArtist(heir, "heir");
    this.offer = await api.post(this.#path, { account_id: id });
  });

  #takeBack = this.submits(async () => {
    await api.delete(`${this.#path}/offer`);
    this.offer = null;
  });

  render() {
    return html`<p class="soft small">${t("canvas.hand_over_text")}</p>
      ${
        this.offer
          ? html`<form @submit=${this.#takeBack}>
            <p role="status">${t("canvas.hand_over_waiting", { name: nameOf(this.offer.heir) })}</p>
            <ui-error .error=${this.error}></ui-error>
            <button ?disabled=${this.busy}>${t("canvas.hand_over_take_back")}</button>
          </form>`
          : html`<form @submit=${this.#make}>
            <ui-field name="heir" label=${t("canvas.hand_over_to")} required maxlength="50" autocomplete="off"
              error=${this.faults.heir ?? ""}></ui-field>
            <ui-error .error=${this.error}></ui-error>
            <button ?disabled=${this.busy}>${t("canvas.hand_over_offer")}</button>
          </form>`
      }`;
  }
}
customElements.define("canvas-hand-over", HandOver);
