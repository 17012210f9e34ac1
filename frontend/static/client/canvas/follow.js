import { setPaper } from "../ui/paper.js";

/** @import { Change } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */

/**
 * Call a page back when the canvas that it shows changes, and keep its pictures on the canvas's paper.
 * @param {HTMLElement} element of the page
 * @param {LiveCanvas} live
 * @param {AbortSignal} signal ends it
 * @param {{picture: () => void, cell: (change: Change) => void, claims: () => void, rules: () => void,
 *   text: () => void}} page
 */
export function follow(element, live, signal, { picture, cell, claims, rules, text }) {
  live.addEventListener("picture", picture, { signal });
  live.addEventListener("cell", (event) => cell(/** @type {CustomEvent<Change>} */ (event).detail), {
    signal,
  });
  live.addEventListener("claims", claims, { signal });
  live.addEventListener("canvas", () => live.canvas && setPaper(element, live.canvas), { signal });
  live.addEventListener("canvas", rules, { signal });
  for (const type of ["canvas", "details", "progress", "block"])
    live.addEventListener(type, text, { signal });
}
