import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { html, nothing } from "../lit.js";
import { setTitle } from "../router.js";
import { session } from "../session.js";
import "../ui/avatar.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/icon.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "./areas-panel.js";
import { cellText } from "./cell-text.js";
import "./info-panel.js";
import { LiveCanvas } from "../model/live-canvas.js";
import "./minimap.js";
import { styles } from "./page-styles.js";
import "./people-panel.js";
import { colourOf } from "./people.js";
import "./reviews-panel.js";
import "./stage.js";
import "./tile-card.js";
import { copyLink } from "./tile-card.js";
import "./timelapse.js";
import { formatHash, parseHash } from "../model/links.js";

/** @typedef {import("../model/feed.js").Status} Status */
/** @typedef {import("./minimap.js").CanvasMinimap} CanvasMinimap */
/** @typedef {import("../model/canvas-pixels.js").Cell} Cell */
/** @typedef {import("./renderer.js").Span} Span */
/** @typedef {import("./stage.js").CanvasStage} CanvasStage */
/** @typedef {"tile" | "info" | "people" | "areas" | "reviews"} PanelName */

/** Faces shown before they are only counted. */
const FACES = 4;

/** How long a pointer rests on a cell before its name is asked for. */
const REST_MS = 250;

/** Browsers refuse to write the address more than some hundred times in half a minute. */
const ADDRESS_MS = 300;

/** `<tessera-canvas>` of `/canvas/{canvasId}#x,y,zoom`: the picture, and around it what is known and can be done. */
export class CanvasPage extends Element {
  static properties = { canvasId: {} };
  static styles = [base, typography, controls, layout, styles];

  /** @type {LiveCanvas | null} */ #live = null;
  /** @type {unknown} */ #error = null;
  /** @type {PanelName | null} */ #panel = null;
  /** @type {Cell | null} */ #picked = null;
  /** @type {Cell | null} */ #pointed = null;
  /** Where the keyboard is. @type {Cell | null} */ #cursor = null;
  /** @type {Span | null} */ #span = null;
  /** The cell that is open in the editor. @type {Cell | null} */ #editing = null;
  #isDrawing = false;
  #isFilmShown = false;
  /** @type {Record<"address" | "rest", ReturnType<typeof setTimeout> | undefined>} */
  #timers = { address: undefined, rest: undefined };
  /** Ends when the element leaves the document. */ #stay = new AbortController();
  /** Ends with each canvas: its events must not reach the page once another one is shown. */
  #visit = new AbortController();
  /** The address of the canvas that is shown. Another one may be in the bar already. */ #path = "";

  constructor() {
    super();
    this.canvasId = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#stay = new AbortController();
    const { signal } = this.#stay;
    addEventListener("hashchange", () => this.#followLink(), { signal });
    for (const type of ["online", "offline"]) addEventListener(type, () => this.requestUpdate(), { signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#stay.abort();
    this.#leave();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    // A canvas that is loaded again after a failure has a new stage.
    if (this.#minimap) this.#minimap.stage = this.#stage;
    if (changed.has("canvasId") && this.canvasId) void this.#enter();
  }

  /** Null before the first update and beside the message of a failure. */
  get #stage() {
    return /** @type {CanvasStage | null} */ (this.renderRoot.querySelector("canvas-stage"));
  }

  get #minimap() {
    return /** @type {CanvasMinimap | null} */ (this.renderRoot.querySelector("canvas-minimap"));
  }

  #leave() {
    this.#visit.abort();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    this.#live?.close();
    this.#live = null;
  }

  async #enter() {
    performance.mark("tessera:open");
    this.#leave();
    const { signal } = (this.#visit = new AbortController());
    this.#path = location.pathname;
    this.#error = this.#editing = this.#picked = null;
    this.#isFilmShown = false;
    void this.#show(null);
    const live = (this.#live = new LiveCanvas(Number(this.canvasId)));
    this.requestUpdate();
    await Promise.all([session.ready, this.updateComplete]);
    if (signal.aborted) return;
    live.addEventListener("picture", () => this.#paint(live), { signal });
    live.addEventListener("cell", (event) => this.#repaint(/** @type {CustomEvent<Cell>} */ (event).detail), {
      signal,
    });
    live.addEventListener("claims", () => this.#stage?.claimed(live.claims), { signal });
    for (const type of ["canvas", "known"])
      live.addEventListener(type, () => this.requestUpdate(), { signal });
    this.#meet(live); // the stage still shows the people of the canvas before this one
    try {
      await live.open();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
      return;
    }
    live.feed?.addEventListener("status", () => this.requestUpdate(), { signal });
    live.feed?.addEventListener("presence", () => this.#meet(live), { signal });
    this.requestUpdate();
  }

  /** Show why the canvas could not be loaded, in place of the stage. @param {unknown} error */
  #fail(error) {
    this.#leave();
    this.#error = error;
    this.requestUpdate();
  }

  /** @param {LiveCanvas} live */
  #paint(live) {
    if (!live.pixels) return;
    this.#stage?.open(live.pixels, live.claims);
    if (!live.feed && !this.#followLink()) this.#stage?.fit();
    this.#minimap?.refresh();
  }

  /** @param {Cell} cell */
  #repaint(cell) {
    this.#stage?.touch(cell);
    this.#minimap?.refresh();
  }

  /** @param {LiveCanvas} live */
  #meet(live) {
    const stage = this.#stage;
    if (stage) stage.people = [...(live.feed?.people.values() ?? [])];
    stage?.draw();
    this.requestUpdate();
  }

  /** Show the view that the address names, if it names one of this canvas; returns whether it does. */
  #followLink() {
    const view = this.#live?.pixels && location.pathname === this.#path ? parseHash(location.hash) : null;
    if (view) this.#stage?.look(view);
    return view !== null;
  }

  render() {
    const canvas = this.#live?.canvas ?? null;
    if (canvas) setTitle(canvas.name);
    if (this.#error) return this.#failure();
    return html`
      <header class="bar">
        <h1>${canvas?.name ?? t("common.loading")}</h1>
        ${this.#status()}
        ${canvas ? this.#tools() : ""}
      </header>
      <div class="room ${this.#panel ? "divided" : ""}">
        <div class="view">
          <canvas-stage label=${t("canvas.picture", { name: canvas?.name ?? "" })} help=${t("canvas.keys")}
            @view=${this.#viewed} @grid=${() => this.requestUpdate()} @pick=${this.#picks} @cursor=${this.#points}
            @hover=${this.#points} @span=${this.#spans}></canvas-stage>
          <p class="readout" ?hidden=${!this.#pointed}>${this.#pointed && this.#live ? cellText(this.#live, this.#pointed) : ""}</p>
          ${this.#zoomTools()}
          <canvas-minimap></canvas-minimap>
          ${this.#farewell()}
        </div>
        ${this.#panel && canvas ? this.#aside(this.#panel) : ""}
      </div>
      <p class="visually-hidden" aria-live="polite">${this.#cursorText}</p>
      ${
        canvas
          ? html`<canvas-timelapse .live=${this.#live} ?open=${this.#isFilmShown}
        @close=${() => this.#film(false)}></canvas-timelapse>`
          : ""
      }
      ${this.#editor()}`;
  }

  #failure() {
    const isUnknown = this.#error instanceof ApiError && this.#error.status === 404;
    return html`<div class="page narrow stack">
      <h1>${t(isUnknown ? "canvas.not_found" : "canvas.not_loaded")}</h1>
      ${
        isUnknown
          ? html`<p>${t("canvas.not_found_text")}</p>`
          : html`<ui-error .error=${this.#error} retryable @retry=${() => this.#enter()}></ui-error>`
      }
      <p><a class="button primary" href="/">${t("common.to_canvases")}</a></p>
    </div>`;
  }

  /** @returns {Status | "offline"} */
  get #feedStatus() {
    const status = this.#live?.feed?.status ?? "connecting";
    return status === "reconnecting" && !navigator.onLine ? "offline" : status;
  }

  #status() {
    const status = this.#feedStatus;
    return html`<p class="status ${status}" role="status">${t(`canvas.status_${status}`)}</p>`;
  }

  #tools() {
    const mode = this.#live?.canvas?.collaboration_mode;
    const people = [...(this.#live?.feed?.people.values() ?? [])];
    return html`<div class="tools">
      <button class="quiet faces" aria-pressed=${String(this.#panel === "people")} aria-label=${t("canvas.people", { count: people.length })}
        title=${t("canvas.people", { count: people.length })} @click=${() => this.#toggle("people")}>
        ${people.slice(0, FACES).map(({ id, username }) => html`<ui-avatar name=${username} colour=${colourOf(id)}></ui-avatar>`)}
        ${people.length > FACES ? html`<span>+${people.length - FACES}</span>` : ""}
        ${people.length ? "" : html`<ui-icon name="people"></ui-icon>`}
      </button>
      ${mode === "area-lock" ? this.#tool("areas", "select") : ""}
      ${this.#live?.hasReviews ? this.#tool("reviews", "inbox") : ""}
      ${iconButton("film", t("canvas.timelapse"), () => this.#film(true))}
      ${iconButton("link", t("canvas.share_view"), () => copyLink(location.href))}
      ${this.#tool("info", "info")}
    </div>`;
  }

  /** @param {PanelName} panel @param {import("../ui/icons.js").IconName} icon */
  #tool(panel, icon) {
    return iconButton(icon, t(`canvas.panel_${panel}`), () => this.#toggle(panel), this.#panel === panel);
  }

  #zoomTools() {
    return html`<div class="zoom" role="group" aria-label=${t("canvas.view")}>
      ${iconButton("zoom_in", t("canvas.zoom_in"), () => this.#stage?.zoom(1))}
      ${iconButton("zoom_out", t("canvas.zoom_out"), () => this.#stage?.zoom(-1))}
      ${iconButton("fit", t("canvas.fit"), () => this.#stage?.fit())}
      ${iconButton("grid", t("canvas.grid"), () => this.#stage?.toggleGrid(), this.#stage?.hasGrid ?? true)}
    </div>`;
  }

  /** @param {PanelName} panel */
  #aside(panel) {
    const live = this.#live;
    const title =
      panel === "tile" && this.#picked ? this.#tileTitle(this.#picked) : t(`canvas.panel_${panel}`);
    return html`<aside aria-labelledby="panel" @visit=${this.#visits} @keydown=${this.#leavePanel}>
      <div class="title"><h2 id="panel" tabindex="-1">${title}</h2>
        ${iconButton("close", t("common.close"), () => this.#show(null))}</div>
      ${panel === "tile" ? html`<tile-card .live=${live} .cell=${this.#picked} @edit=${() => this.#edit(this.#picked)}></tile-card>` : ""}
      ${panel === "info" ? html`<canvas-info .live=${live}></canvas-info>` : ""}
      ${panel === "people" ? html`<canvas-people .live=${live}></canvas-people>` : ""}
      ${
        panel === "areas"
          ? html`<canvas-areas .live=${live} .span=${this.#span} ?drawing=${this.#isDrawing}
        @draw=${() => this.#draw(!this.#isDrawing)} @claimed=${() => this.#draw(false)}></canvas-areas>`
          : ""
      }
      ${panel === "reviews" ? html`<canvas-reviews .live=${live}></canvas-reviews>` : ""}
    </aside>`;
  }

  /** @param {Cell} cell */
  #tileTitle({ x, y }) {
    return this.#live?.pixels?.tileAt(x, y)?.details?.title || t("canvas.cell", { x, y });
  }

  /** What to do about a feed that will not come back by itself. */
  #farewell() {
    const reason = this.#live?.feed?.reason;
    if (!reason) return "";
    return html`<div class="farewell card stack" role="alert">
      <p>${t(`canvas.closed_${reason}`)}</p>
      ${
        reason === "canvas_gone"
          ? html`<a class="button primary" href="/">${t("common.to_canvases")}</a>`
          : html`<button class="primary" @click=${() => this.#live?.feed?.restart()}>${t("canvas.reconnect")}</button>`
      }
    </div>`;
  }

  #editor() {
    const { canvas, pixels, feed } = this.#live ?? {};
    if (!this.#editing || !canvas || !pixels) return "";
    const cell = this.#editing;
    const surroundings = (/** @type {number} */ dx, /** @type {number} */ dy) =>
      this.#around(cell.x + dx, cell.y + dy);
    return html`<tile-editor .canvas=${canvas} .cell=${cell} .surroundings=${surroundings} .live=${feed}
      @close=${() => this.#edit(null)}></tile-editor>`;
  }

  /** @param {number} x @param {number} y @returns {Uint8Array | null} */
  #around(x, y) {
    const pixels = this.#live?.pixels;
    return pixels && x >= 0 && x < pixels.canvas.columns ? pixels.pixelsOf(x, y) : null;
  }

  get #cursorText() {
    return this.#cursor && this.#live ? cellText(this.#live, this.#cursor) : nothing;
  }

  #viewed = () => {
    this.#minimap?.refresh();
    clearTimeout(this.#timers.address);
    // Until its picture is there, the stage shows nothing of the canvas that the address names.
    if (this.#live?.pixels) this.#timers.address = setTimeout(() => this.#keepAddress(), ADDRESS_MS);
  };

  /** So that the address in the bar shows others what one sees oneself. */
  #keepAddress() {
    const stage = this.#stage;
    if (!stage || location.pathname !== this.#path) return;
    history.replaceState(history.state, "", stage.isFitted ? location.pathname : formatHash(stage.view));
  }

  /** @param {CustomEvent<Cell>} event */
  #picks(event) {
    this.#picked = event.detail;
    this.#show("tile");
  }

  /** @param {CustomEvent<Cell>} event */
  #visits({ detail }) {
    this.#stage?.visit(detail);
  }

  /** @param {CustomEvent<Cell | null>} event */
  #points({ type, detail: cell }) {
    if (type === "cursor") this.#cursor = cell;
    this.#pointed = cell;
    clearTimeout(this.#timers.rest);
    if (cell) {
      this.#timers.rest = setTimeout(() => this.#learn(cell), REST_MS);
      this.#live?.feed?.present(cell, false);
    }
    this.requestUpdate();
  }

  /** Get to know the tile that somebody looks at. @param {Cell} cell */
  async #learn(cell) {
    const tile = this.#live?.pixels?.tileAt(cell.x, cell.y);
    if (tile && !tile.details) await this.#live?.tile(tile.id).catch(() => {}); // it may be gone by now
  }

  /** @param {CustomEvent<Span>} event */
  #spans(event) {
    this.#span = event.detail;
    this.requestUpdate();
  }

  /** @param {boolean} isWanted */
  #draw(isWanted) {
    this.#isDrawing = isWanted;
    if (!isWanted) this.#span = null;
    const stage = this.#stage;
    stage?.letSpan(isWanted);
    if (stage && !isWanted) stage.span = null;
    stage?.draw();
    this.requestUpdate();
  }

  /** @param {PanelName} panel */
  #toggle(panel) {
    this.#show(this.#panel === panel ? null : panel);
  }

  /** @param {PanelName | null} panel */
  async #show(panel) {
    const before = this.#panel;
    this.#panel = panel;
    const stage = this.#stage;
    if (!stage) return;
    stage.selected = panel === "tile" ? this.#picked : null;
    if (panel !== "areas" && this.#isDrawing) this.#draw(false);
    stage.draw();
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ const heading = this.renderRoot.querySelector("#panel");
    if (panel !== before) (heading ?? stage.canvas)?.focus({ preventScroll: true });
    if (panel === "tile" && this.#picked)
      requestAnimationFrame(() => this.#picked && this.#stage?.reveal(this.#picked));
  }

  /** @param {KeyboardEvent} event */
  #leavePanel(event) {
    if (event.key === "Escape" && !event.defaultPrevented) this.#show(null);
  }

  /** @param {boolean} isShown */
  #film(isShown) {
    this.#isFilmShown = isShown;
    this.requestUpdate();
  }

  /** @param {Cell | null} cell */
  async #edit(cell) {
    const { signal } = this.#visit;
    if (cell) await import("../editor/tile-editor.js");
    if (signal.aborted) return; // the cell is one of a canvas that was left meanwhile
    this.#editing = cell;
    if (this.#picked) this.#live?.feed?.present(this.#picked, cell !== null);
    this.requestUpdate();
  }
}
customElements.define("tessera-canvas", CanvasPage);

/**
 * @param {import("../ui/icons.js").IconName} icon @param {string} label @param {() => unknown} run
 * @param {boolean} [isPressed] of a button that stays down
 */
function iconButton(icon, label, run, isPressed) {
  return html`<button class="quiet icon" aria-label=${label} title=${label} @click=${run}
    aria-pressed=${isPressed === undefined ? nothing : String(isPressed)}><ui-icon name=${icon}></ui-icon></button>`;
}
