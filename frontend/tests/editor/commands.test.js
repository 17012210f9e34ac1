import assert from "node:assert/strict";
import { test } from "node:test";
import { ariaKeys, COMMANDS, commandNamed, commandOf } from "../../static/client/editor/commands.js";
import english from "../../static/client/messages/en/editor.js";

/** @import { Editor } from "../../static/client/editor/editor.js" */

/**
 * @param {string} key what the keyboard makes of it
 * @param {string} [held] of C(trl), M(eta), A(lt) and S(hift)
 * @param {string} [code] its place
 */
const press = (key, held = "", code = "") =>
  commandOf({
    key,
    code,
    ctrlKey: held.includes("C"),
    metaKey: held.includes("M"),
    altKey: held.includes("A"),
    shiftKey: held.includes("S"),
  })?.name ?? null;

test("a letter takes up a tool, with or without capitals", () => {
  assert.equal(press("b"), "pencil");
  assert.equal(press("G", "S"), "fill");
});

test("Ctrl and, on a Mac, Cmd undo, redo and save", () => {
  assert.equal(press("z", "C"), "undo");
  assert.equal(press("z", "M"), "undo");
  assert.equal(press("Z", "CS"), "redo");
  assert.equal(press("y", "C"), "redo");
  assert.equal(press("s", "C"), "save");
});

test("brackets change the brush, digits the colour", () => {
  assert.equal(press("["), "brush_smaller");
  assert.equal(press("]"), "brush_larger");
  assert.equal(press("0"), "colour_10");
});

test("a keyboard without Latin letters has the letters' places", () => {
  assert.equal(press("я", "C", "KeyZ"), "undo");
  assert.equal(press("Я", "CS", "KeyZ"), "redo");
  assert.equal(press("и", "", "KeyB"), "pencil");
  assert.equal(press("х", "", "BracketLeft"), "brush_smaller");
});

test("a Latin letter counts where the keyboard has it", () => {
  assert.equal(press("z", "C", "KeyY"), "undo"); // German
  assert.equal(press("z", "C", "KeyW"), "undo"); // French
});

test("digits are places, wherever the keyboard has the digits", () => {
  assert.equal(press("é", "", "Digit2"), "colour_2"); // French
  assert.equal(press("2", "S", "Digit2"), "colour_2");
  assert.equal(press("2", "", "Numpad2"), "colour_2");
});

test("the sign of a shortcut counts wherever the keyboard has it", () => {
  assert.equal(press("-", "", "Digit6"), "zoom_out"); // French
  assert.equal(press("[", "CA", "Digit8"), "brush_smaller"); // AltGr on Windows, German
  assert.equal(press("]", "A", "Digit6"), "brush_larger"); // Option on a Mac, German
});

test("keys that belong to the browser are left to it", () => {
  for (const [key, held] of [
    ["b", "A"],
    ["r", "C"],
    ["Tab", ""],
    ["F5", ""],
    ["toString", ""],
  ])
    assert.equal(press(key, held), null);
});

test("each key has one command", () => {
  const keys = COMMANDS.flatMap((command) => command.keys);
  assert.deepEqual(keys, [...new Set(keys)]);
});

test("each command has a name of its own, and a message", () => {
  const names = COMMANDS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { label } of COMMANDS) assert.ok(label.replace("editor.", "") in english, label);
});

test("keys are named as assistive technology expects them", () => {
  assert.equal(ariaKeys(commandNamed("redo")), "Control+Y Control+Shift+Z");
  assert.equal(ariaKeys(commandNamed("zoom_in")), "Plus =");
});

test("where the artist may not paint, only the view, a copy and the window remain", () => {
  const editor = /** @type {Editor} */ (/** @type {unknown} */ ({ mayPaint: false, palette: ["#000000"] }));
  const enabled = COMMANDS.filter((command) => command.isEnabled(editor)).map(({ name }) => name);
  assert.deepEqual(enabled, [
    "hand",
    "colour_1",
    "zoom_out",
    "fit",
    "zoom_in",
    "grid",
    "copy",
    "save",
    "close",
  ]);
});
