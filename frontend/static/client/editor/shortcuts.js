/** What a key does in the editor, as it is named on a keyboard: pure. */

import { TOOLS } from "./tools.js";

/**
 * The command of a key, or null: `tool:<name>`, `digit:<0-9>`, or one of `undo`, `redo`, `copy`, `cut`, `paste`,
 * `save`, `erase`, `smaller`, `larger`, `zoom_in`, `zoom_out`, `fit`.
 * @param {{key: string, ctrlKey: boolean, metaKey: boolean, altKey: boolean, shiftKey: boolean}} event
 */
export function commandOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (altKey) return null;
  const letter = key.toLowerCase();
  if (ctrlKey || metaKey) return letter === "z" && shiftKey ? "redo" : (WITH_CTRL.get(letter) ?? null);
  const tool = Object.keys(TOOLS).find((name) => TOOLS[name].key === letter);
  if (tool) return `tool:${tool}`;
  if (/^\d$/.test(key)) return `digit:${key}`;
  return SINGLE.get(key) ?? null;
}

const WITH_CTRL = new Map([
  ["z", "undo"],
  ["y", "redo"],
  ["c", "copy"],
  ["x", "cut"],
  ["v", "paste"],
  ["s", "save"],
]);

const SINGLE = new Map([
  ["[", "smaller"],
  ["]", "larger"],
  ["+", "zoom_in"],
  ["=", "zoom_in"],
  ["-", "zoom_out"],
  ["f", "fit"],
  ["Delete", "erase"],
  ["Backspace", "erase"],
]);
