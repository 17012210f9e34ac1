import assert from "node:assert/strict";
import { test } from "node:test";

import {
  defaultLimit,
  PRESETS,
  TILE_SIZES,
  validateLimit,
  validateSide,
} from "../../static/client/home/size.js";

test("every preset fits every tile size", () => {
  for (const side of Object.values(PRESETS).flat())
    for (const size of TILE_SIZES) assert.equal(validateSide(side, size), null);
});

test("an invalid side comes with the two nearest multiples", () => {
  assert.deepEqual(validateSide(100, 32), ["home.side_multiple", { size: 32, below: 96, above: 128 }]);
});

for (const side of [63, 8193, NaN, 64.5]) {
  test(`a side of ${side} is out of range`, () =>
    assert.equal(validateSide(side, 16)?.[0], "home.side_range"));
}

test("the default limit per artist is valid on the smallest canvas of the largest tiles", () => {
  for (const cells of [1, 4, 64]) assert.equal(validateLimit(defaultLimit(cells), cells), null);
});

for (const limit of [0, 5, 1.5, NaN]) {
  test(`a limit of ${limit} tiles is refused where there are 4`, () =>
    assert.deepEqual(validateLimit(limit, 4), ["home.limit_range", { most: 4 }]));
}
