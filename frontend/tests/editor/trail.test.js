import assert from "node:assert/strict";
import { test } from "node:test";

import { Trail } from "../../static/client/editor/trail.js";

/** @import { Point } from "../../static/client/model/geometry.js" */

/** @param {Point} point */
const offsetsOf = ([x, y]) => [y * 8 + x];

/** @param {Point[]} path */
function uncovered(path) {
  const trail = new Trail(offsetsOf);
  return path.flatMap((point) => trail.add(point));
}

test("a corner between two pixels that touch diagonally is left out", () => {
  assert.deepEqual(
    uncovered([
      [0, 0],
      [1, 0],
      [1, 1],
    ]),
    [1],
  );
});

test("straight lines, and corners that nothing cuts, stay", () => {
  const straight = /** @type {Point[]} */ ([0, 1, 2, 3].map((x) => [x, 0]));
  assert.deepEqual(uncovered(straight), []);
  assert.deepEqual(
    uncovered([
      [0, 0],
      [1, 1],
      [2, 0],
    ]),
    [],
  ); // prettier: keep
});

test("each step of stairs loses its corner", () => {
  assert.deepEqual(
    uncovered([
      [0, 0],
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 2],
    ]),
    [1, 10],
  );
});

test("a corner that the path covers elsewhere stays", () => {
  assert.deepEqual(
    uncovered([
      [1, 0],
      [0, 0],
      [0, 1],
      [1, 1],
      [1, 0],
      [2, 0],
    ]).includes(1),
    false,
  );
});
