import { formatAddress, parseCell, parseHash, parseTemplates } from "../model/links.js";

/** @import { CanvasStage } from "./stage.js" */

/** Milliseconds: browsers refuse to write the address more than some hundred times in half a minute. */
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
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /** Begin with the canvas that the address names now. */
  start() {
    this.stop();
    this.#path = location.pathname;
    this.templates = this.readTemplates();
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

  /**
   * Write soon what the stage shows then.
   * @param {() => CanvasStage | null} findStage
   */
  write(findStage) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const stage = findStage();
      if (!stage || location.pathname !== this.#path) return;
      const hash = formatAddress(stage.camera.isFitted ? null : stage.view, this.templates);
      history.replaceState(history.state, "", this.#path + hash);
    }, DELAY);
  }
}
