import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { navigate } from "../router.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { readPage } from "../model/paging.js";
import "../ui/time.js";
import { toast } from "../ui/toast.js";
import { account } from "./styles.js";

/** @import { OpenSessionView } from "#api" */
/** @import { Listed } from "../model/paging.js" */

/** Lists the account's open sessions and ends them. */
export class Sessions extends Element {
  static properties = { listed: { state: true }, error: { state: true } };
  static styles = [
    account,
    css`
    ul { padding: 0; list-style: none; }
    li {
      display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
      gap: var(--space-3); padding: var(--space-3) 0; border-top: 1px solid var(--line);
    }
    li div { flex: 1 1 12rem; min-width: 0; }
    .device { overflow-wrap: anywhere; font-weight: 600; }
    .all { margin-top: var(--space-3); }
  `,
  ];

  constructor() {
    super();
    /** @type {Listed<OpenSessionView>} */
    this.listed = { items: [], cursor: null };
    /** @type {unknown} */
    this.error = null;
  }

  firstUpdated() {
    void this.#load();
  }

  /** @param {Listed<OpenSessionView>} [before] */
  async #load(before) {
    await this.#try(async () => {
      this.listed = await readPage("/auth/sessions", { limit: 20 }, before);
    });
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

  /** @param {OpenSessionView} ended */
  #end(ended) {
    return this.#try(async () => {
      await api.delete(`/auth/sessions/${ended.id}`);
      this.listed = { ...this.listed, items: this.listed.items.filter(({ id }) => id !== ended.id) };
      toast(t("account.session_ended"), { kind: "success" });
    });
  }

  #endAll() {
    return this.#try(async () => {
      await api.post("/auth/logout-all", undefined, { headers: { "X-Tessera-Client": "browser" } });
      session.leave();
      toast(t("account.logged_out_everywhere"), { kind: "success" });
      await navigate("/", { replace: true });
    });
  }

  render() {
    const { items, cursor } = this.listed;
    return html`<h2>${t("account.sessions")}</h2>
      <ui-error .error=${this.error} retryable @retry=${() => this.#load()}></ui-error>
      <ul>${repeat(
        items,
        ({ id }) => id,
        (open) => html`<li>
        <div>
          <p class="device">${describeDevice(open.user_agent)}</p>
          <p class="soft small">${open.address} · ${t("account.last_used")} <ui-time
            datetime=${open.last_used_at}></ui-time></p>
        </div>
        ${
          open.current
            ? html`<span class="soft">${t("account.this_session")}</span>`
            : html`<button @click=${() => this.#end(open)}>${t("account.end_session")}</button>`
        }
      </li>`,
      )}</ul>
      ${cursor ? html`<button @click=${() => this.#load(this.listed)}>${t("common.more")}</button>` : ""}
      <div class="all"><button @click=${() => this.#endAll()}>${t("account.logout_all")}</button></div>`;
  }
}
customElements.define("account-sessions", Sessions);

/**
 * Return the browser and operating system of a User-Agent, or all of it when they are unknown.
 * @param {string | null} agent
 */
function describeDevice(agent) {
  if (!agent) return t("account.unknown_device");
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(agent)?.[1];
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(agent)?.[0];
  const names = /** @type {Record<string, string>} */ ({ Edg: "Edge", OPR: "Opera" });
  return browser && system ? `${names[browser] ?? browser}, ${system}` : agent;
}
