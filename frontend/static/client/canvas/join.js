import { api } from "../api.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import { attempt } from "../ui/attempt.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/login-form.js";
import { base, controls, layout, typography } from "../ui/styles.js";

/**
 * `<tessera-join>` of `/join#TOKEN`: accepts an invitation to a canvas. The token is in the hash, which
 * browsers send to no server.
 */
export class JoinPage extends Element {
  static styles = [base, typography, controls, layout];

  /** @type {unknown} */
  error = null;
  isBusy = false;
  #life = new AbortController();

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    session.addEventListener("change", () => this.requestUpdate(), { signal });
    addEventListener("hashchange", () => this.requestUpdate(), { signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
  }

  render() {
    setTitle(t("canvas.join"));
    return html`<div class="page narrow stack"><h1>${t("canvas.join")}</h1>${this.#content()}</div>`;
  }

  #content() {
    if (location.hash.length < 2) return html`<p>${t("canvas.join_empty")}</p>`;
    return html`<p>${t("canvas.join_text")}</p>
      <ui-error .error=${this.error}></ui-error>
      ${
        session.account
          ? html`<button class="primary" ?disabled=${this.isBusy}
            @click=${this.#accept}>${t("canvas.join_accept")}</button>`
          : html`<p>${t("canvas.join_as_guest")}</p><div class="card"><login-form></login-form></div>`
      }`;
  }

  #accept = () =>
    attempt(this, async () => {
      const { canvas_id } = await api.post("/invitations/accept", { token: location.hash.slice(1) });
      await navigate(`/canvas/${canvas_id}`);
    });
}
customElements.define("tessera-join", JoinPage);
