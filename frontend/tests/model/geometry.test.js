import assert from "node:assert/strict";
import { test } from "node:test";
import {
  constrain,
  ellipse,
  flood,
  line,
  offsets,
  rectangle,
  thicken,
} from "../../static/client/model/geometry.js";
import { mirror } from "../../static/client/model/symmetry.js";
import { plotted, tile } from "./pictures.js";

test("a line has one pixel per step in its longer direction", () => {
  assert.deepEqual(plotted(6, line([0, 1], [5, 3])), [
    "......",
    "11....",
    "..11..",
    "....11",
    "......",
    "......",
  ]);
  assert.equal(line([0, 0], [40, 13]).length, 41);
});

test("a line runs in any direction, and may be a single point", () => {
  for (const end of /** @type {[number, number][]} */ ([
    [0, 0],
    [4, 0],
    [0, 4],
    [4, 4],
    [1, 4],
    [4, 3],
  ])) {
    const drawn = line([2, 2], end);
    assert.deepEqual(drawn[0], [2, 2]);
    assert.deepEqual(drawn.at(-1), end);
  }
  assert.deepEqual(line([3, 3], [3, 3]), [[3, 3]]);
});

test("a rectangle starts at any corner, outlined or filled", () => {
  assert.deepEqual(plotted(5, rectangle([4, 3], [1, 0], false)), [
    ".1111",
    ".1..1",
    ".1..1",
    ".1111",
    ".....",
  ]);
  assert.deepEqual(plotted(4, rectangle([0, 0], [2, 1], true)), ["111.", "111.", "....", "...."]);
});

test("a rectangle one pixel wide or high is a line", () => {
  assert.deepEqual(rectangle([1, 0], [1, 2], false), [
    [1, 0],
    [1, 1],
    [1, 2],
  ]);
  assert.deepEqual(rectangle([0, 1], [2, 1], false), [
    [0, 1],
    [1, 1],
    [2, 1],
  ]);
});

test("an ellipse fills its box evenly", () => {
  assert.deepEqual(plotted(6, ellipse([0, 0], [5, 5], false)), [
    ".1111.",
    "1....1",
    "1....1",
    "1....1",
    "1....1",
    ".1111.",
  ]);
  assert.deepEqual(plotted(6, ellipse([0, 1], [5, 4], true)), [
    "......",
    ".1111.",
    "111111",
    "111111",
    ".1111.",
    "......",
  ]);
});

test("an outlined ellipse is the edge of the filled one", () => {
  const filled = new Set(ellipse([1, 2], [14, 9], true).map(String));
  for (const point of ellipse([1, 2], [14, 9], false)) assert(filled.has(String(point)));
});

test("Shift makes squares and lines in steps of 45 degrees", () => {
  assert.deepEqual(constrain("rectangle", [2, 2], [5, 3]), [5, 5]);
  assert.deepEqual(constrain("ellipse", [4, 4], [1, 3]), [1, 1]);
  assert.deepEqual(constrain("line", [0, 0], [9, 2]), [9, 0]);
  assert.deepEqual(constrain("line", [0, 0], [1, 7]), [0, 7]);
  assert.deepEqual(constrain("line", [0, 0], [6, 4]), [6, 6]);
});

test("a brush paints a square around the point", () => {
  assert.deepEqual(plotted(4, thicken([[1, 1]], 3)), ["111.", "111.", "111.", "...."]);
  assert.deepEqual(plotted(4, thicken([[1, 1]], 2)), ["11..", "11..", "....", "...."]);
});

test("a fill stops at other colours and at the edges of the tile, and does not leak through corners", () => {
  const pixels = tile("..1.", ".1..", "1...", "....");
  assert.deepEqual(plotted(4, flood(pixels, 4, [0, 0])), ["11..", "1...", "....", "...."]);
  assert.equal(flood(pixels, 4, [3, 3]).length, 10);
});

test("a fill of a uniform tile of 128 x 128 covers all of it", () => {
  assert.equal(flood(new Uint8Array(128 * 128), 128, [64, 64]).length, 128 * 128);
});

test("a fill that starts outside the tile is empty", () => {
  assert.deepEqual(flood(new Uint8Array(16), 4, [4, 0]), []);
});

test("points outside the tile and repeated points are dropped", () => {
  assert.deepEqual(
    offsets(
      [
        [0, 0],
        [1, 2],
        [1, 2],
        [-1, 0],
        [3, 0],
      ],
      3,
    ),
    [0, 7],
  );
});

test("symmetry adds mirrored and rotated points", () => {
  assert.deepEqual(plotted(4, mirror([[0, 1]], 4, "none")), ["....", "1...", "....", "...."]);
  assert.deepEqual(plotted(4, mirror([[0, 1]], 4, "horizontal")), ["....", "1..1", "....", "...."]);
  assert.deepEqual(plotted(4, mirror([[0, 1]], 4, "vertical")), ["....", "1...", "1...", "...."]);
  assert.deepEqual(plotted(4, mirror([[0, 1]], 4, "both")), ["....", "1..1", "1..1", "...."]);
  assert.deepEqual(plotted(4, mirror([[0, 1]], 4, "rotational")), ["..1.", "1...", "...1", ".1.."]);
});
