import { t } from "../i18n.js";
import { html, nothing } from "../lit.js";
import { LiveCanvas } from "../model/live-canvas.js";
import { setTitle } from "../router.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { AreaDrawing } from "./area-drawing.js";
import { cellText, pixelText } from "./cell-text.js";
import { tileEditor } from "./editing.js";
import { follow } from "./follow.js";
import { pageBar } from "./page-bar.js";
import { Past, pastBar } from "./past.js";
import { Placer, placeBar } from "./placer.js";
import { closedNotice, loadFailure, UNKNOWN_CANVAS } from "./status.js";
import "./minimap.js";
import { styles } from "./page-styles.js";
import { sidePanel } from "./side-panel.js";
import { Templates } from "./templates.js";
import { beTogether } from "./together.js";
import { ViewAddress } from "./view-address.js";
import { zoomTools } from "./zoom-tools.js";

/** @import { LinkedCell } from "../model/links.js" */
/** @import { CanvasMinimap } from "./minimap.js" */
/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { CanvasStage } from "./stage.js" */
/** @import { PanelName } from "./tools.js" */

/** Milliseconds that a pointer rests on a cell before the details of its tile are loaded. */
const REST_MS = 250;

/** `<tessera-canvas>` of `/canvas/{canvasId}#x,y,zoom`: a canvas, its details and its tools. */
export class CanvasPage extends Element {
  static properties = { canvasId: {} };
  static styles = [base, typography, controls, layout, styles];

  /** @type {LiveCanvas | null} */
  #live = null;
  /** @type {unknown} */
  #error = null;
  /** @type {PanelName | null} */
  #panel = null;
  /** @type {Cell | null} */
  #picked = null; // a pixel where that is inspected
  /** @type {Cell | null} */
  #pointed = null;
  /**
   * Where the keyboard is.
   * @type {Cell | null}
   */
  #cursor = null;
  #drawing = new AreaDrawing(
    () => this.#stage,
    () => this.requestUpdate(),
  );
  /**
   * The cell that is open in the editor.
   * @type {Cell | null}
   */
  #editing = null;
  /**
   * Places pixels in `place` mode.
   * @type {Placer | null}
   */
  #placer = null;
  /** @type {Templates | null} */
  #templates = null;
  /** @type {Past | null} */
  #past = null;
  #address = new ViewAddress();
  #restTimer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** Ends when the element leaves the document. */
  #life = new AbortController();
  /** Ends with each canvas: its events must not reach the page once another one is shown. */
  #visit = new AbortController();

  constructor() {
    super();
    this.canvasId = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    addEventListener("hashchange", () => this.#followLink(), { signal });
    for (const type of ["online", "offline"]) addEventListener(type, () => this.requestUpdate(), { signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
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
    this.#address.stop();
    clearTimeout(this.#restTimer);
    this.#live?.close();
    this.#live = this.#placer = this.#templates = this.#past = null;
  }

  async #enter() {
    performance.mark("tessera:open");
    this.#leave();
    const { signal } = (this.#visit = new AbortController());
    this.#address.start();
    const linked = this.#address.readCell();
    const moment = this.#address.readMoment();
    this.#error = this.#editing = this.#picked = null;
    void this.#show(null);
    if (!/^\d+$/.test(this.canvasId)) return this.#fail(UNKNOWN_CANVAS);
    const live = (this.#live = new LiveCanvas(Number(this.canvasId)));
    this.requestUpdate();
    await Promise.all([session.ready, this.updateComplete]);
    if (signal.aborted) return;
    follow(this, live, signal, {
      picture: () => this.#showPicture(live),
      cell: (cell) => {
        this.#stage?.touch(cell);
        this.#minimap?.refresh();
      },
      claims: () => this.#stage?.setClaims(live.claims),
      rules: () => this.#handleRules(live),
      text: () => this.requestUpdate(),
    });
    this.#showPeople(live); // the stage still shows the people of the previous canvas
    if (this.#stage) beTogether(live, this.#stage, signal);
    try {
      await live.open();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
      return;
    }
    live.feed?.addEventListener("status", () => this.requestUpdate(), { signal });
    live.feed?.addEventListener("presence", () => this.#showPeople(live), { signal });
    if (this.#stage) {
      this.#templates = new Templates(live, this.#stage, this.#address, signal, () => this.#placer);
      this.#past = new Past(live, this.#stage, this.#address, signal, () => this.requestUpdate());
    }
    void this.#templates?.openLinked();
    if (moment !== null) this.#past?.open(moment);
    this.requestUpdate();
    if (linked) await this.#openLinked(linked);
  }

  /**
   * Select the cell that a link leads to, or go on painting it.
   * @param {LinkedCell} linked
   */
  async #openLinked({ cell, isPainting, version }) {
    if (this.#placer) return; // links to cells are for tiles
    const { columns = 0, rows = 0 } = this.#live?.canvas ?? {};
    if (cell.x >= columns || cell.y >= rows) return;
    this.#picked = cell;
    this.#address.version = version === null ? null : { cell, version };
    await this.#show("tile");
    if (isPainting) await this.#openEditor(cell);
  }

  /**
   * Show why the canvas could not be loaded, in place of the stage.
   * @param {unknown} error
   */
  #fail(error) {
    this.#leave();
    this.#error = error;
    this.requestUpdate();
  }

  /**
   * In `place` mode the stage points at single pixels.
   * @param {LiveCanvas} live
   */
  #handleRules(live) {
    this.#stage?.recolour();
    if (live.canvas?.collaboration_mode !== "place") return;
    if (this.#placer) return this.#placer.handleRules();
    if (!this.#stage) return;
    this.#placer = new Placer(live, this.#stage, this.#visit.signal, () => {
      this.#templates?.handleColour();
      this.requestUpdate();
    });
    this.#showPicture(live);
  }

  /** @param {LiveCanvas} live */
  #showPicture(live) {
    if (!live.pixels) return;
    this.#stage?.open(live.pixels, live.claims, live.parts);
    if (!live.feed && !this.#followLink()) this.#stage?.camera.fit();
    this.#minimap?.refresh();
  }

  /** @param {LiveCanvas} live */
  #showPeople(live) {
    const stage = this.#stage;
    if (stage) stage.people = [...(live.feed?.people.values() ?? [])];
    stage?.draw();
    this.requestUpdate();
  }

  /** Show the view that the address names, if it names one of this canvas; returns whether it does. */
  #followLink() {
    const view = this.#live?.pixels ? this.#address.read() : null;
    if (view) this.#stage?.camera.look(view);
    void this.#templates?.openLinked();
    return view !== null;
  }

  render() {
    const canvas = this.#live?.canvas ?? null;
    const isPast = this.#past?.isOpen ?? false;
    if (canvas) setTitle(canvas.name);
    if (this.#error) return loadFailure(this.#error, () => this.#enter());
    return html`${pageBar(this.#live, {
      panel: this.#panel,
      isPast,
      show: (panel) => this.#show(panel),
      openPast: () => this.#openPast(),
    })}
      <div class="room ${this.#panel ? "divided" : ""}">
        <div class="view">
          <canvas-stage label=${t("canvas.picture", { name: canvas?.name ?? "" })}
            help=${t(this.#placer ? "canvas.keys_place" : "canvas.keys")}
            @view=${this.#handleView} @loaded=${() => this.#minimap?.refresh()}
            @grid=${() => this.requestUpdate()} @pick=${this.#handlePick} @inspect=${this.#handlePick}
            @cursor=${this.#handlePoint} @hover=${this.#handlePoint}></canvas-stage>
          <p class="readout" ?hidden=${isPast || !this.#pointed}>${this.#textOf(this.#pointed)}</p>
          ${zoomTools(() => this.#stage)}
          <canvas-minimap></canvas-minimap>
          ${closedNotice(this.#live?.feed ?? null)}
        </div>
        ${this.#panel && canvas ? this.#sidePanel(this.#panel) : ""}
      </div>
      ${isPast ? pastBar(this.#past) : placeBar(this.#placer)}
      <p class="visually-hidden" aria-live="polite">${this.#textOf(this.#cursor)}</p>
      ${tileEditor(this.#live, this.#editing, this.#templates, () => this.#openEditor(null))}`;
  }

  /** @param {Cell | null} cell */
  #textOf(cell) {
    if (!cell || !this.#live || this.#past?.isOpen) return nothing;
    return (this.#placer ? pixelText : cellText)(this.#live, cell);
  }

  /** @param {PanelName} panel */
  #sidePanel(panel) {
    const live = this.#live;
    if (!live) return "";
    return sidePanel(panel, {
      live,
      picked: this.#picked,
      address: this.#address,
      moved: this.#handleView,
      templates: this.#templates,
      span: this.#drawing.span,
      isDrawing: this.#drawing.isOn,
      close: () => this.#show(null),
      visit: (cell) => this.#stage?.camera.visit(cell),
      openEditor: () => this.#openEditor(this.#picked),
      setDrawing: (isDrawing) => this.#drawing.set(isDrawing),
    });
  }

  #handleView = () => {
    this.#minimap?.refresh();
    if (this.#live?.pixels) this.#address.write(() => this.#stage);
  };

  /** @param {CustomEvent<Cell>} event */
  #handlePick({ type, detail }) {
    if (this.#stage?.past || (this.#placer && type === "pick")) return; // the placer places it
    this.#picked = detail;
    this.#address.version = null;
    this.#show(type === "inspect" ? "pixel" : "tile");
  }

  /** @param {CustomEvent<Cell | null>} event */
  #handlePoint({ type, detail: cell }) {
    if (type === "cursor") this.#cursor = cell;
    this.#pointed = cell;
    clearTimeout(this.#restTimer);
    if (cell) {
      if (!this.#placer) this.#restTimer = setTimeout(() => this.#live?.describeCell(cell), REST_MS);
      this.#live?.feed?.present(this.#placer?.cellOf(cell) ?? cell, false);
    }
    this.requestUpdate();
  }

  /** @param {PanelName | null} panel */
  async #show(panel) {
    const before = this.#panel;
    this.#panel = panel;
    const stage = this.#stage;
    if (!stage) return;
    stage.selected = panel === "tile" || (panel === "pixel" && this.#placer) ? this.#picked : null;
    if (panel !== "tile" && this.#address.version) {
      this.#address.version = null;
      this.#handleView();
    }
    if (panel !== "areas" && this.#drawing.isOn) this.#drawing.set(false);
    if (panel !== "templates") this.#templates?.setMoving(null);
    stage.draw();
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement | null} */
    const heading = this.renderRoot.querySelector("#panel");
    if (panel !== before) (heading ?? stage.canvas)?.focus({ preventScroll: true });
    if (panel === "tile" && this.#picked)
      requestAnimationFrame(() => this.#picked && this.#stage?.camera.reveal(this.#picked));
  }

  async #openPast() {
    await this.#show(null);
    this.#past?.open();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("past-bar"))?.focus();
  }

  /** @param {Cell | null} cell */
  async #openEditor(cell) {
    const { signal } = this.#visit;
    if (cell) await import("../editor/tile-editor.js");
    if (signal.aborted) return; // the cell is one of a canvas that was left in the meantime
    this.#editing = cell;
    if (this.#picked) this.#live?.feed?.present(this.#picked, cell !== null);
    this.requestUpdate();
  }
}
customElements.define("tessera-canvas", CanvasPage);
