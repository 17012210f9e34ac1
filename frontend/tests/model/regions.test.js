import assert from "node:assert/strict";
import { test } from "node:test";

import {
  combine,
  contains,
  edgesOf,
  lasso,
  outline,
  regionOf,
  spanBox,
  stretch,
  wand,
} from "../../static/client/model/regions.js";
import { plotted, tile } from "./pictures.js";

/** @import { Point } from "../../static/client/model/geometry.js" */
/** @import { Region } from "../../static/client/model/regions.js" */

/**
 * @param {Region | null} region
 * @param {number} size
 */
function selected(region, size) {
  const all = Array.from(
    { length: size * size },
    (_, at) => /** @type {Point} */ ([at % size, (at / size) | 0]),
  );
  return plotted(
    size,
    all.filter((point) => region && contains(region, point)),
  );
}

test("a box is clipped to the tile", () => {
  assert.deepEqual(spanBox([5, 3], [-2, 1], 4), { x: 0, y: 1, width: 4, height: 3 });
  assert.equal(spanBox([-3, 0], [-1, 2], 4), null);
});

test("a lasso selects its path and what is inside, wherever it crosses itself", () => {
  /** @type {Point[]} */
  const bow = [
    [0, 0],
    [4, 4],
    [4, 0],
    [0, 4],
  ];
  assert.deepEqual(selected(lasso(bow, 5), 5), ["1...1", "11.11", "11111", "11.11", "1...1"]);
});

test("a lasso that leaves the tile selects what is inside the tile", () => {
  /** @type {Point[]} */
  const path = [
    [2, 1],
    [9, 1],
    [9, 9],
    [2, 9],
  ];
  assert.deepEqual(selected(lasso(path, 4), 4), ["....", "..11", "..11", "..11"]);
  assert.equal(lasso([[7, 7]], 4), null);
});

test("a lasso around a point selects the point", () => {
  assert.deepEqual(selected(lasso([[1, 1]], 3), 3), ["...", ".1.", "..."]);
});

test("a wand selects connected pixels of one colour, or all of that colour", () => {
  const pixels = tile("2.2", "2..", "..2");
  assert.deepEqual(selected(wand(pixels, 3, [0, 0], true), 3), ["1..", "1..", "..."]);
  assert.deepEqual(selected(wand(pixels, 3, [0, 0], false), 3), ["1.1", "1..", "..1"]);
  assert.equal(wand(pixels, 3, [3, 0], true), null);
});

for (const { how, both, alone, next } of /** @type {const} */ ([
  { how: "replace", both: ["...", ".11", ".11"], alone: ["...", "...", "..."], next: [".11", ".11"] },
  { how: "add", both: ["11.", "111", ".11"], alone: ["11.", "11.", "..."], next: [".11", ".11"] },
  { how: "subtract", both: ["11.", "1..", "..."], alone: ["11.", "11.", "..."], next: ["...", "..."] },
  { how: "intersect", both: ["...", ".1.", "..."], alone: ["...", "...", "..."], next: ["...", "..."] },
]))
  test(`to ${how} with a region, or with nothing`, () => {
    const one = { x: 0, y: 0, width: 2, height: 2 };
    const other = { x: 1, y: 1, width: 2, height: 2 };
    assert.deepEqual(selected(combine(how, one, other, 3), 3), both);
    assert.deepEqual(selected(combine(how, one, null, 3), 3), alone);
    assert.deepEqual(selected(combine(how, null, other, 3), 3).slice(1), next);
  });

test("of a region with a mask only what is in the mask is combined", () => {
  const corners = regionOf(
    [
      [0, 0],
      [2, 2],
    ],
    3,
  );
  const box = { x: 0, y: 0, width: 3, height: 2 };
  assert.deepEqual(selected(combine("subtract", box, corners, 3), 3), [".11", "111", "..."]);
  assert.deepEqual(selected(combine("intersect", corners, box, 3), 3), ["1..", "...", "..."]);
});

test("the edges of a region are those between selected and other pixels", () => {
  const region = regionOf(
    [
      [1, 1],
      [2, 1],
    ],
    4,
  );
  assert.equal(edgesOf(/** @type {Region} */ (region)).length, 6);
  assert.equal(edgesOf({ x: 0, y: 0, width: 9, height: 3 }).length, 4);
});

test("an outline is transparent pixels beside painted ones of the region", () => {
  const pixels = tile("....", ".3..", "....", "...4");
  assert.deepEqual(plotted(4, outline(pixels, 4, { x: 0, y: 0, width: 4, height: 3 })), [
    ".1..",
    "1.1.",
    ".1..",
    "....",
  ]);
});

const BOX = { x: 2, y: 2, width: 4, height: 2 };

for (const { name, handle, by, expected } of /** @type {const} */ ([
  { name: "right", handle: [1, 0], by: [3, 9], expected: { x: 2, y: 2, width: 7, height: 2 } },
  { name: "left", handle: [-1, 0], by: [-1, 0], expected: { x: 1, y: 2, width: 5, height: 2 } },
  { name: "top left", handle: [-1, -1], by: [1, 1], expected: { x: 3, y: 3, width: 3, height: 1 } },
]))
  test(`the ${name} handle moves its sides, the others stay`, () => {
    assert.deepEqual(stretch(BOX, handle, by, 16), expected);
  });

test("a box keeps a pixel, and does not grow beyond the most", () => {
  assert.deepEqual(stretch(BOX, [-1, -1], [9, 9], 16), { x: 5, y: 3, width: 1, height: 1 });
  assert.deepEqual(stretch(BOX, [1, 1], [99, 99], 16), { x: 2, y: 2, width: 16, height: 16 });
});

test("with Shift a box keeps its shape", () => {
  assert.deepEqual(stretch(BOX, [1, 1], [4, 0], 16, true), { x: 2, y: 2, width: 8, height: 4 });
  assert.deepEqual(stretch(BOX, [1, 1], [0, 99], 16, true), { x: 2, y: 2, width: 16, height: 8 });
});
