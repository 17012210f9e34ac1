import { api } from "../api.js";
import { address } from "../base.js";
import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { readAll } from "../model/paging.js";
import { attempt } from "../ui/attempt.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { toast } from "../ui/toast.js";
import { account } from "./styles.js";

/** @import { OfferView } from "#api" */

/** The canvases that others offer to the artist; hidden while there are none. */
export class CanvasOffers extends Element {
  static properties = { offers: { state: true }, error: { state: true }, isBusy: { state: true } };
  static styles = [
    account,
    css`
    :host([hidden]) { display: none; }
    ul { margin-top: var(--space-3); padding: 0; list-style: none; }
    li {
      display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
      gap: var(--space-3); padding: var(--space-3) 0; border-top: 1px solid var(--line);
    }
    li p { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere; }
  `,
  ];

  constructor() {
    super();
    /** @type {OfferView[]} */
    this.offers = [];
    /** @type {unknown} */
    this.error = null;
    this.isBusy = false;
  }

  firstUpdated() {
    void this.#load();
  }

  updated() {
    this.hidden = !this.offers.length && !this.error;
  }

  #load() {
    return attempt(this, async () => {
      this.offers = await readAll("/canvases/offers");
    });
  }

  /**
   * @param {OfferView} offer
   * @param {boolean} isAccepted
   */
  async #answer({ canvas_id, canvas_name: name }, isAccepted) {
    const path = `/canvases/${canvas_id}/owner`;
    const isDone = await attempt(this, () =>
      isAccepted ? api.post(`${path}/accept`) : api.delete(`${path}/offer`),
    );
    if (isDone) toast(t(isAccepted ? "account.offer_accepted" : "account.offer_declined", { name }));
    await this.#load();
  }

  render() {
    return html`<h2>${t("account.offers")}</h2>
      <p class="soft">${t("account.offers_text")}</p>
      <ui-error .error=${this.error} retryable @retry=${() => this.#load()}></ui-error>
      <ul>${repeat(
        this.offers,
        ({ canvas_id }) => canvas_id,
        (offer) => html`<li>
          <p><a href=${address(`/canvas/${offer.canvas_id}`)}>${offer.canvas_name}</a>
            <br><span class="soft">${t("account.offer_by", { name: nameOf(offer.owner) })}</span></p>
          <div class="row">
            <button class="primary" ?disabled=${this.isBusy}
              aria-label=${t("account.offer_accept_name", { name: offer.canvas_name })}
              @click=${() => this.#answer(offer, true)}>${t("account.offer_accept")}</button>
            <button ?disabled=${this.isBusy}
              aria-label=${t("account.offer_decline_name", { name: offer.canvas_name })}
              @click=${() => this.#answer(offer, false)}>${t("account.offer_decline")}</button>
          </div>
        </li>`,
      )}</ul>`;
  }
}
customElements.define("account-offers", CanvasOffers);
