import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { withConfirmation } from "../ui/confirmation.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/time.js";
import { toast } from "../ui/toast.js";
import { describeFault, listProviders, takeReturn } from "./providers.js";
import { account } from "./styles.js";

/** @import { IdentityView, ProviderView } from "#api" */

/** Links accounts elsewhere, which log in to this one. Shows nothing where there is nothing to link. */
export class Identities extends Element {
  static properties = {
    providers: { state: true },
    linked: { state: true },
    error: { state: true },
    fault: { state: true },
  };
  static styles = [
    account,
    css`
    ul { margin-top: var(--space-3); padding: 0; list-style: none; }
    li {
      display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
      gap: var(--space-3); padding: var(--space-3) 0; border-top: 1px solid var(--line);
    }
    li div { flex: 1 1 12rem; min-width: 0; overflow-wrap: anywhere; }
    .fault { padding: var(--space-3); border-radius: var(--radius-1); background: var(--warning-soft); }
  `,
  ];

  constructor() {
    super();
    /** @type {ProviderView[]} */
    this.providers = [];
    /** @type {IdentityView[]} */
    this.linked = [];
    /** @type {unknown} */
    this.error = null;
    this.fault = "";
  }

  firstUpdated() {
    const returned = takeReturn();
    this.fault = describeFault(returned);
    if (returned?.outcome === "linked") toast(t("account.identity_linked"), { kind: "success" });
    void this.#try(() => this.#load());
  }

  async #load() {
    this.providers = await listProviders();
    this.linked = (await api.get("/auth/identities")).items;
  }

  /** @param {() => Promise<void>} work */
  async #try(work) {
    this.error = null;
    try {
      await work();
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {ProviderView} provider */
  #link({ id }) {
    return this.#try(async () => {
      const begin = () => api.post(`/auth/identities/${id}`, undefined, { query: { next: "/account" } });
      location.assign((await withConfirmation(begin)).url);
    });
  }

  /** @param {string} provider */
  #unlink(provider) {
    return this.#try(async () => {
      await withConfirmation(() => api.delete(`/auth/identities/${provider}`));
      toast(t("account.identity_removed"), { kind: "success" });
      await this.#load();
    });
  }

  updated() {
    this.hidden = !(this.providers.length || this.linked.length || this.error);
  }

  render() {
    const linked = new Map(this.linked.map((identity) => [identity.provider, identity]));
    const gone = this.linked.filter(({ title }) => title === null);
    return html`<h2>${t("account.identities")}</h2>
      <p class="soft">${t("account.identities_text")}</p>
      ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : ""}
      <ui-error .error=${this.error}></ui-error>
      <ul>
        ${repeat(
          this.providers,
          ({ id }) => id,
          (provider) => html`<li>
          <div>${renderProvider(provider.title, linked.get(provider.id))}</div>
          ${
            linked.has(provider.id)
              ? this.#renderUnlink(provider.id, provider.title)
              : html`<button aria-label=${t("account.identity_link_name", { title: provider.title })}
                @click=${() => this.#link(provider)}>${t("account.identity_link")}</button>`
          }</li>`,
        )}
        ${gone.map(
          (identity) => html`<li><div>${renderProvider(identity.provider, identity)}</div>
          ${this.#renderUnlink(identity.provider, identity.provider)}</li>`,
        )}
      </ul>`;
  }

  /**
   * @param {string} id
   * @param {string} title
   */
  #renderUnlink(id, title) {
    return html`<button aria-label=${t("account.identity_unlink_name", { title })}
      @click=${() => this.#unlink(id)}>${t("account.identity_unlink")}</button>`;
  }
}
customElements.define("account-identities", Identities);

/**
 * @param {string} title
 * @param {IdentityView | undefined} identity
 */
function renderProvider(title, identity) {
  if (!identity) return html`<b>${title}</b>`;
  const { last_used_at, linked_at } = identity;
  return html`<p><b>${title}</b></p><p class="soft small">${
    last_used_at
      ? html`${t("account.last_used")} <ui-time datetime=${last_used_at}></ui-time>`
      : html`${t("account.identity_since")} <ui-time datetime=${linked_at}></ui-time>`
  }</p>`;
}
