import "../ui/cursors.js";
import "./stage.js";
import { toCanvas, visibleRect } from "./viewport.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { Seen } from "../model/cursors.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { CanvasStage } from "./stage.js" */

/**
 * Let the artists on a canvas see each other on its stage: where they point, and what one of them looks at.
 * @param {LiveCanvas} live
 * @param {CanvasStage} stage
 * @param {AbortSignal} signal of the visit
 */
export function beTogether(live, stage, signal) {
  const { cursors } = live;
  /** @type {[number, number] | null} */
  let at = null;
  const point = () => cursors.point(at, visibleRect(stage.view, stage.screen));
  /** @param {PointerEvent} event */
  const follow = (event) => {
    const box = stage.getBoundingClientRect();
    const { x, y } = toCanvas(stage.view, stage.screen, {
      x: event.clientX - box.left,
      y: event.clientY - box.top,
    });
    at = [x, y];
    point();
  };
  stage.addEventListener("pointermove", follow, { signal });
  stage.addEventListener("pointerdown", follow, { signal });
  const leave = () => {
    at = null;
    point();
  };
  stage.addEventListener("pointerleave", leave, { signal });
  stage.addEventListener("view", point, { signal });
  /** @param {Event} event */
  const followKeys = (event) => {
    const cell = /** @type {CustomEvent<Cell | null>} */ (event).detail;
    const side = stage.camera.grid.tileSize;
    at = cell && [(cell.x + 0.5) * side, (cell.y + 0.5) * side];
    point();
  };
  stage.addEventListener("cursor", followKeys, { signal });
  // Moving the view, by hand or by a button, ends watching along.
  stage.camera.chosen = () => cursors.follow(null);
  for (const type of ["pointerdown", "wheel", "keydown"])
    stage.addEventListener(type, () => cursors.follow(null), { signal, passive: true });
  cursors.addEventListener(
    "view",
    (event) => {
      const { x, y, width, height } = /** @type {CustomEvent<Seen>} */ (event).detail;
      if (!width || !height) return;
      const { screen } = stage;
      const zoom = Math.min(screen.width / width, screen.height / height);
      stage.camera.lead({ x: x + width / 2, y: y + height / 2, zoom });
    },
    { signal },
  );
  // Drawn again only when that changes: cursors move many times per second.
  const tell = () => {
    const pointing = cursors.list.map(({ id }) => id);
    if (pointing.length === stage.pointing.size && pointing.every((id) => stage.pointing.has(id))) return;
    stage.pointing = new Set(pointing);
    stage.draw();
  };
  cursors.addEventListener("change", tell, { signal });
  stage.cursors = cursors;
  signal.addEventListener("abort", () => {
    stage.camera.chosen = () => {};
    stage.cursors = null;
    stage.pointing = new Set();
  });
}
