/** What the artist holds while painting a tile: the tool, the colours, and the pen that paints with them. */

import { store } from "../store.js";
import { Pen } from "./pen.js";
import { keepSettings, loadSettings } from "./settings.js";

/** @import { Point } from "../model/geometry.js" */
/** @import { Change, Piece } from "../model/pieces.js" */
/** @import { PixelGrid } from "./grid.js" */
/** @import { Painting } from "./painting.js" */
/** @import { Settings } from "./settings.js" */

/** Fires `change` when something of it is to be drawn again. */
export class Hand extends EventTarget {
  /**
   * Where the tile is drawn, once it is.
   * @type {PixelGrid | null}
   */
  grid = null;
  settings = loadSettings(store);
  /**
   * What is being saved as a picture, while that is asked for.
   * @type {Piece | null}
   */
  downloaded = null;

  /** @param {Painting} painting */
  constructor(painting) {
    super();
    this.pen = new Pen(painting, this.settings, {
      painted: (changes) => this.handlePainted(changes),
      asked: (point) => void this.handleAsked(point),
      picked: (colour, isSecond) => this.#takeUp(isSecond ? { second: colour } : { colour }, ["picker"]),
    });
  }

  /**
   * Handle changes that are final.
   * @param {Change[]} _changes
   */
  handlePainted(_changes) {}

  /**
   * Tell who painted a pixel.
   * @param {Point} _point
   */
  async handleAsked(_point) {}

  /** @param {Partial<Settings>} settings */
  set(settings) {
    if (settings.tool && settings.tool !== this.settings.tool) {
      // What the old tool has drawn is not the new tool's to revert; a picker goes on until it is lifted.
      if (this.settings.tool !== "picker") this.pen.up();
      this.pen.putDown();
    }
    this.settings = { ...this.settings, ...settings };
    this.pen.settings = this.settings;
    if ("perfect" in settings || "cursor" in settings) keepSettings(store, this.settings);
    this.grid?.requestUpdate();
    this.redraw();
  }

  /**
   * Take up a colour, and a tool that paints with it.
   * @param {number} colour
   */
  pickColour(colour) {
    this.#takeUp({ colour }, ["eraser", "picker"]);
  }

  swapColours() {
    const { colour, second } = this.settings;
    this.set({ colour: second, second: colour });
  }

  /** Ask how to save what is selected, or the whole tile, as a picture. */
  download() {
    this.downloaded = this.pen.copy().piece;
    this.redraw();
  }

  closeDownload() {
    this.downloaded = null;
    this.redraw();
  }

  redraw() {
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Take up a colour, and the pencil in place of tools that do not paint.
   * @param {Partial<Settings>} colours
   * @param {string[]} unfit tools
   */
  #takeUp(colours, unfit) {
    this.set({ ...colours, ...(unfit.includes(this.settings.tool) && { tool: "pencil" }) });
  }
}
