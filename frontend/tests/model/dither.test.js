import assert from "node:assert/strict";
import { test } from "node:test";

import { gradient, isCovered, shareAt } from "../../static/client/model/dither.js";

/**
 * How many of the 64 pixels of a square of 8 x 8 are covered.
 * @param {number} share
 */
const covered = (share) =>
  Array.from({ length: 64 }, (_, at) => isCovered([at % 8, at >> 3], share)).filter(Boolean).length;

test("a pattern covers its share of the pixels", () => {
  assert.deepEqual([0, 0.25, 0.5, 0.75, 1].map(covered), [0, 16, 32, 48, 64]);
});

test("a pattern stays in place, so that strokes beside each other join", () => {
  assert.equal(isCovered([1, 2], 0.5), isCovered([5, 6], 0.5));
  assert.equal(isCovered([-3, -2], 0.5), isCovered([1, 2], 0.5));
});

test("a linear gradient has its share by the distance along the line, and none beside it", () => {
  assert.equal(shareAt([0, 0], [8, 0], "linear", [4, 7]), 0.5);
  assert.equal(shareAt([0, 0], [8, 0], "linear", [-3, 0]), 0);
  assert.equal(shareAt([0, 0], [8, 0], "linear", [12, 0]), 1);
});

test("a radial gradient has its share by the distance from the first point", () => {
  assert.equal(shareAt([4, 4], [4, 8], "radial", [6, 4]), 0.5);
  assert.equal(shareAt([4, 4], [4, 8], "radial", [4, 4]), 0);
});

test("a gradient without a length is of the first colour", () => {
  assert.deepEqual(gradient(4, [1, 1], [1, 1], "linear").filter(Boolean), []);
});

test("a gradient becomes denser along its line", () => {
  const tile = gradient(32, [0, 0], [31, 0], "linear");
  const quarters = [0, 1, 2, 3].map((part) => tile.filter((is, at) => is && (at % 32) >> 3 === part).length);
  assert.deepEqual(
    quarters,
    [...quarters].sort((one, other) => one - other),
  );
  assert.ok(new Set(quarters).size === 4);
});
