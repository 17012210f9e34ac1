import { css, html, LitElement } from "../lit.js";
import { onDensityChange } from "../ui/density.js";
import { onSchemeChange } from "../ui/scheme.js";
import { base } from "../ui/styles.js";
import { Atlas } from "./atlas.js";
import { Camera } from "./camera.js";
import { listen } from "./gestures.js";
import { drawScene, themeOf } from "./renderer.js";
import { runKey } from "./stage-keys.js";
import * as viewport from "./viewport.js";

/** @import { CanvasPixels, Cell, Change } from "../model/canvas-pixels.js" */
/** @import { Claims } from "../model/claims.js" */
/** @import { Cursors } from "../model/cursors.js" */
/** @import { Person } from "../model/feed.js" */
/** @import { Parts } from "../model/parts.js" */
/** @import { Actions } from "./gestures.js" */
/** @import { Scene, Span, Theme } from "./renderer.js" */
/** @import { TemplateLayer } from "./template-layer.js" */
/** @import { Point, Rect } from "./viewport.js" */

/**
 * `<canvas-stage>`: the canvas, which can be panned, zoomed and pointed at. Draws only after changes. Fires
 * `view` when the visible part changes, `loaded` when more of a large canvas has come, `grid` when the grid
 * is toggled, and with a cell as `detail`: `pick` (selected), `cursor` (keyboard position), `hover` (pointer
 * position; null outside the canvas). With a pixel: `inspect` (right click, long press, I).
 */
export class CanvasStage extends LitElement {
  static properties = { label: {}, help: {}, cursors: { attribute: false } };
  static styles = [
    base,
    css`
    :host { position: relative; overflow: hidden; background: var(--sunken); }
    canvas {
      position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: grab;
      outline-offset: -3px; user-select: none; -webkit-touch-callout: none;
    }
    canvas:active { cursor: grabbing; }
    :host([drawing]) canvas { cursor: crosshair; }
    .probe { position: absolute; visibility: hidden; forced-color-adjust: none; }
  `,
  ];

  constructor() {
    super();
    this.label = "";
    this.help = "";
    /** @type {Cursors | null} */
    this.cursors = null; // of others, over the picture
  }

  hasGrid = true;
  /**
   * The colour of the pixel that would be placed where the pointer or the keyboard is; null where cells are
   * pointed at instead of pixels.
   * @type {string | null}
   */
  ghost = null;
  /**
   * A picture over the canvas, as large as it is.
   * @type {ImageBitmap | HTMLCanvasElement | null}
   */
  overlay = null;
  /** @type {TemplateLayer[]} */
  layers = [];
  /** @type {Iterable<Person>} */
  people = [];
  /** @type {ReadonlySet<number>} */
  pointing = new Set(); // those of them whose cursors are shown
  /** @type {Rect[]} */
  #badges = []; // what the names of cursors keep clear of
  /**
   * Shown instead of the canvas as it is now.
   * @type {Partial<Scene> | null}
   */
  past = null;
  /** @type {Cell | null} */
  selected = null;
  /**
   * The rectangle of cells that the user draws.
   * @type {Span | null}
   */
  span = null;
  frames = 0; // drawn so far
  /** Which part of the canvas is shown. */
  camera = new Camera(() => this.#handleMove());
  /** @type {Atlas | null} */
  #atlas = null;
  /** @type {Claims | null} */
  #claims = null;
  /** @type {Theme | null} */
  #theme = null;
  /** @type {Cell | null} */
  #hover = null;
  /** @type {Point | null} */
  #under = null; // the pointer, on the screen
  /**
   * The cell of the keyboard cursor.
   * @type {Cell | null}
   */
  #cursor = null;
  #hasKeyboard = false;
  #isPainted = false;
  #frame = 0;
  /** Ends with the element's stay in the page. */
  #life = new AbortController();

  render() {
    return html`<canvas tabindex="0" role="application" aria-label=${this.label} aria-describedby="help"
        @keydown=${this.#handleKey} @focus=${this.#handleFocus} @blur=${this.#handleBlur}></canvas>
      <p id="help" class="visually-hidden">${this.help}</p><i class="probe"></i>
      <ui-cursors .cursors=${this.cursors} .locate=${this.camera.locate}
        .taken=${() => this.#badges}></ui-cursors>`;
  }

  /** @type {HTMLCanvasElement | null} */
  canvas = null;
  /** @type {CanvasRenderingContext2D | null} */
  pen = null;

  firstUpdated() {
    this.canvas = /** @type {HTMLCanvasElement} */ (this.renderRoot.querySelector("canvas"));
    this.pen = this.canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.#resize()).observe(this.canvas);
    listen(this.canvas, this.#actions);
  }

  /** Draw in the colours that page and paper have now. */
  recolour = () => {
    this.#theme = null;
    this.draw();
  };

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    onSchemeChange(this.recolour, this.#life.signal);
    onDensityChange(() => this.#resize(), this.#life.signal);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  get atlas() {
    return this.past?.atlas ?? this.#atlas;
  }

  get view() {
    return this.camera.view;
  }

  /** Whether single pixels are pointed at, as if each were a cell; set before the canvas is opened. */
  isPixelwise = false;

  get screen() {
    return this.camera.screen;
  }

  /**
   * Show a canvas, or a new state of it.
   * @param {CanvasPixels} pixels
   * @param {Claims} claims
   * @param {Parts | null} parts that load the pixels, if the canvas is large
   */
  open(pixels, claims, parts) {
    const { columns, rows, tileSize } = pixels.canvas;
    this.camera.grid = this.isPixelwise
      ? { columns: columns * tileSize, rows: rows * tileSize, tileSize: 1 }
      : pixels.canvas;
    this.#claims = claims;
    if (this.#atlas?.pixels !== pixels) this.#atlas = new Atlas(pixels, parts, this.#handleLoaded);
    this.draw();
  }

  /** @param {Claims} claims */
  setClaims(claims) {
    this.#claims = claims;
    this.draw();
  }

  /** @param {Change} change of a cell */
  touch(change) {
    this.#atlas?.touch(change);
    if (this.#atlas && this.camera.shows(viewport.rectOf(this.#atlas.pixels.canvas, change))) this.draw();
  }

  #handleLoaded = () => {
    this.draw();
    this.dispatchEvent(new Event("loaded"));
  };

  /** Draw in the next animation frame. */
  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  toggleGrid() {
    this.hasGrid = !this.hasGrid;
    this.draw();
    this.dispatchEvent(new Event("grid"));
  }

  /**
   * Let something else follow drags; null: they pan again.
   * @param {Actions["span"]} handle
   */
  setSpanning(handle) {
    this.#actions.span = handle;
  }

  /** @type {Actions} */
  #actions = {
    drag: (dx, dy) => this.camera.pan(dx, dy),
    pinch: (before, after) => this.camera.pinch(before, after),
    wheel: (point, delta) => this.camera.zoomAt(point, viewport.wheelFactor(delta)),
    scroll: (right) => this.camera.pan(-right, 0),
    tap: (point) => {
      const cell = this.camera.cellUnder(point);
      if (!cell) return;
      this.#cursor = cell;
      this.#fire("pick", cell);
    },
    hover: (point) => {
      this.#under = point;
      this.#hoverOver(point && this.camera.cellUnder(point));
    },
    hold: (point) => this.inspect(this.camera.pixelUnder(point)),
    span: null,
  };

  /** @param {Cell | null} pixel of the canvas, if it is one; by default the one that is pointed at */
  inspect(pixel = this.#under ? this.camera.pixelUnder(this.#under) : this.camera.middleOf(this.#cursor)) {
    if (pixel && !this.past) this.#fire("inspect", pixel);
  }

  /** @param {Cell | null} cell under the pointer */
  #hoverOver(cell) {
    if (cell?.x === this.#hover?.x && cell?.y === this.#hover?.y) return;
    this.#hover = cell;
    this.#fire("hover", cell);
    this.draw();
  }

  #handleMove() {
    this.dispatchEvent(new Event("view"));
    this.draw();
  }

  #resize() {
    if (!this.canvas || !this.pen) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.camera.resize(width, height);
    // A canvas that changed its size is blank: not a frame may pass.
    this.#paint();
  }

  #paint() {
    if (!this.pen || !this.#atlas || !this.#claims || !this.screen.width) return;
    this.#theme ??= themeOf(this);
    this.#badges = drawScene(this.pen, {
      atlas: this.#atlas,
      overlay: this.overlay,
      layers: this.layers,
      claims: this.#claims,
      people: this.people,
      pointing: this.pointing,
      view: this.view,
      screen: this.screen,
      ratio: devicePixelRatio,
      theme: this.#theme,
      hasGrid: this.hasGrid,
      unit: this.camera.grid,
      ghost: this.ghost,
      hover: this.#hover,
      cursor: this.#hasKeyboard ? this.#cursor : null,
      selected: this.selected,
      span: this.span,
      ...this.past,
    });
    this.frames++;
    if (this.#isPainted || !this.#atlas.isReady) return;
    this.#isPainted = true;
    performance.mark("tessera:first-paint");
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    if (runKey(this, event)) event.preventDefault();
  }

  /** The cell that the keyboard is at. */
  get cursor() {
    return this.#cursor;
  }

  /**
   * Move the keyboard's position.
   * @param {number} dx
   * @param {number} dy in cells
   */
  stepCursor(dx, dy) {
    const { columns, rows } = this.camera.grid;
    const from = this.#cursor ?? this.camera.cellInTheMiddle;
    const x = Math.min(columns - 1, Math.max(0, from.x + dx));
    const y = Math.min(rows - 1, Math.max(0, from.y + dy));
    this.moveCursor({ x, y });
    this.camera.reveal({ x, y });
  }

  /** @param {Cell} cell where the keyboard is now */
  moveCursor(cell) {
    this.#cursor = cell;
    this.#hasKeyboard = true;
    this.#fire("cursor", cell);
    this.draw();
  }

  #handleFocus() {
    if (this.canvas?.matches(":focus-visible") && this.#atlas)
      this.moveCursor(this.#cursor ?? this.camera.cellInTheMiddle);
  }

  #handleBlur() {
    this.#hasKeyboard = false;
    this.#fire("cursor", null);
    this.draw();
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
customElements.define("canvas-stage", CanvasStage);
