import { keyNames } from "../ui/keys.js";

/** @import { CanvasStage } from "./stage.js" */

/** CSS pixels that a key moves the picture. */
const PAN_STEP = 80;

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * Do what a key means on the stage; returns whether it means something.
 * @param {CanvasStage} stage
 * @param {KeyboardEvent} event
 */
export function runKey(stage, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const { camera, cursor, isPixelwise } = stage;
  // Where digits are colours, a sign on a digit's key is the digit.
  const [key = "", sign = isPixelwise ? key : event.key] = keyNames(event);
  const arrow = ARROWS[key];
  if (arrow && event.shiftKey) camera.pan(-arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP);
  else if (arrow) stage.stepCursor(...arrow);
  else if (/^[+=]$/.test(key) || /^[+=]$/.test(sign)) camera.zoom(1);
  else if (key === "-" || sign === "-") camera.zoom(-1);
  else if (key === (isPixelwise ? "F" : "0"))
    camera.fit(); // where digits are colours
  else if (key === "G") stage.toggleGrid();
  else if ((key === "Enter" || key === " ") && cursor)
    stage.dispatchEvent(new CustomEvent("pick", { detail: cursor }));
  else if (key === "I") stage.inspect();
  else return false;
  return true;
}
