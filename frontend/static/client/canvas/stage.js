import { css, html, LitElement } from "../lit.js";
import { onDensityChange } from "../ui/density.js";
import { keyName } from "../ui/keys.js";
import { base } from "../ui/styles.js";
import { Atlas } from "./atlas.js";
import { Camera } from "./camera.js";
import { listen } from "./gestures.js";
import { drawScene, themeOf } from "./renderer.js";
import * as viewport from "./viewport.js";

/** @import { CanvasPixels, Cell } from "../model/canvas-pixels.js" */
/** @import { Claims } from "../model/claims.js" */
/** @import { Person } from "../model/feed.js" */
/** @import { Actions } from "./gestures.js" */
/** @import { Span, Theme } from "./renderer.js" */
/** @import { Point } from "./viewport.js" */

/** CSS pixels that a key moves the picture. */
const PAN_STEP = 80;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * `<canvas-stage>`: the canvas, which can be panned, zoomed and pointed at. Draws only after changes. Fires
 * `view` when the visible part changes, `grid` when the grid is toggled, and with a cell as `detail`: `pick`
 * (selected), `cursor` (keyboard position), `hover` (pointer position; null outside the canvas), `span`
 * (rectangle drawn).
 */
export class CanvasStage extends LitElement {
  static properties = { label: {}, help: {} };
  static styles = [
    base,
    css`
    :host { position: relative; overflow: hidden; background: var(--sunken); }
    canvas {
      position: absolute; inset: 0; width: 100%; height: 100%; touch-action: none; cursor: grab;
      outline-offset: -3px;
    }
    canvas:active { cursor: grabbing; }
    :host([spanning]) canvas { cursor: crosshair; }
    .probe { position: absolute; visibility: hidden; }
  `,
  ];

  constructor() {
    super();
    this.label = "";
    this.help = "";
  }

  hasGrid = true;
  /** @type {Iterable<Person>} */
  people = [];
  /** @type {Cell | null} */
  selected = null;
  /**
   * The last rectangle of cells drawn by the user.
   * @type {Span | null}
   */
  span = null;
  /** Frames drawn so far. */
  frames = 0;
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
  /**
   * The cell of the keyboard cursor.
   * @type {Cell | null}
   */
  #cursor = null;
  #hasKeyboard = false;
  #frame = 0;
  /** Ends with the element's stay in the page. */
  #life = new AbortController();

  render() {
    return html`<canvas tabindex="0" role="application" aria-label=${this.label} aria-describedby="help"
        @keydown=${this.#handleKey} @focus=${this.#handleFocus} @blur=${this.#handleBlur}></canvas>
      <p id="help" class="visually-hidden">${this.help}</p><i class="probe"></i>`;
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

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    const recolour = () => {
      this.#theme = null;
      this.draw();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, {
      signal: this.#life.signal,
    });
    const theme = new MutationObserver(recolour);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.#life.signal.addEventListener("abort", () => theme.disconnect());
    onDensityChange(() => this.#resize(), this.#life.signal);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  get atlas() {
    return this.#atlas;
  }

  get view() {
    return this.camera.view;
  }

  get screen() {
    return this.camera.screen;
  }

  /**
   * Show a canvas, or a new state of it.
   * @param {CanvasPixels} pixels
   * @param {Claims} claims
   */
  open(pixels, claims) {
    this.camera.grid = pixels.canvas;
    this.#claims = claims;
    this.#atlas = new Atlas(pixels);
    this.draw();
  }

  /** @param {Claims} claims */
  setClaims(claims) {
    this.#claims = claims;
    this.draw();
  }

  /** @param {Cell} cell that has changed */
  touch(cell) {
    this.#atlas?.touch(cell);
    this.draw();
  }

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
   * Make drags select rectangles of cells, or pan again.
   * @param {boolean} isWanted
   */
  setSpanning(isWanted) {
    this.toggleAttribute("spanning", isWanted);
    this.#actions.span = isWanted ? this.#handleSpan : null;
  }

  /**
   * @param {Point} from
   * @param {Point} to
   * @param {boolean} isDone
   */
  #handleSpan = (from, to, isDone) => {
    const [start, end] = [this.camera.cellNear(from), this.camera.cellNear(to)];
    this.span = start && end ? viewport.spanOf(start, end) : null;
    this.draw();
    if (isDone && this.span) this.#fire("span", this.span);
  };

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
    hover: (point) => this.#hoverOver(point && this.camera.cellUnder(point)),
    span: null,
  };

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
    drawScene(this.pen, {
      atlas: this.#atlas,
      claims: this.#claims,
      people: this.people,
      view: this.view,
      screen: this.screen,
      ratio: devicePixelRatio,
      theme: this.#theme,
      hasGrid: this.hasGrid,
      hover: this.#hover,
      cursor: this.#hasKeyboard ? this.#cursor : null,
      selected: this.selected,
      span: this.span,
    });
    this.frames++;
    if (this.frames === 1) performance.mark("tessera:first-paint");
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keyName(event);
    const arrow = ARROWS[key];
    const { camera } = this;
    if (arrow && event.shiftKey) camera.pan(-arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP);
    else if (arrow) this.#stepCursor(...arrow);
    else if (key === "+" || key === "=") camera.zoom(1);
    else if (key === "-") camera.zoom(-1);
    else if (key === "0") camera.fit();
    else if (key === "G") this.toggleGrid();
    else if ((key === "Enter" || key === " ") && this.#cursor) this.#fire("pick", this.#cursor);
    else return;
    event.preventDefault();
  }

  /**
   * @param {number} dx
   * @param {number} dy in cells
   */
  #stepCursor(dx, dy) {
    const { columns, rows } = this.camera.grid;
    const from = this.#cursor ?? this.camera.cellInTheMiddle;
    const x = Math.min(columns - 1, Math.max(0, from.x + dx));
    const y = Math.min(rows - 1, Math.max(0, from.y + dy));
    this.#moveCursor({ x, y });
    this.camera.reveal({ x, y });
  }

  /** @param {Cell} cell where the keyboard is now */
  #moveCursor(cell) {
    this.#cursor = cell;
    this.#hasKeyboard = true;
    this.#fire("cursor", cell);
    this.draw();
  }

  #handleFocus() {
    if (this.canvas?.matches(":focus-visible") && this.#atlas)
      this.#moveCursor(this.#cursor ?? this.camera.cellInTheMiddle);
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
