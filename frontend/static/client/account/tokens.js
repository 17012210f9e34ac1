import { api } from "../api.js";
import { now } from "../clock.js";
import { dateTime, t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { readPage } from "../model/paging.js";
import { session } from "../session.js";
import { withConfirmation } from "../ui/confirmation.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import "../ui/time.js";
import { toast } from "../ui/toast.js";
import { account } from "./styles.js";

/** @import { BotTokenView, NewBotTokenView } from "#api" */
/** @import { Listed } from "../model/paging.js" */

const DAY = 86_400_000; // milliseconds

/** @type {Record<string, number | null>} how long a token is valid, in milliseconds */
const SPANS = { month: 30 * DAY, year: 365 * DAY, forever: null };

/** Makes tokens for bots, lists and revokes them. */
export class Tokens extends FormElement {
  static properties = { listed: { state: true }, made: { state: true } };
  static styles = [
    account,
    css`
    ul { padding: 0; list-style: none; }
    li {
      display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
      gap: var(--space-3); padding: var(--space-3) 0; border-top: 1px solid var(--line);
    }
    li div { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere; }
    form { margin-bottom: var(--space-4); }
    label { display: block; margin-bottom: var(--space-1); font-weight: 600; }
    label.check { display: flex; margin: 0; font-weight: 400; }
    select { width: auto; }
    code { font-family: var(--font-mono); overflow-wrap: anywhere; user-select: all; }
  `,
  ];

  constructor() {
    super();
    /** @type {Listed<BotTokenView>} */
    this.listed = { items: [], cursor: null };
    /** @type {NewBotTokenView | null} the token that is shown, once */
    this.made = null;
  }

  firstUpdated() {
    void this.#load();
  }

  /** @param {Listed<BotTokenView>} [before] */
  async #load(before) {
    try {
      this.listed = await readPage("/auth/tokens", { limit: 20 }, before);
    } catch (error) {
      this.error = error;
    }
  }

  #create = this.submits(async ({ name = "", span = "" }, form) => {
    const length = SPANS[span];
    const expires_at = length ? new Date(now() + length).toISOString() : null;
    const scopes = ["read", ...new FormData(form).getAll("scope")];
    this.made = await withConfirmation(() => api.post("/auth/tokens", { name, scopes, expires_at }));
    form.reset();
    await this.#load();
  });

  /** @param {BotTokenView} token */
  async #revoke(token) {
    try {
      await api.delete(`/auth/tokens/${token.id}`);
      this.listed = { ...this.listed, items: this.listed.items.filter(({ id }) => id !== token.id) };
      toast(t("account.token_revoked"), { kind: "success" });
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    const { items, cursor } = this.listed;
    const scopes = ["paint", "chat", ...(session.isModerator ? ["moderate"] : [])];
    return html`<h2>${t("account.tokens")}</h2>
      <p class="soft">${t("account.tokens_text")}</p>
      <form @submit=${this.#create}>
        <ui-field label=${t("account.token_name")} name="name" required maxlength="100" autocomplete="off"
          error=${this.faults.name ?? ""}></ui-field>
        <fieldset>
          <legend>${t("account.token_may")}</legend>
          ${scopes.map(
            (scope) => html`<label class="check">
            <input type="checkbox" name="scope" value=${scope} ?checked=${scope === "paint"}>
            ${t(`account.scope_${scope}`)}</label>`,
          )}
        </fieldset>
        <div><label for="span">${t("account.token_valid")}</label><select id="span" name="span">
          ${Object.keys(SPANS).map(
            (span) => html`<option value=${span}>${t(`account.token_span_${span}`)}</option>`,
          )}</select></div>
        <ui-error .error=${this.error}></ui-error>
        <div class="row"><button ?disabled=${this.busy}>${t("account.token_create")}</button></div>
      </form>
      <ul>${repeat(
        items,
        ({ id }) => id,
        (token) => html`<li>
        <div>
          <p><b>${token.name}</b></p>
          <p class="soft small">${describeScopes(token)} · ${describeUse(token)}</p>
        </div>
        <button aria-label=${t("account.token_revoke_name", { name: token.name })}
          @click=${() => this.#revoke(token)}>${t("account.token_revoke")}</button>
      </li>`,
      )}</ul>
      ${cursor ? html`<button @click=${() => this.#load(this.listed)}>${t("common.more")}</button>` : ""}
      <ui-dialog heading=${t("account.token_new")} ?open=${this.made !== null}
        @close=${() => (this.made = null)}>
        ${this.made && html`<p>${t("account.token_once")}</p><p><code>${this.made.token}</code></p>`}
      </ui-dialog>`;
  }
}
customElements.define("account-tokens", Tokens);

/** @param {BotTokenView} token */
function describeScopes({ scopes, expires_at }) {
  const may = scopes.map((scope) => t(`account.scope_${scope}`)).join(", ");
  return expires_at ? `${may} · ${t("account.token_until", { date: dateTime(expires_at) })}` : may;
}

/** @param {BotTokenView} token */
function describeUse({ last_used_at }) {
  return last_used_at
    ? html`${t("account.last_used")} <ui-time datetime=${last_used_at}></ui-time>`
    : t("account.token_unused");
}
