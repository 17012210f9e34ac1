import assert from "node:assert/strict";
import { test } from "node:test";

import { cellAt, placeOf } from "../../static/client/model/places.js";

test("people count columns and rows from 1", () => {
  assert.deepEqual(placeOf({ x: 0, y: 4 }), { x: 1, y: 5 });
});

test("what they enter is the cell that the API counts from 0", () => {
  assert.deepEqual(cellAt({ x: 1, y: 5 }), { x: 0, y: 4 });
});
