import { ApiError, api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { navigate } from "../router.js";
import { session } from "../session.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { findArtist } from "../ui/find-artist.js";
import { Faults, FormElement } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import { findPasswordFault } from "./refusals.js";
import { account } from "./styles.js";

/** What can become of the artist's canvases. */
const CHOICES = ["keep", "delete", "transfer"];

/**
 * Deletes the account. Asks what becomes of its canvases, and for the password and the username, so that it
 * cannot happen by mistake.
 */
export class Deletion extends FormElement {
  static properties = { isOpen: { state: true }, ownsCanvases: { state: true }, choice: { state: true } };
  static styles = [
    account,
    css`
    legend { margin-bottom: var(--space-2); }
    .check { align-items: baseline; }
  `,
  ];

  constructor() {
    super();
    this.isOpen = false;
    /** Whether there is anything to ask about. */
    this.ownsCanvases = false;
    this.choice = "keep";
  }

  async #open() {
    this.isOpen = true;
    this.choice = "keep";
    this.error = null;
    try {
      const query = { owner_id: session.account?.id, limit: 1 };
      this.ownsCanvases = (await api.get("/canvases", { query })).items.length > 0;
    } catch (error) {
      this.error = error;
    }
  }

  #delete = this.submits(async ({ password = "", confirmation = "", canvases = "keep", heir = "" }) => {
    if (confirmation !== session.account?.username)
      throw new Faults({ confirmation: t("account.confirmation_wrong") });
    const then = canvases === "transfer" ? { transfer_to: (await findArtist(heir, "heir")).id } : canvases;
    await api.delete("/auth/account", { password, canvases: then });
    session.leave();
    toast(t("account.deleted"));
    await navigate("/", { replace: true });
  });

  /** @param {unknown} error */
  faultsOf(error) {
    const fault = error instanceof ApiError && error.errors.some(({ loc }) => loc[1] === "canvases");
    if (fault) return { heir: t("account.heir_refused") };
    return findPasswordFault(error, "password") ?? super.faultsOf(error);
  }

  render() {
    return html`<h2>${t("account.deletion")}</h2>
      <p class="soft">${t("account.deletion_text")}</p>
      <div class="row"><button class="danger"
        @click=${() => this.#open()}>${t("account.delete")}</button></div>
      <ui-dialog heading=${t("account.deletion")} ?open=${this.isOpen} @close=${() => (this.isOpen = false)}>
        ${this.isOpen ? this.#renderForm() : ""}
      </ui-dialog>`;
  }

  #renderForm() {
    const username = session.account?.username ?? "";
    return html`<form @submit=${this.#delete}>
      <p>${t("account.deletion_final")}</p>
      ${this.ownsCanvases ? this.#renderCanvases() : ""}
      <ui-field label=${t("account.confirmation", { username })} name="confirmation" autocomplete="off"
        required
        error=${this.faults.confirmation ?? ""}></ui-field>
      <ui-field label=${t("account.password")} name="password" type="password" autocomplete="current-password"
        required
        maxlength="128" error=${this.faults.password ?? ""}></ui-field>
      <ui-error .error=${this.error}></ui-error>
      <div class="row">
        <button class="danger" ?disabled=${this.busy}>${t("account.delete_now")}</button>
        <button type="button" @click=${() => (this.isOpen = false)}>${t("common.cancel")}</button>
      </div>
    </form>`;
  }

  #renderCanvases() {
    return html`<fieldset>
        <legend>${t("account.canvases")}</legend>
        ${CHOICES.map(
          (choice) => html`<label class="check">
          <input type="radio" name="canvases" value=${choice} .checked=${choice === this.choice}
            @change=${() => (this.choice = choice)}>
          ${t(`account.canvases_${choice}`)}</label>`,
        )}
      </fieldset>
      ${
        this.choice === "transfer"
          ? html`<ui-field label=${t("account.heir")} name="heir" autocomplete="off" required maxlength="50"
            hint=${t("account.heir_hint")} error=${this.faults.heir ?? ""}></ui-field>`
          : ""
      }`;
  }
}
customElements.define("account-deletion", Deletion);
