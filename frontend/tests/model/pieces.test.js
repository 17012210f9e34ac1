import assert from "node:assert/strict";
import { test } from "node:test";

import {
  clear,
  copy,
  flipHorizontally,
  flipVertically,
  rotate,
  scale,
  stamp,
} from "../../static/client/model/pieces.js";
import { drawn, tile } from "./pictures.js";

const PIECE = { width: 3, height: 2, pixels: tile("123", "4.5") };

test("a copy contains the pixels of the box", () => {
  const piece = copy(tile("1234", "5678", "....", "...."), 4, { x: 1, y: 0, width: 2, height: 2 });
  assert.deepEqual(drawn(piece.pixels, 2), ["23", "67"]);
});

test("cutting makes the box transparent", () => {
  assert.deepEqual(clear(4, { x: 2, y: 1, width: 2, height: 2 }), [
    [6, 0],
    [7, 0],
    [10, 0],
    [11, 0],
  ]);
});

test("stamping a piece keeps what shows through its transparent pixels", () => {
  assert.deepEqual(stamp(PIECE, 4, [1, 1]), [
    [5, 1],
    [6, 2],
    [7, 3],
    [9, 4],
    [11, 5],
  ]);
});

test("stamping clips a piece to the tile", () => {
  assert.deepEqual(stamp(PIECE, 4, [-1, 3]), [
    [12, 2],
    [13, 3],
  ]);
});

test("a piece flips horizontally and vertically", () => {
  assert.deepEqual(drawn(flipHorizontally(PIECE).pixels, 3), ["321", "5.4"]);
  assert.deepEqual(drawn(flipVertically(PIECE).pixels, 3), ["4.5", "123"]);
});

test("a piece rotates clockwise, and four rotations restore it", () => {
  const turned = rotate(PIECE);
  assert.equal(turned.width, 2);
  assert.deepEqual(drawn(turned.pixels, 2), ["41", ".2", "53"]);
  assert.deepEqual(rotate(rotate(rotate(turned))), PIECE);
});

test("a copy of a masked region leaves out what is not selected, also when it is turned", () => {
  const region = { x: 0, y: 0, width: 2, height: 2, mask: Uint8Array.of(1, 1, 0, 1) };
  const piece = copy(tile("12", "34"), 2, region);
  assert.deepEqual(drawn(piece.pixels, 2), ["12", ".4"]);
  assert.deepEqual([...(rotate(piece).mask ?? [])], [0, 1, 1, 1]);
  assert.deepEqual(
    clear(2, region).map(([offset]) => offset),
    [0, 1, 3],
  );
});

test("a scaled piece has no colours of its own", () => {
  assert.deepEqual(drawn(scale(PIECE, 6, 4).pixels, 6), ["112233", "112233", "44..55", "44..55"]);
  assert.deepEqual(drawn(scale(PIECE, 2, 1).pixels, 2), ["45"]);
});
