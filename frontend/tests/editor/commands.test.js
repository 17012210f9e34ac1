import assert from "node:assert/strict";
import { test } from "node:test";
import { ariaKeys, COMMANDS, commandNamed, commandOf } from "../../static/client/editor/commands.js";
import english from "../../static/client/messages/en/editor.js";

/** @import { Editor } from "../../static/client/editor/editor.js" */

/**
 * @param {string} key
 * @param {string} [held] of C(trl), M(eta), A(lt) and S(hift)
 */
const press = (key, held = "") =>
  commandOf({
    key,
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
