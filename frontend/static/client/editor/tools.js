/**
 * The tools in the order of the tool bar.
 * @typedef {"freehand" | "shape" | "fill" | "picker" | "author" | "select" | "wand" | "hand"} ToolKind
 *   `shape`: from one point to another, `author`: asks who painted a pixel, `select`: an outline is drawn,
 *   `wand`: a point is enough
 * @typedef {"brush" | "perfect" | "density" | "filled" | "blend" | "contiguous" | "symmetry"} ToolOption
 * @typedef {{kind: ToolKind, keys: string[], icon: string, options: ToolOption[]}} Tool
 */

/**
 * Keys are those of Aseprite where it has the tool; R and O have been here longer.
 * @type {Record<string, Tool>}
 */
export const TOOLS = {
  pencil: { kind: "freehand", keys: ["B"], icon: "pencil", options: ["brush", "perfect", "symmetry"] },
  dither: { kind: "freehand", keys: ["Shift+B"], icon: "dither", options: ["brush", "density", "symmetry"] },
  eraser: { kind: "freehand", keys: ["E"], icon: "eraser", options: ["brush", "symmetry"] },
  fill: { kind: "fill", keys: ["G"], icon: "fill", options: ["contiguous"] },
  gradient: { kind: "shape", keys: ["Shift+G"], icon: "gradient", options: ["blend"] },
  line: { kind: "shape", keys: ["L"], icon: "line", options: ["brush", "symmetry"] },
  rectangle: {
    kind: "shape",
    keys: ["U", "R"],
    icon: "rectangle",
    options: ["brush", "filled", "symmetry"],
  },
  ellipse: {
    kind: "shape",
    keys: ["Shift+U", "O"],
    icon: "ellipse",
    options: ["brush", "filled", "symmetry"],
  },
  picker: { kind: "picker", keys: ["I"], icon: "picker", options: [] },
  author: { kind: "author", keys: ["Y"], icon: "account", options: [] },
  select: { kind: "select", keys: ["M"], icon: "select", options: [] },
  lasso: { kind: "select", keys: ["Q"], icon: "lasso", options: [] },
  wand: { kind: "wand", keys: ["W"], icon: "wand", options: ["contiguous"] },
  hand: { kind: "hand", keys: ["H"], icon: "hand", options: [] },
};

/** @import { Combination } from "../model/regions.js" */

/** @type {Record<Combination, string>} */
export const COMBINATION_KEYS = { replace: "N", add: "A", subtract: "S", intersect: "Shift+I" };

export const MAX_BRUSH = 16;

/**
 * Return whether a tool is for those, too, who may only look.
 * @param {string} tool
 */
export function isHarmless(tool) {
  const { kind } = TOOLS[tool];
  return kind === "author" || kind === "hand";
}

/**
 * Return whether a tool selects, and moves what is selected.
 * @param {string} tool
 */
export function isSelecting(tool) {
  const { kind } = TOOLS[tool];
  return kind === "select" || kind === "wand";
}

/**
 * Return what the keys that are held make of a selection, as in Aseprite; null without them. Ctrl stands
 * for Alt, with which some desktops move the window; on a Mac, Cmd counts as Ctrl.
 * @param {Pick<MouseEvent, "shiftKey" | "altKey" | "ctrlKey" | "metaKey">} event
 * @returns {Combination | null}
 */
export function combinationOf({ shiftKey, altKey, ctrlKey, metaKey }) {
  if (altKey || ctrlKey || metaKey) return shiftKey ? "intersect" : "subtract";
  return shiftKey ? "add" : null;
}
