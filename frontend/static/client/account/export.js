import { api } from "../api.js";
import { dateTime, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { withConfirmation } from "../ui/confirmation.js";
import "../ui/error.js";
import { FormElement } from "../ui/form.js";
import { saveFile } from "../ui/save-file.js";
import { account } from "./styles.js";

/** @import { ExportView } from "#api" */

/** Milliseconds between two looks at an export that is being gathered. */
const LOOK = 2_000;

const FILE = "tessera-export.zip";

/** Requests all data of the account, and downloads it once it is gathered. */
export class DataExport extends FormElement {
  static properties = { export: { state: true } };
  static styles = [
    account,
    css`
    .row { margin-top: var(--space-3); }
    p:empty { display: none; }
    [role="status"] { margin-top: var(--space-2); }
  `,
  ];

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {ExportView | null} the one that is kept or being gathered */
    this.export = null;
  }

  firstUpdated() {
    void this.#look();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  async #look() {
    try {
      this.#show((await api.get("/auth/export")).export);
    } catch (error) {
      this.error = error;
    }
  }

  /** @param {ExportView | null} made */
  #show(made) {
    this.export = made;
    clearTimeout(this.#timer);
    if (made && !made.completed_at && this.isConnected)
      this.#timer = setTimeout(() => void this.#look(), LOOK);
  }

  #request = this.submits(async () => {
    this.#show(await withConfirmation(() => api.post("/auth/export")));
  });

  #download = this.submits(async () => {
    const { bytes } = await api.bytes(`/auth/export/${this.export?.id}`);
    saveFile(bytes, "application/zip", FILE);
  });

  render() {
    const made = this.export;
    return html`<h2>${t("account.export")}</h2>
      <p class="soft">${t("account.export_text")}</p>
      <p role="status">${made ? describe(made) : ""}</p>
      <ui-error .error=${this.error}></ui-error>
      <div class="row">
        ${
          made?.completed_at
            ? html`<form @submit=${this.#download}><button class="primary"
              ?disabled=${this.busy}>${t("account.export_download")}</button></form>`
            : ""
        }
        <form @submit=${this.#request}><button
          ?disabled=${this.busy || (made !== null && !made.completed_at)}>${t(
            made?.completed_at ? "account.export_again" : "account.export_request",
          )}</button></form>
      </div>`;
  }
}
customElements.define("account-export", DataExport);

/** @param {ExportView} made */
function describe({ completed_at, expires_at }) {
  return completed_at
    ? t("account.export_ready", { date: dateTime(expires_at) })
    : t("account.export_underway");
}
