import assert from "node:assert/strict";
import test from "node:test";
import * as viewport from "../../static/client/canvas/viewport.js";

const canvas = { width: 1024, height: 512 };
const screen = { width: 800, height: 600 };
const grid = { columns: 32, rows: 16, tileSize: 32 };
const view = { x: 300, y: 200, zoom: 2 };

/**
 * @param {viewport.Point} actual
 * @param {viewport.Point} expected
 */
function close(actual, expected) {
  assert.ok(Math.hypot(actual.x - expected.x, actual.y - expected.y) < 1e-9, `${JSON.stringify(actual)}`);
}

test("fit shows the whole canvas, centred", () => {
  const fitted = viewport.fit(canvas, screen);
  const seen = viewport.visibleRect(fitted, screen);
  close(fitted, { x: 512, y: 256 });
  assert.ok(seen.x < 0 && seen.y < 0 && seen.width > 1024 && seen.height > 512);
});

test("a point on the screen is converted into a point on the canvas", () => {
  close(viewport.toCanvas(view, screen, { x: 400, y: 300 }), { x: 300, y: 200 });
  close(viewport.toCanvas(view, screen, { x: 500, y: 260 }), { x: 350, y: 180 });
});

test("zooming keeps the point under the pointer", () => {
  const pointer = { x: 700, y: 90 };
  const before = viewport.toCanvas(view, screen, pointer);
  const zoomed = viewport.zoomAt(view, canvas, screen, pointer, 1.7);
  assert.equal(zoomed.zoom, 3.4);
  close(viewport.toCanvas(zoomed, screen, pointer), before);
});

test("zooming beyond the limit keeps the point under the pointer", () => {
  const pointer = { x: 100, y: 100 };
  const zoomed = viewport.zoomAt({ ...view, zoom: 60 }, canvas, screen, pointer, 10);
  assert.equal(zoomed.zoom, viewport.MAX_ZOOM);
  close(
    viewport.toCanvas(zoomed, screen, pointer),
    viewport.toCanvas({ ...view, zoom: 60 }, screen, pointer),
  );
});

test("a pinch keeps the point between the fingers", () => {
  /** @type {[viewport.Point, viewport.Point]} */
  const before = [
    { x: 100, y: 100 },
    { x: 300, y: 100 },
  ];
  /** @type {[viewport.Point, viewport.Point]} */
  const after = [
    { x: 50, y: 200 },
    { x: 450, y: 200 },
  ];
  const pinched = viewport.pinch(view, canvas, screen, before, after);
  assert.equal(pinched.zoom, 4);
  close(
    viewport.toCanvas(pinched, screen, { x: 250, y: 200 }),
    viewport.toCanvas(view, screen, { x: 200, y: 100 }),
  );
});

test("panning moves the canvas with the pointer", () => {
  close(viewport.pan(view, 20, -10), { x: 290, y: 205 });
});

test("the centre of the view stays on the canvas", () => {
  const far = viewport.clamp({ x: -50, y: 9999, zoom: 1000 }, canvas, screen);
  assert.deepEqual(far, { x: 0, y: 512, zoom: viewport.MAX_ZOOM });
});

test("zooming out has a limit", () => {
  const { zoom } = viewport.clamp({ ...view, zoom: 0.0001 }, canvas, screen);
  assert.equal(zoom, viewport.fit(canvas, screen).zoom / 2);
});

test("a point maps to its cell, and to none outside the canvas", () => {
  assert.deepEqual(viewport.cellAt(grid, { x: 32, y: 31.9 }), { x: 1, y: 0 });
  assert.equal(viewport.cellAt(grid, { x: -0.1, y: 5 }), null);
  assert.equal(viewport.cellAt(grid, { x: 1024, y: 5 }), null);
});

test("a drag spans the same cells in any direction", () => {
  const span = { x: 2, y: 3, columns: 3, rows: 2 };
  assert.deepEqual(viewport.spanOf({ x: 2, y: 3 }, { x: 4, y: 4 }), span);
  assert.deepEqual(viewport.spanOf({ x: 4, y: 3 }, { x: 2, y: 4 }), span);
});

test("revealing a visible cell moves nothing", () => {
  assert.deepEqual(viewport.reveal(view, screen, { x: 300, y: 200, width: 32, height: 32 }), view);
});

test("revealing a hidden cell moves the view as little as possible", () => {
  const moved = viewport.reveal(view, screen, { x: 700, y: 20, width: 32, height: 32 });
  const seen = viewport.visibleRect(moved, screen);
  close({ x: seen.x + seen.width, y: seen.y }, { x: 732, y: 20 });
});
