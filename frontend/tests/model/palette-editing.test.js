import assert from "node:assert/strict";
import { test } from "node:test";

import * as editing from "../../static/client/model/palette-editing.js";

const COLOURS = ["#000000", "#111111", "#222222", "#333333"];
const NONE = new Set();
const FIRST_TWO = new Set([1]);

test("a palette is open after the last used colour", () => {
  assert.equal(editing.openFrom(NONE), 0);
  assert.equal(editing.openFrom(new Set([0, 2])), 3);
});

test("a colour is changed unless it is used", () => {
  assert.deepEqual(editing.recolour(COLOURS, 0, "#ffffff", FIRST_TWO), ["#ffffff", ...COLOURS.slice(1)]);
  assert.equal(editing.recolour(COLOURS, 1, "#ffffff", FIRST_TWO), COLOURS);
});

test("a moved colour takes the place of another, which makes room", () => {
  assert.deepEqual(editing.move(COLOURS, 0, 2, NONE), ["#111111", "#222222", "#000000", "#333333"]);
  assert.deepEqual(editing.move(COLOURS, 3, 2, FIRST_TWO), ["#000000", "#111111", "#333333", "#222222"]);
});

test("no colour is moved past a used one, or past the end", () => {
  for (const [from, to] of /** @type {const} */ ([
    [2, 0],
    [0, 3],
    [3, 4],
  ]))
    assert.equal(editing.move(COLOURS, from, to, FIRST_TWO), COLOURS);
});

test("colours are inserted after the selected one, but not before used ones", () => {
  const expected = [...COLOURS.slice(0, 2), "#abcdef", ...COLOURS.slice(2)];
  assert.deepEqual(editing.insertAfter(COLOURS, 1, ["#abcdef"], NONE), { colours: expected, at: 2 });
  assert.deepEqual(editing.insertAfter(COLOURS, 0, ["#abcdef"], FIRST_TWO), { colours: expected, at: 2 });
});

test("a palette takes no more than 255 colours", () => {
  const many = Array.from({ length: 254 }, () => "#000000");
  const { colours } = editing.insertAfter(many, 253, ["#111111", "#222222"], NONE);
  assert.deepEqual(colours.slice(253), ["#000000", "#111111"]);
});

test("a colour is removed unless it is used, or followed by used ones, or one of two", () => {
  assert.deepEqual(editing.remove(COLOURS, 2, FIRST_TWO), ["#000000", "#111111", "#333333"]);
  assert.equal(editing.remove(COLOURS, 0, FIRST_TWO), COLOURS);
  assert.deepEqual(editing.remove(["#000000", "#111111"], 0, NONE), ["#000000", "#111111"]);
});

test("imported colours replace all, or are added where some are used", () => {
  const imported = ["#111111", "#abcdef"];
  assert.deepEqual(editing.takeOver(COLOURS, imported, NONE), { colours: imported, leftOut: 0 });
  assert.deepEqual(editing.takeOver(COLOURS, imported, FIRST_TWO), {
    colours: [...COLOURS, "#abcdef"],
    leftOut: 0,
  });
});

test("imported colours that there is no room for are counted", () => {
  const many = Array.from({ length: 254 }, (_, index) => `#${index.toString(16).padStart(6, "0")}`);
  const { colours, leftOut } = editing.takeOver(
    many,
    ["#000001", "#abcdef", "#bcdefa", "#cdefab"],
    FIRST_TWO,
  );
  assert.deepEqual(colours, [...many, "#abcdef"]);
  assert.equal(leftOut, 2);
});

test("a ramp ends in its last colour, and its steps look equally different", () => {
  assert.deepEqual(editing.rampOf("#000000", "#ffffff", 4), ["#222222", "#636363", "#aeaeae", "#ffffff"]);
  assert.deepEqual(editing.rampOf("#123456", "#abcdef", 1), ["#abcdef"]);
});
