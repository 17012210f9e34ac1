import { spanOf } from "./viewport.js";

/** @import { Span } from "./renderer.js" */
/** @import { CanvasStage } from "./stage.js" */
/** @import { Point } from "./viewport.js" */

/** The rectangle of cells that the user draws to claim it. */
export class AreaDrawing {
  /** Whether drags draw. */
  isOn = false;
  /**
   * What was drawn.
   * @type {Span | null}
   */
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
    stage?.toggleAttribute("drawing", isWanted);
    stage?.setSpanning(isWanted ? (from, to, isDone) => this.#draw(stage, from, to, isDone) : null);
    if (stage && !isWanted) stage.span = null;
    stage?.draw();
    this.changed();
  }

  /**
   * @param {CanvasStage} stage
   * @param {Point} from
   * @param {Point | null} to null if what was drawn before stays
   * @param {boolean} isDone
   */
  #draw(stage, from, to, isDone) {
    const [start, end] = [stage.camera.cellNear(from), to && stage.camera.cellNear(to)];
    stage.span = to ? start && end && spanOf(start, end) : this.span;
    stage.draw();
    if (!isDone || !stage.span) return;
    this.span = stage.span;
    this.changed();
  }
}
