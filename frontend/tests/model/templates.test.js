import assert from "node:assert/strict";
import test from "node:test";
import { CanvasPixels } from "../../static/client/model/canvas-pixels.js";
import {
  drawIndices,
  filtered,
  findNextWrong,
  measure,
  percentOf,
  signOf,
} from "../../static/client/model/templates.js";

/** 2 x 2 cells of 2 x 2 pixels; only the cell at the top right is painted: 1 2 / 2 0. */
function canvas(palette = ["#102030", "#ffffff"]) {
  const tile = { id: 9, x: 1, y: 0, version: 3, pixels: Uint8Array.from([1, 2, 2, 0]) };
  return new CanvasPixels({
    columns: 2,
    rows: 2,
    tileSize: 2,
    palette,
    seq: 5,
    hasPixels: true,
    tiles: [tile],
  });
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number[][]} rows
 */
function picture(x, y, ...rows) {
  return { x, y, width: rows[0]?.length ?? 0, height: rows.length, indices: Uint8Array.from(rows.flat()) };
}

test("pixels are right, wrong or empty, and transparent ones do not count", () => {
  assert.deepEqual(measure(picture(1, 0, [1, 1, 1], [0, 0, 2]), canvas()), {
    pixels: 4,
    right: 1,
    wrong: 1,
    empty: 2,
  });
});

test("what lies beyond the canvas does not count", () => {
  for (const [x, y, right] of [
    [-1, -1, 0],
    [3, 0, 1],
    [2, -1, 2],
    [2, 0, 1],
  ])
    assert.equal(measure(picture(x, y, [2, 2], [1, 2]), canvas()).right, right, `${x}, ${y}`);
  assert.equal(measure(picture(3, 3, [2, 2], [1, 2]), canvas()).pixels, 1);
});

test("a colour that the palette has twice is right under either index", () => {
  assert.equal(measure(picture(3, 0, [1]), canvas(["#ffffff", "#ffffff"])).right, 1);
});

test("a hundred per cent means all of it", () => {
  assert.equal(percentOf({ pixels: 1000, right: 999, wrong: 1, empty: 0 }), 99);
  assert.equal(percentOf({ pixels: 1000, right: 1000, wrong: 0, empty: 0 }), 100);
});

test("the next wrong pixel follows in reading order, and after the last comes the first", () => {
  const template = picture(1, 0, [1, 1, 1], [0, 0, 2]);
  const found = [];
  let at = null;
  for (let count = 0; count < 4; count++) {
    at = findNextWrong(template, canvas(), at);
    found.push([at?.x, at?.y, at?.colour]);
  }
  assert.deepEqual(found, [
    [1, 0, 1],
    [3, 0, 1],
    [3, 1, 2],
    [1, 0, 1],
  ]);
});

test("the next wrong pixel may be looked for in one colour, and may not exist", () => {
  const template = picture(1, 0, [1, 1, 1], [0, 0, 2]);
  assert.deepEqual(findNextWrong(template, canvas(), null, 2), { x: 3, y: 1, colour: 2 });
  assert.equal(findNextWrong(picture(2, 0, [1, 2]), canvas(), null), null);
});

test("a filter leaves one colour, what is not right, or both", () => {
  const template = picture(1, 0, [1, 1, 1], [0, 0, 2]);
  const shown = (/** @type {number | null} */ colour, /** @type {boolean} */ isOnlyWrong) => [
    ...filtered(template, canvas(), { colour, isOnlyWrong }),
  ];
  assert.deepEqual(shown(null, false), [1, 1, 1, 0, 0, 2]);
  assert.deepEqual(shown(2, false), [0, 0, 0, 0, 0, 2]);
  assert.deepEqual(shown(null, true), [1, 0, 1, 0, 0, 2]);
  assert.deepEqual(shown(1, true), [1, 0, 1, 0, 0, 0]);
});

test("pixels are drawn whole, or as dots in their middle", () => {
  const rgba = Uint32Array.from([0, 7, 8]);
  assert.deepEqual([...drawIndices(Uint8Array.from([1, 0, 2, 1]), 2, 1, rgba)], [7, 0, 8, 7]);
  const dots = drawIndices(Uint8Array.from([1, 2]), 2, 3, rgba);
  assert.deepEqual([...dots], [0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0]);
});

test("each colour of the largest palette has a sign of its own", () => {
  assert.deepEqual([1, 9, 10, 35, 36, 255].map(signOf), ["1", "9", "A", "Z", "10", "229"]);
  assert.equal(new Set(Array.from({ length: 255 }, (_, index) => signOf(index + 1))).size, 255);
});
