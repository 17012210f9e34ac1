import assert from "node:assert/strict";
import { test } from "node:test";

import { layOutBars, moveByKey, roundUpAxis } from "../../static/client/admin/series.js";

test("an axis ends at a round number that is not below the values", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 7, 10, 11, 180, 5001].map(roundUpAxis),
    [1, 1, 2, 5, 10, 10, 20, 200, 10_000],
  );
});

test("bars are proportional to their values and stay within the box", () => {
  const drawn = layOutBars([0, 5, 10], { width: 30, height: 100, gap: 2 });
  assert.deepEqual(
    drawn.map(({ height }) => height),
    [0, 50, 100],
  );
  assert.deepEqual(
    drawn.map(({ x, width }) => [x, width]),
    [
      [1, 8],
      [11, 8],
      [21, 8],
    ],
  );
  assert.ok(drawn.every(({ y, height }) => y >= 0 && y + height === 100));
});

test("days without a value have no bars", () => {
  assert.ok(layOutBars([0, 0], { width: 10, height: 10, gap: 1 }).every(({ height }) => height === 0));
});

test("keys move by days, by weeks and to the ends, and not beyond", () => {
  assert.equal(moveByKey("ArrowLeft", 5, 30), 4);
  assert.equal(moveByKey("ArrowRight", 29, 30), 29);
  assert.equal(moveByKey("PageDown", 5, 30), 0);
  assert.equal(moveByKey("End", 0, 30), 29);
  assert.equal(moveByKey("a", 5, 30), null);
});
