import assert from "node:assert/strict";
import test from "node:test";
import { countCharges, stateOf } from "../../static/client/model/placing.js";

/** @import { CanvasView } from "#api" */

const NOW = Date.parse("2030-01-01T12:00:00Z");
const PACE = { cooldown_seconds: 10, max_charges: 6 };

/** @param {Partial<CanvasView>} settings */
const canvas = (settings) =>
  /** @type {CanvasView} */ ({ frozen: false, starts_at: null, ends_at: null, ...settings });

test("pixels are placed from the start to the end, unless the canvas is frozen", () => {
  const [before, after] = ["2030-01-01T11:00:00Z", "2030-01-01T13:00:00Z"];
  assert.equal(stateOf(canvas({}), NOW), "open");
  assert.equal(stateOf(canvas({ starts_at: before, ends_at: after }), NOW), "open");
  assert.equal(stateOf(canvas({ starts_at: after }), NOW), "early");
  assert.equal(stateOf(canvas({ ends_at: before, frozen: true }), NOW), "late");
  assert.equal(stateOf(canvas({ ends_at: "2030-01-01T12:00:00Z" }), NOW), "late");
  assert.equal(stateOf(canvas({ frozen: true }), NOW), "frozen");
});

test("one charge is missing for each cooldown until all are back", () => {
  assert.deepEqual(countCharges(PACE, null, NOW), { charges: 6, most: 6, next: 0 });
  assert.deepEqual(countCharges(PACE, NOW, NOW), { charges: 6, most: 6, next: 0 });
  assert.deepEqual(countCharges(PACE, NOW + 1, NOW), { charges: 5, most: 6, next: 1 });
  assert.deepEqual(countCharges(PACE, NOW + 10_000, NOW), { charges: 5, most: 6, next: 10_000 });
  assert.deepEqual(countCharges(PACE, NOW + 25_000, NOW), { charges: 3, most: 6, next: 5000 });
  assert.deepEqual(countCharges(PACE, NOW + 60_000, NOW), { charges: 0, most: 6, next: 10_000 });
});

test("without a cooldown no charge is ever missing", () => {
  const unlimited = { cooldown_seconds: 0, max_charges: 6 };
  assert.deepEqual(countCharges(unlimited, NOW + 60_000, NOW), { charges: 6, most: 6, next: 0 });
});
