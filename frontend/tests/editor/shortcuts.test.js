import assert from "node:assert/strict";
import { test } from "node:test";

import { commandOf } from "../../static/client/editor/shortcuts.js";

/**
 * @param {string} key
 * @param {string} [held]  of C(trl), M(eta), A(lt) and S(hift)
 */
const press = (key, held = "") =>
  commandOf({
    key,
    ctrlKey: held.includes("C"),
    metaKey: held.includes("M"),
    altKey: held.includes("A"),
    shiftKey: held.includes("S"),
  });

test("a letter selects a tool, in upper or lower case", () => {
  assert.equal(press("b"), "tool:pencil");
  assert.equal(press("G"), "tool:fill");
});

test("Ctrl and, on a Mac, Cmd undo, redo and save", () => {
  assert.equal(press("z", "C"), "undo");
  assert.equal(press("z", "M"), "undo");
  assert.equal(press("Z", "CS"), "redo");
  assert.equal(press("y", "C"), "redo");
  assert.equal(press("s", "C"), "save");
});

test("brackets change the brush, digits the colour", () => {
  assert.equal(press("["), "smaller");
  assert.equal(press("]"), "larger");
  assert.equal(press("0"), "digit:0");
});

test("the browser's own shortcuts are left alone", () => {
  for (const [key, held] of [
    ["b", "A"],
    ["r", "C"],
    ["Tab", ""],
    ["F5", ""],
    ["toString", ""],
  ])
    assert.equal(press(key, held), null);
});
