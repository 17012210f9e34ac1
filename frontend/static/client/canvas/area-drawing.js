/** @import { Span } from "./renderer.js" */
/** @import { CanvasStage } from "./stage.js" */

/** The rectangle of cells that the user draws to claim it. */
export class AreaDrawing {
  /** Whether drags draw. */
  isOn = false;
  /** @type {Span | null} */
  span = null;

  /**
   * @param {() => CanvasStage | null} findStage
   * @param {() => void} changed
   */
  constructor(findStage, changed) {
    this.findStage = findStage;
    this.changed = changed;
  }

  /** @param {boolean} isWanted */
  set(isWanted) {
    this.isOn = isWanted;
    if (!isWanted) this.span = null;
    const stage = this.findStage();
    stage?.setSpanning(isWanted);
    if (stage && !isWanted) stage.span = null;
    stage?.draw();
    this.changed();
  }

  /** @param {Span} span that was drawn */
  take(span) {
    this.span = span;
    this.changed();
  }
}
