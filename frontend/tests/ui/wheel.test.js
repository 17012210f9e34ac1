import assert from "node:assert/strict";
import { test } from "node:test";

import { turnOf } from "../../static/client/ui/wheel.js";

const STILL = { deltaX: 0, deltaY: 0, deltaMode: 0, shiftKey: false };

test("with Shift the wheel turns sideways, whichever axis the browser names", () => {
  const sideways = { right: 120, down: 0 };
  assert.deepEqual(turnOf({ ...STILL, deltaX: 120, shiftKey: true }), sideways);
  assert.deepEqual(turnOf({ ...STILL, deltaY: 120, shiftKey: true }), sideways);
});

test("lines are turned into pixels", () => {
  assert.deepEqual(turnOf({ ...STILL, deltaY: 3, deltaMode: 1 }), { right: 0, down: 60 });
});
