import assert from "node:assert/strict";
import { test } from "node:test";

import {
  fitView,
  handleAt,
  handlesOf,
  keepInView,
  MAX_SCALE,
  pixelAt,
  zoomView,
} from "../../static/client/editor/view.js";

test("a tile that fits is centred on whole pixels, with the edges of its neighbours", () => {
  const view = fitView(32, 800, 600);
  assert(Number.isInteger(view.scale));
  assert.equal(view.x + (32 * view.scale) / 2, 400);
  assert(view.y >= 0.1 * 32 * view.scale);
});

test("zooming keeps the point under the pointer", () => {
  const view = { scale: 8, x: 10, y: 20 };
  assert.deepEqual(pixelAt(zoomView(view, 2, 100, 100), 100, 100), pixelAt(view, 100, 100));
});

test("zoom has a limit", () => {
  assert.equal(zoomView({ scale: MAX_SCALE, x: 5, y: 5 }, 4, 0, 0).scale, MAX_SCALE);
  assert.deepEqual(zoomView({ scale: MAX_SCALE, x: 5, y: 5 }, 4, 0, 0), { scale: MAX_SCALE, x: 5, y: 5 });
});

test("a tile cannot be moved off the screen", () => {
  assert.deepEqual(keepInView({ scale: 4, x: 5000, y: -5000 }, 32, 400, 300), { scale: 4, x: 200, y: 22 });
});

test("points left of or above the tile are outside it", () => {
  assert.deepEqual(pixelAt({ scale: 10, x: 100, y: 100 }, 99, 115), [-1, 1]);
});

const VIEW = { scale: 10, x: 0, y: 0 };
const BOX = { x: 2, y: 2, width: 2, height: 3 };

test("a box has handles at its corners and long sides, outside of it", () => {
  const handles = handlesOf(VIEW, BOX);
  assert.equal(handles.length, 6);
  assert.deepEqual(handles.at(-1), { handle: [1, 1], place: [46, 56] });
});

test("the nearest handle within reach is taken, and none from inside the box", () => {
  assert.deepEqual(handleAt(VIEW, BOX, [47, 55], 8), [1, 1]);
  assert.deepEqual(handleAt(VIEW, BOX, [46, 35], 8), [1, 0]);
  assert.equal(handleAt(VIEW, BOX, [39, 49], 20), null);
  assert.equal(handleAt(VIEW, BOX, [80, 80], 20), null);
});
