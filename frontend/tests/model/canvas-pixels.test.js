import assert from "node:assert/strict";
import test from "node:test";
import { CanvasPixels } from "../../static/client/model/canvas-pixels.js";
import { paletteRgba } from "../../static/client/model/tile-pixels.js";

const ADA = { id: 1, username: "ada", display_name: "Ada" };

function twoByTwo() {
  const tile = { id: 9, x: 1, y: 0, version: 3, pixels: Uint8Array.from([0, 1, 2, 0]) };
  return new CanvasPixels({
    columns: 2,
    rows: 2,
    tileSize: 2,
    palette: ["#102030", "#ffffff"],
    seq: 5,
    tiles: [tile],
  });
}

/**
 * @param {object} fields
 * @returns {any}
 */
function shown(fields) {
  return {
    canvas_id: 1,
    size: 2,
    title: null,
    description: null,
    is_public: true,
    creator: ADA,
    like_count: 0,
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    pixels: btoa("\x01\x01\x01\x01"),
    ...fields,
  };
}

test("a snapshot's tiles are in their cells", () => {
  const pixels = twoByTwo();
  assert.equal(pixels.tileAt(1, 0)?.id, 9);
  assert.equal(pixels.pixelsOf(0, 1), null);
});

test("a stroke changes its pixels and the version", () => {
  const pixels = twoByTwo();
  const cell = pixels.apply({
    seq: 6,
    kind: "tile.painted",
    tile_id: 9,
    version: 4,
    pixels: [
      [0, 2],
      [3, 1],
    ],
  });
  assert.deepEqual(cell, { x: 1, y: 0 });
  assert.deepEqual([...(pixels.pixelsOf(1, 0) ?? [])], [2, 1, 2, 1]);
  assert.equal(pixels.tile(9)?.version, 4);
});

test("a stroke on a draft, which is not shown, changes nothing", () => {
  assert.equal(twoByTwo().apply({ seq: 6, kind: "tile.painted", tile_id: 77, version: 2, pixels: [] }), null);
});

test("a new tile appears in its cell", () => {
  const pixels = twoByTwo();
  const tile = shown({ id: 10, x: 0, y: 1, version: 1 });
  assert.deepEqual(pixels.apply({ seq: 6, kind: "tile.created", tile_id: 10, tile }), { x: 0, y: 1 });
  assert.deepEqual([...(pixels.pixelsOf(0, 1) ?? [])], [1, 1, 1, 1]);
  assert.equal(pixels.tile(10)?.details?.creator.username, "ada");
});

test("a tile that becomes a draft disappears for viewers", () => {
  const pixels = twoByTwo();
  assert.deepEqual(pixels.apply({ seq: 6, kind: "tile.updated", tile_id: 9, tile: null }), { x: 1, y: 0 });
  assert.equal(pixels.tileAt(1, 0), null);
});

test("a deleted tile leaves its cell empty", () => {
  const pixels = twoByTwo();
  pixels.apply({ seq: 6, kind: "tile.deleted", tile_id: 9, x: 1, y: 0, tile: null });
  assert.equal(pixels.tileAt(1, 0), null);
  assert.equal(pixels.count, 0);
});

test("a like changes the count and not the picture", () => {
  const pixels = twoByTwo();
  pixels.describe(shown({ id: 9, x: 1, y: 0, version: 3 }));
  assert.equal(pixels.apply({ seq: 6, kind: "tile.liked", tile_id: 9, like_count: 4 }), null);
  assert.equal(pixels.tile(9)?.details?.like_count, 4);
});

test("a palette's words are red, green, blue, opaque, and 0 is transparent", () => {
  const bytes = new Uint8Array(paletteRgba(["#102030", "#ffffff"]).buffer);
  assert.deepEqual([...bytes], [0, 0, 0, 0, 0x10, 0x20, 0x30, 255, 255, 255, 255, 255]);
});
