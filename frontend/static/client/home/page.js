import { t } from "../i18n.js";
import { css, html, repeat } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/icon.js";
import { readPage } from "../model/paging.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "./artists.js";
import "../ui/canvas-card.js";
import "./create.js";
import "./feed.js";
import "./hero.js";

/** @import { CanvasView } from "#api" */
/** @import { Listed } from "../model/paging.js" */

const SORTS = ["active", "newest", "tiles", "oldest"];
const PAGE = 24; // fills rows of 2, 3 and 4 columns
const PAUSE = 250; // milliseconds without a keystroke before a search starts

/** The home page: the list of canvases, below a live canvas for guests or the feed of followed artists. */
export class Home extends Element {
  static properties = {
    listed: { state: true },
    error: { state: true },
    search: { state: true },
    sort: { state: true },
    busy: { state: true },
    isCreating: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    .bar {
      display: grid; grid-template-columns: 1fr minmax(12rem, 20rem) auto auto; align-items: end;
      gap: var(--space-3); margin: var(--space-6) 0 var(--space-5);
    }
    .search { position: relative; }
    .search ui-icon {
      position: absolute; top: 50%; left: var(--space-3); translate: 0 -50%; color: var(--ink-soft);
      pointer-events: none;
    }
    .search input { padding-left: 2.5rem !important; }
    .grid {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr));
      gap: var(--space-5); padding: 0; list-style: none;
    }
    .waiting { height: 21rem; border-radius: var(--radius-2); }
    .empty {
      padding: var(--space-7) var(--space-5); border: 2px dashed var(--line); border-radius: var(--radius-3);
      text-align: center;
    }
    .more { display: flex; justify-content: center; margin-top: var(--space-6); }
    @media (max-width: 56rem) {
      .bar { grid-template-columns: 1fr auto; }
      .bar h2, .bar .search { grid-column: 1 / -1; }
    }
  `,
  ];

  #asked = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #pause;
  #who = /** @type {number | null} */ (null);

  constructor() {
    super();
    /** @type {Listed<CanvasView> | null} */
    this.listed = null;
    /** @type {unknown} */
    this.error = null;
    this.search = "";
    this.sort = "active";
    this.busy = false;
    this.isCreating = false;
  }

  connectedCallback() {
    super.connectedCallback();
    session.addEventListener("change", this.#onSessionChange);
    void this.#start();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    session.removeEventListener("change", this.#onSessionChange);
    clearTimeout(this.#pause);
    this.#asked.abort();
  }

  async #start() {
    await session.ready;
    this.#who = session.account?.id ?? null;
    await this.#load();
  }

  /** another account sees other canvases */
  #onSessionChange = () => {
    const who = session.account?.id ?? null;
    if (who === this.#who) return;
    this.#who = who;
    void this.#load();
  };

  /** @param {Listed<CanvasView>} [before] pages loaded so far */
  async #load(before) {
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    this.busy = true;
    this.error = null;
    try {
      this.listed = await readPage(
        "/canvases",
        { search: this.search, sort: this.sort, limit: PAGE },
        before,
        signal,
      );
    } catch (error) {
      if (signal.aborted) return; // a newer search is in flight
      this.error = error;
    }
    this.busy = false;
  }

  /** @param {InputEvent} event */
  #onSearch(event) {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.search = value.trim();
      void this.#load();
    }, PAUSE);
  }

  /** @param {Event} event */
  #onSort(event) {
    this.sort = /** @type {HTMLSelectElement} */ (event.target).value;
    void this.#load();
  }

  async #openDialog() {
    await session.ready; // a press may come before the account is known
    if (session.account) this.isCreating = true;
    else void navigate("/register");
  }

  render() {
    setTitle("");
    return html`<div class="page">
      ${
        session.account
          ? html`<h1>${t("home.welcome", { name: session.account.username })}</h1><home-feed></home-feed>`
          : html`<home-hero></home-hero>`
      }
      <section aria-labelledby="canvases">
        <div class="bar">
          <h2 id="canvases">${t("common.canvases")}</h2>
          <div class="search"><ui-icon name="search"></ui-icon>
            <input type="search" aria-label=${t("home.search")} placeholder=${t("home.search")}
              maxlength="100" @input=${this.#onSearch}></div>
          <select aria-label=${t("home.sort")} @change=${this.#onSort}>
            ${SORTS.map(
              (sort) =>
                html`<option value=${sort}
                  ?selected=${sort === this.sort}>${t(`home.sort_${sort}`)}</option>`,
            )}
          </select>
          <button class="primary" @click=${this.#openDialog}><ui-icon
            name="add"></ui-icon>${t("home.create")}</button>
        </div>
        <ui-error .error=${this.error} retryable @retry=${() => this.#load()}></ui-error>
        <p class="visually-hidden" role="status">${
          this.listed && this.search ? t("home.found", { count: this.listed.items.length }) : ""
        }</p>
        ${this.#renderCards()}
      </section>
      <home-artists></home-artists>
      <create-canvas ?open=${this.isCreating} @close=${() => (this.isCreating = false)}></create-canvas>
    </div>`;
  }

  #renderCards() {
    if (!this.listed) {
      return this.error
        ? ""
        : html`<div class="grid" aria-busy="true" aria-label=${t("common.loading")} role="img">
        ${Array.from({ length: 6 }, () => html`<div class="skeleton waiting"></div>`)}</div>`;
    }
    const { items, cursor } = this.listed;
    if (!items.length) {
      return html`<div class="empty stack"><h3>${t(this.search ? "home.none_found" : "home.none")}</h3>
        <p class="soft">${t(this.search ? "home.none_found_text" : "home.none_text")}</p></div>`;
    }
    return html`
      <ul class="grid">${repeat(
        items,
        ({ id }) => id,
        (canvas) => html`<li><canvas-card .canvas=${canvas}></canvas-card></li>`,
      )}</ul>
      ${
        cursor
          ? html`<div class="more"><button ?disabled=${this.busy}
            @click=${() => this.#load(this.listed ?? undefined)}>${t("common.more")}</button></div>`
          : ""
      }`;
  }
}
customElements.define("tessera-home", Home);
