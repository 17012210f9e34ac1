import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import { FormElement } from "../ui/form.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "../ui/time.js";

/** @import { NewWebhookView, WebhookView } from "#api" */

/** `<canvas-webhooks .canvasId=${7}>`: the addresses that the changes of a canvas are sent to. */
export class CanvasWebhooks extends FormElement {
  static properties = { canvasId: { type: Number }, listed: { state: true }, made: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    ul { padding: 0; list-style: none; }
    li { padding: var(--space-2) 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
    form { display: flex; flex-direction: column; gap: var(--space-2); margin: var(--space-2) 0; }
    code { font-family: var(--font-mono); overflow-wrap: anywhere; user-select: all; }
    .wrong { color: var(--danger); }
  `,
  ];

  constructor() {
    super();
    this.canvasId = 0;
    /** @type {WebhookView[]} */
    this.listed = [];
    /** @type {NewWebhookView | null} whose secret is shown, once */
    this.made = null;
  }

  firstUpdated() {
    void this.#load();
  }

  get #path() {
    return `/canvases/${this.canvasId}/webhooks`;
  }

  async #load() {
    this.error = null;
    try {
      this.listed = (await api.get(this.#path)).items;
    } catch (error) {
      this.error = error;
    }
  }

  #create = this.submits(async ({ url = "" }, form) => {
    this.made = await api.post(this.#path, { url });
    form.reset();
    await this.#load();
  });

  /** @param {WebhookView} webhook */
  async #remove(webhook) {
    try {
      await api.delete(`${this.#path}/${webhook.id}`);
      await this.#load();
    } catch (error) {
      this.error = error;
    }
  }

  render() {
    return html`<h3>${t("canvas.webhooks")}</h3>
      <p class="soft small">${t("canvas.webhooks_text")}</p>
      <form @submit=${this.#create}>
        <ui-field label=${t("canvas.webhook_url")} name="url" type="url" required maxlength="500"
          autocomplete="off" placeholder="https://…" error=${this.faults.url ?? ""}></ui-field>
        <ui-error .error=${this.error}></ui-error>
        <div class="row"><button class="small"
          ?disabled=${this.busy}>${t("canvas.webhook_create")}</button></div>
      </form>
      <ul>${repeat(
        this.listed,
        ({ id }) => id,
        (webhook) => html`<li>
        <p>${webhook.url}</p>
        ${describe(webhook)}
        <button class="small" aria-label=${t("canvas.webhook_remove_name", { url: webhook.url })}
          @click=${() => this.#remove(webhook)}>${t("canvas.webhook_remove")}</button>
      </li>`,
      )}</ul>
      <ui-dialog heading=${t("canvas.webhook_new")} ?open=${this.made !== null}
        @close=${() => (this.made = null)}>
        ${this.made && html`<p>${t("canvas.webhook_once")}</p><p><code>${this.made.secret}</code></p>`}
      </ui-dialog>`;
  }
}
customElements.define("canvas-webhooks", CanvasWebhooks);

/** @param {WebhookView} webhook */
function describe({ disabled_at, last_error, delivered_at }) {
  if (disabled_at) return html`<p class="small wrong">${t("canvas.webhook_disabled")}</p>`;
  if (last_error)
    return html`<p class="small wrong">${t("canvas.webhook_failed", { reason: last_error })}</p>`;
  if (!delivered_at) return html`<p class="soft small">${t("canvas.webhook_unused")}</p>`;
  return html`<p class="soft small">${t("canvas.webhook_delivered")} <ui-time
    datetime=${delivered_at}></ui-time></p>`;
}
