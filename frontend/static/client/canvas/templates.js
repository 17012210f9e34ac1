/** The templates that lie over the canvas during a visit: loaded, shown, moved, followed. */

import { api } from "../api.js";
import { t } from "../i18n.js";
import { inflate } from "../model/snapshot.js";
import { errorText } from "../ui/error.js";
import { keyName } from "../ui/keys.js";
import { toast } from "../ui/toast.js";
import { TemplateLayer } from "./template-layer.js";
import { toCanvas } from "./viewport.js";

/** @import { TemplateView } from "#api" */
/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { Placer } from "./placer.js" */
/** @import { CanvasStage } from "./stage.js" */
/** @import { ViewAddress } from "./view-address.js" */
/** @import { Point } from "./viewport.js" */

/** Milliseconds between two looks at what has been painted. */
const REFRESH_MS = 250;

/** CSS pixels per canvas pixel at which a wrong pixel is shown, with some of its surroundings. */
const WRONG_ZOOM = 16;

/** CSS pixels that stay free around a template that is brought into view. */
const MARGIN = 48;

/** Fires `change` when something of a template, or what is painted of it, changed. */
export class Templates extends EventTarget {
  /** @type {TemplateLayer[]} */
  layers = [];
  /**
   * The one that drags move.
   * @type {TemplateLayer | null}
   */
  moving = null;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {LiveCanvas} live
   * @param {CanvasStage} stage which shows the canvas during the visit
   * @param {ViewAddress} address that names those that are shown
   * @param {AbortSignal} signal of the visit
   * @param {() => Placer | null} findPlacer who knows the colour to paint with, in `place` mode
   */
  constructor(live, stage, address, signal, findPlacer) {
    super();
    this.live = live;
    this.stage = stage;
    this.address = address;
    this.signal = signal;
    this.findPlacer = findPlacer;
    for (const type of ["cell", "block", "picture"])
      live.addEventListener(type, () => this.#refreshSoon(), { signal });
    stage.addEventListener("keydown", (event) => this.#handleKey(event), { signal });
    signal.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      stage.layers = [];
      stage.setSpanning(null);
    });
  }

  /** Show those that the address names; the first one in the middle if it names no view. */
  async openLinked() {
    const isView = this.address.read() !== null;
    for (const slug of this.address.readTemplates()) {
      if (this.find(slug)) continue;
      try {
        const layer = await this.show(await api.get(`/templates/${slug}`, { signal: this.signal }));
        if (layer && !isView && this.layers.length === 1) this.lookAt(layer);
      } catch (error) {
        if (!this.signal.aborted) toast(errorText(error), { kind: "error" });
      }
    }
  }

  /** @param {string} slug */
  find(slug) {
    return this.layers.find((layer) => layer.slug === slug) ?? null;
  }

  /**
   * Lay a template over the canvas. Throws ApiError.
   * @param {TemplateView} view
   * @returns {Promise<TemplateLayer | null>} null for one of another canvas
   */
  async show(view) {
    if (view.canvas_id !== this.live.id) return null;
    const { bytes } = await api.bytes(`/templates/${view.slug}/pixels`, { signal: this.signal });
    const { x, y, width, height, name } = view;
    const indices = new Uint8Array(await inflate(bytes));
    this.signal.throwIfAborted();
    return this.add(new TemplateLayer({ x, y, width, height, indices }, name, view));
  }

  /**
   * @param {TemplateLayer} layer
   * @returns {TemplateLayer}
   */
  add(layer) {
    this.layers = [...this.layers, layer];
    this.#handleLayers();
    return layer;
  }

  /** @param {TemplateLayer} layer */
  hide(layer) {
    this.layers = this.layers.filter((other) => other !== layer);
    if (this.moving === layer) this.setMoving(null);
    this.#handleLayers();
  }

  /**
   * Bring a template into view.
   * @param {TemplateLayer} layer
   */
  lookAt({ picture: { x, y, width, height } }) {
    const { screen } = this.stage;
    const across = Math.max(1, screen.width - 2 * MARGIN) / width;
    const down = Math.max(1, screen.height - 2 * MARGIN) / height;
    this.stage.camera.look({ x: x + width / 2, y: y + height / 2, zoom: Math.min(WRONG_ZOOM, across, down) });
  }

  /**
   * Go to the next pixel of a template that is not right, and take its colour where colours are chosen.
   * @param {TemplateLayer} layer
   */
  visitNextWrong(layer) {
    const { pixels } = this.live;
    const found = pixels && layer.findNextWrong(pixels, this.colour);
    if (!found) return toast(t("canvas.template_done", { name: layer.name }), { kind: "success" });
    const zoom = Math.max(WRONG_ZOOM, this.stage.view.zoom);
    this.stage.camera.look({ x: found.x + 0.5, y: found.y + 0.5, zoom });
    const placer = this.findPlacer();
    placer?.choose(found.colour);
    this.stage.moveCursor(placer ? found : this.#cellOf(found));
    this.stage.canvas?.focus();
  }

  /** The colour that the user paints with; null where none is chosen. */
  get colour() {
    return this.findPlacer()?.colour ?? null;
  }

  /**
   * Let drags move a template, or end that.
   * @param {TemplateLayer | null} layer
   */
  setMoving(layer) {
    if (this.moving === layer) return;
    this.moving = layer;
    this.#grip = null;
    this.stage.setSpanning(layer && ((from, to, isDone) => this.#drag(layer, from, to, isDone)));
    this.#fire();
  }

  /**
   * Move a template of one's own, for others too if it is uploaded. Throws ApiError.
   * @param {TemplateLayer} layer
   * @param {Cell} place
   */
  async move(layer, { x, y }) {
    if (layer.slug) layer.view = await api.patch(`/templates/${layer.slug}`, { x, y });
    this.#place(layer, { x, y });
  }

  /** Take new colours, choices and pixels into account. */
  refresh = () => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { pixels, parts } = this.live;
    const side = pixels?.canvas.tileSize ?? 1;
    parts?.pin(
      this,
      this.layers.map(({ picture }) => cellsAround(picture, side)),
    );
    if (pixels) for (const layer of this.layers) layer.refresh(pixels, this.colour);
    this.#fire();
  };

  /** The user paints with another colour. */
  handleColour() {
    if (this.layers.some((layer) => layer.isOnlyColour)) this.refresh();
  }

  #refreshSoon() {
    if (this.layers.length) this.#timer ??= setTimeout(this.refresh, REFRESH_MS);
  }

  #handleLayers() {
    this.stage.layers = this.layers;
    this.address.templates = this.layers.flatMap(({ slug }) => slug ?? []);
    this.address.write(() => this.stage);
    this.refresh();
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const layer = this.layers.at(-1);
    if (!layer || event.ctrlKey || event.metaKey || event.altKey || keyName(event) !== "N") return;
    event.preventDefault();
    this.visitNextWrong(layer);
  }

  /** Where a drag took hold of the template, from its corner, and where that was. */
  #grip = /** @type {{x: number, y: number, from: Cell} | null} */ (null);

  /**
   * @param {TemplateLayer} layer
   * @param {Point} from on the screen
   * @param {Point | null} to null if it goes back to where it was
   * @param {boolean} isDone
   */
  #drag(layer, from, to, isDone) {
    const { x, y } = layer.picture;
    if (!this.#grip) {
      const start = this.#pixelAt(from);
      this.#grip = { x: start.x - x, y: start.y - y, from: { x, y } };
    }
    const grip = this.#grip;
    if (isDone) this.#grip = null;
    if (!to) return this.#place(layer, grip.from);
    const at = this.#pixelAt(to);
    const place = this.#withinReach(layer, { x: at.x - grip.x, y: at.y - grip.y });
    const isMoved = place.x !== grip.from.x || place.y !== grip.from.y;
    if (!isDone || !isMoved) return this.#place(layer, place);
    void this.move(layer, place).catch((error) => {
      const { view } = layer;
      if (view) this.#place(layer, view);
      toast(errorText(error), { kind: "error" });
    });
  }

  /**
   * Return the nearest place at which a pixel of the template lies on the canvas.
   * @param {TemplateLayer} layer
   * @param {Cell} place
   */
  #withinReach({ picture: { width, height } }, { x, y }) {
    const canvas = this.live.canvas ?? { width: 1, height: 1 };
    return {
      x: Math.min(canvas.width - 1, Math.max(1 - width, x)),
      y: Math.min(canvas.height - 1, Math.max(1 - height, y)),
    };
  }

  /**
   * @param {Point} point on the screen
   * @returns {Cell} the pixel there, also one beside the canvas
   */
  #pixelAt(point) {
    const { x, y } = toCanvas(this.stage.view, this.stage.screen, point);
    return { x: Math.floor(x), y: Math.floor(y) };
  }

  /**
   * @param {TemplateLayer} layer
   * @param {Cell} place
   */
  #place(layer, { x, y }) {
    layer.picture = { ...layer.picture, x, y };
    this.refresh();
  }

  /**
   * @param {Cell} pixel
   * @returns {Cell}
   */
  #cellOf({ x, y }) {
    const side = this.live.canvas?.tile_size ?? 1;
    return { x: Math.floor(x / side), y: Math.floor(y / side) };
  }

  #fire() {
    this.stage.draw();
    this.dispatchEvent(new Event("change"));
  }
}

/**
 * Return the cells that a rectangle of pixels touches.
 * @param {{x: number, y: number, width: number, height: number}} rect
 * @param {number} side pixels per cell
 */
function cellsAround({ x, y, width, height }, side) {
  const [left, top] = [Math.floor(x / side), Math.floor(y / side)];
  const [right, bottom] = [Math.ceil((x + width) / side), Math.ceil((y + height) / side)];
  return { x: left, y: top, columns: right - left, rows: bottom - top };
}
