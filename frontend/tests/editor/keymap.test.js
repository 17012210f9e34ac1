import assert from "node:assert/strict";
import { test } from "node:test";
import { commandNamed } from "../../static/client/editor/commands.js";
import { ariaKeys, chordOf, Keymap, keymap } from "../../static/client/editor/keymap.js";
import { Store } from "../../static/client/store.js";

/**
 * @param {string} key what the keyboard makes of it
 * @param {string} [held] of C(trl), M(eta), A(lt) and S(hift)
 * @param {string} [code] its place
 */
const press = (key, held = "", code = "") =>
  keymap.commandOf({
    key,
    code,
    ctrlKey: held.includes("C"),
    metaKey: held.includes("M"),
    altKey: held.includes("A"),
    shiftKey: held.includes("S"),
  })?.name ?? null;

test("a letter takes up a tool, with or without capitals", () => {
  assert.equal(press("b"), "pencil");
  assert.equal(press("E", "S"), "eraser");
});

test("a letter with Shift is another key, where a command has it", () => {
  assert.equal(press("G", "S"), "gradient");
  assert.equal(press("g", "S"), "gradient"); // with Caps Lock
  assert.equal(press("H", "S"), "flip_horizontal");
  assert.equal(press("?", "S"), "keys");
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

test("a sign on a digit's key is the digit, and its place is where others have it", () => {
  assert.equal(press("-", "", "Digit6"), "colour_6"); // French
  assert.equal(press("+", "", "Digit1"), "colour_1"); // Czech
  assert.equal(press(")", "", "Minus"), "zoom_out"); // French
  assert.equal(press("-", "", "NumpadSubtract"), "zoom_out");
  assert.equal(press("=", "", "Equal"), "zoom_in"); // French
});

test("the sign of a shortcut counts wherever the keyboard has it", () => {
  assert.equal(press("-", "", "Slash"), "zoom_out"); // German
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

test("keys are named as assistive technology expects them", () => {
  assert.equal(ariaKeys(keymap.keysOf(commandNamed("redo"))), "Control+Y Control+Shift+Z");
  assert.equal(ariaKeys(keymap.keysOf(commandNamed("zoom_in"))), "Plus =");
});

/** A store as a browser has it, for two visits. */
function newStore() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return new Store(
    () =>
      /** @type {Storage} */ (
        /** @type {unknown} */ ({
          getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
          setItem: (/** @type {string} */ key, /** @type {string} */ value) => kept.set(key, value),
        })
      ),
  );
}

const PLAIN = { code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test("a changed key runs its command, and is kept for the next visit", () => {
  const store = newStore();
  new Keymap(store).assign(commandNamed("fill"), "K");
  const next = new Keymap(store);
  assert.equal(next.commandOf({ ...PLAIN, key: "k" })?.name, "fill");
  assert.equal(next.commandOf({ ...PLAIN, key: "g" }), null);
  assert.deepEqual(next.keysOf(commandNamed("fill")), ["K"]);
});

test("a key that a command has is named, and taken from it", () => {
  const map = new Keymap(newStore());
  assert.equal(map.holderOf(commandNamed("fill"), "B")?.name, "pencil");
  assert.equal(map.holderOf(commandNamed("pencil"), "B"), null);
  map.assign(commandNamed("fill"), "B");
  assert.deepEqual(map.keysOf(commandNamed("pencil")), []);
  assert.equal(map.commandOf({ ...PLAIN, key: "b" })?.name, "fill");
});

test("a command with two keys keeps the one that is not taken", () => {
  const map = new Keymap(newStore());
  map.assign(commandNamed("fill"), "R");
  assert.deepEqual(map.keysOf(commandNamed("rectangle")), ["U"]);
});

test("a reset gives all commands their keys back", () => {
  const store = newStore();
  const map = new Keymap(store);
  map.assign(commandNamed("fill"), "B");
  assert.equal(map.isChanged, true);
  map.reset();
  assert.equal(new Keymap(store).isChanged, false);
  assert.equal(map.commandOf({ ...PLAIN, key: "b" })?.name, "pencil");
});

for (const stored of ["{", "7", '{"nothing": ["K"]}', '{"fill": "K"}', '{"fill": [7]}'])
  test(`what another program wrote is ignored: ${stored}`, () => {
    const store = newStore();
    store.set("tessera.keys", stored);
    assert.equal(new Keymap(store).isChanged, false);
  });

test("a press is named for the table, a sign without its Shift", () => {
  assert.equal(chordOf({ ...PLAIN, key: "K", shiftKey: true }), "Shift+K");
  assert.equal(chordOf({ ...PLAIN, key: "?", shiftKey: true }), "?");
  assert.equal(chordOf({ ...PLAIN, key: "k", metaKey: true }), "Ctrl+K");
});

for (const key of ["Tab", "Enter", "Escape", " ", "ArrowLeft", "F5", "Shift", "Dead"])
  test(`the key "${key}" keeps its meaning`, () => {
    assert.equal(chordOf({ ...PLAIN, key }), null);
  });

test("keys that close windows of the browser keep their meaning", () => {
  assert.equal(chordOf({ ...PLAIN, key: "w", ctrlKey: true }), null);
});
