import { formatAddress, formatCell, parseCell, parseHash, parseTemplates } from "../model/links.js";
import { formatMoment, parseMoment } from "../model/moments.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { CanvasStage } from "./stage.js" */

/** Milliseconds: browsers refuse to write the address more than about a hundred times in half a minute. */
const DELAY = 300;

/**
 * Keeps what the stage shows in the address, for as long as the address is that of the canvas on the stage.
 */
export class ViewAddress {
  /** The address of the canvas that is shown. Another one may be in the bar already. */
  #path = "";
  /**
   * Slugs of the templates that are shown.
   * @type {string[]}
   */
  templates = [];
  /**
   * The moment of the past that is shown; null: now.
   * @type {number | null}
   */
  at = null;
  /**
   * The cell and the version of its tile that is looked at; null: none.
   * @type {{cell: Cell, version: number} | null}
   */
  version = null;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /** Begin with the canvas that the address names now. */
  start() {
    this.stop();
    this.#path = location.pathname;
    this.templates = this.readTemplates();
    this.at = this.version = null;
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** Return the view that the address names, null where it names none, or another canvas by now. */
  read() {
    return location.pathname === this.#path ? parseHash(location.hash) : null;
  }

  /** Return the slugs of the templates that the address names. */
  readTemplates() {
    return location.pathname === this.#path ? parseTemplates(location.hash) : [];
  }

  /** Return the cell that the address names; the first view that is written drops it. */
  readCell() {
    return location.pathname === this.#path ? parseCell(location.search) : null;
  }

  /** Return the moment of the past that the address names. */
  readMoment() {
    return location.pathname === this.#path ? parseMoment(location.search) : null;
  }

  /**
   * Return a link to what the stage shows.
   * @param {CanvasStage} stage
   */
  linkTo(stage) {
    return new URL(this.#format(stage), location.href).href;
  }

  /** @param {CanvasStage} stage */
  #format({ camera, view }) {
    const { version } = this;
    const moment = version ? formatCell(version.cell, version) : formatMoment(this.at);
    return this.#path + moment + formatAddress(camera.isFitted ? null : view, this.templates);
  }

  /**
   * Write soon what the stage shows then.
   * @param {() => CanvasStage | null} findStage
   */
  write(findStage) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const stage = findStage();
      if (!stage || location.pathname !== this.#path) return;
      history.replaceState(history.state, "", this.#format(stage));
    }, DELAY);
  }
}
