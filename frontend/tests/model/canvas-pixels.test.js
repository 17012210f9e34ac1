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
    hasPixels: true,
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
  const [change] = pixels.apply({
    seq: 6,
    kind: "tile.painted",
    tile_id: 9,
    version: 4,
    pixels: [
      [0, 2],
      [3, 1],
    ],
  });
  assert.deepEqual([change.x, change.y], [1, 0]);
  assert.deepEqual([...(pixels.pixelsOf(1, 0) ?? [])], [2, 1, 2, 1]);
  assert.equal(pixels.tile(9)?.version, 4);
});

test("a stroke on a draft, which is not shown, changes nothing", () => {
  const stroke = { seq: 6, kind: "tile.painted", tile_id: 77, version: 2, pixels: [] };
  assert.deepEqual(twoByTwo().apply(stroke), []);
});

test("a new tile appears in its cell", () => {
  const pixels = twoByTwo();
  const tile = shown({ id: 10, x: 0, y: 1, version: 1 });
  const [change] = pixels.apply({ seq: 6, kind: "tile.created", tile_id: 10, tile });
  assert.deepEqual([change.x, change.y], [0, 1]);
  assert.deepEqual([...(pixels.pixelsOf(0, 1) ?? [])], [1, 1, 1, 1]);
  assert.equal(pixels.tile(10)?.details?.creator?.username, "ada");
});

test("a tile that becomes a draft disappears for viewers", () => {
  const pixels = twoByTwo();
  const [change] = pixels.apply({ seq: 6, kind: "tile.updated", tile_id: 9, tile: null });
  assert.deepEqual([change.x, change.y], [1, 0]);
  assert.equal(pixels.tileAt(1, 0), null);
});

test("a deleted tile leaves its cell empty", () => {
  const pixels = twoByTwo();
  pixels.apply({ seq: 6, kind: "tile.deleted", tile_id: 9, x: 1, y: 0, tile: null });
  assert.equal(pixels.tileAt(1, 0), null);
  assert.equal(pixels.tile(9), null);
});

test("a like changes the count and not the picture", () => {
  const pixels = twoByTwo();
  pixels.describe(shown({ id: 9, x: 1, y: 0, version: 3 }));
  assert.deepEqual(pixels.apply({ seq: 6, kind: "tile.liked", tile_id: 9, like_count: 4 }), []);
  assert.equal(pixels.tile(9)?.details?.like_count, 4);
});

test("a palette's words are red, green, blue, opaque, and 0 is transparent", () => {
  const bytes = new Uint8Array(paletteRgba(["#102030", "#ffffff"]).buffer);
  assert.deepEqual([...bytes], [0, 0, 0, 0, 0x10, 0x20, 0x30, 255, 255, 255, 255, 255]);
});

/**
 * @param {number} seq
 * @param {[x: number, y: number, colour: number][]} pixels
 */
function placed(seq, ...pixels) {
  return { seq, kind: "pixels.placed", pixels };
}

test("the first pixel that is placed in a cell makes its tile", () => {
  const pixels = twoByTwo();
  const changes = pixels.apply(placed(6, [0, 3, 2], [1, 3, 1], [0, 0, 2]));
  assert.deepEqual(
    changes.map(({ x, y }) => [x, y]),
    [
      [0, 1],
      [0, 0],
    ],
  );
  assert.deepEqual([...(pixels.pixelsOf(0, 1) ?? [])], [0, 0, 2, 1]);
  assert.deepEqual([pixels.colourAt(0, 3), pixels.colourAt(0, 0), pixels.colourAt(3, 3)], [2, 2, 0]);
});

test("a tile that a placement made is replaced or removed like any other", () => {
  const pixels = twoByTwo();
  pixels.apply(placed(6, [0, 3, 2]));
  const tile = shown({ id: 10, x: 0, y: 1, version: 2 });
  pixels.apply({ seq: 7, kind: "tile.updated", tile_id: 10, tile });
  assert.deepEqual([...(pixels.pixelsOf(0, 1) ?? [])], [1, 1, 1, 1]);
  pixels.apply({ seq: 8, kind: "tile.deleted", tile_id: 10, x: 0, y: 1, tile: null });
  assert.equal(pixels.tileAt(0, 1), null);
  pixels.apply(placed(9, [0, 3, 2]));
  pixels.apply({ seq: 10, kind: "tile.deleted", tile_id: 11, x: 0, y: 1, tile: null });
  assert.equal(pixels.tileAt(0, 1), null);
});

const SIDE = 256; // two cells per side of a block

/** A large canvas of two blocks, one beside the other, with a tile in each. */
function large() {
  const tiles = [
    { id: 1, x: 0, y: 0, version: 1, pixels: null },
    { id: 2, x: 2, y: 0, version: 1, pixels: null },
  ];
  return new CanvasPixels({
    columns: 4,
    rows: 2,
    tileSize: SIDE,
    palette: ["#102030", "#ffffff"],
    seq: 5,
    hasPixels: false,
    tiles,
  });
}

/**
 * A snapshot of one tile, in the cell at the top left.
 * @param {number} seq
 * @param {number} colour
 * @param {number} [id]
 */
function block(seq, colour, id = 1) {
  const tile = { id, x: 0, y: 0, version: 1, pixels: new Uint8Array(SIDE * SIDE).fill(colour) };
  return { columns: 4, rows: 2, tileSize: SIDE, palette: [], seq, hasPixels: true, tiles: [tile] };
}

/**
 * @param {number} seq
 * @param {number} colour
 */
function stroke(seq, colour) {
  return { seq, kind: "tile.painted", tile_id: 1, version: seq, pixels: [[0, colour]] };
}

test("of a large canvas, a pixel is unknown until its block has been loaded", () => {
  const pixels = large();
  assert.equal(pixels.colourAt(0, 0), null);
  pixels.take(0, block(5, 2), []);
  assert.deepEqual([pixels.colourAt(0, 0), pixels.colourAt(600, 0)], [2, null]);
});

test("changes that a block was loaded with are not applied to it again", () => {
  const pixels = large();
  pixels.take(0, block(7, 2), []);
  assert.deepEqual(pixels.apply(stroke(7, 1)), []);
  assert.equal(pixels.colourAt(0, 0), 2);
  pixels.apply(stroke(8, 1));
  assert.equal(pixels.colourAt(0, 0), 1);
});

test("changes that came while a block was loading are in it", () => {
  const pixels = large();
  const missed = [stroke(6, 1), placed(7, [1, 0, 1])];
  for (const event of missed) pixels.apply(event);
  pixels.take(0, block(5, 2), missed);
  assert.deepEqual(
    [0, 1, 2].map((x) => pixels.colourAt(x, 0)),
    [1, 1, 2],
  );
});

test("a tile that was deleted before its block was loaded is gone", () => {
  const pixels = large();
  pixels.take(0, block(7, 2, 3), []);
  assert.equal(pixels.tile(1), null);
  pixels.apply({ seq: 6, kind: "tile.deleted", tile_id: 1, x: 0, y: 0, tile: null });
  assert.equal(pixels.tileAt(0, 0)?.id, 3);
});

test("a change beyond the loaded blocks takes no memory, and says which cell it is of", () => {
  const pixels = large();
  const tile = shown({ id: 2, x: 2, y: 0, version: 2 });
  const [change] = pixels.apply({ seq: 6, kind: "tile.updated", tile_id: 2, tile });
  assert.deepEqual([change.x, change.pixels?.length, pixels.tile(2)?.pixels], [2, 4, null]);
});

test("a block that is released forgets its pixels and keeps its tiles", () => {
  const pixels = large();
  pixels.take(0, block(5, 2), []);
  pixels.release(0);
  assert.deepEqual([pixels.isLoaded(0), pixels.tileAt(0, 0)?.pixels], [false, null]);
});
