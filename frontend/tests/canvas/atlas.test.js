import assert from "node:assert/strict";
import test from "node:test";
import { stepFor } from "../../static/client/canvas/atlas.js";
import { layTile, sharesOf } from "../../static/client/canvas/square.js";

const [CLEAR, RED, BLUE] = [0, 0xff0000ff, 0xffff0000]; // as words of an ImageData
const RGBA = Uint32Array.from([CLEAR, RED, BLUE]);

/**
 * @param {number[]} pixels of a tile of 2 x 2
 * @param {number} step
 */
function laid(pixels, step) {
  const words = new Uint32Array((2 / step) ** 2);
  layTile(Uint8Array.from(pixels), 2, RGBA, step, words, 0, 2 / step);
  return [...words];
}

test("zoomed in, a texel is a pixel", () => {
  assert.deepEqual(laid([0, 1, 2, 1], 1), [CLEAR, RED, BLUE, RED]);
});

test("zoomed out, a texel is the mean of its pixels", () => {
  assert.deepEqual(laid([1, 2, 1, 2], 2), [0xff800080]);
});

test("transparent pixels make a mean more transparent, not darker", () => {
  assert.deepEqual(laid([1, 0, 0, 1], 2), [0x800000ff]);
  assert.deepEqual(laid([0, 0, 0, 0], 2), [CLEAR]);
});

test("a tile is placed into a wider image", () => {
  const words = new Uint32Array(8);
  layTile(Uint8Array.from([1, 2, 2, 1]), 2, RGBA, 1, words, 2, 4);
  assert.deepEqual([...words], [0, 0, RED, BLUE, 0, 0, BLUE, RED]);
});

/** @type {[number, number, number][]} device pixels a canvas pixel, tile size, step */
const STEPS = [
  [8, 32, 1],
  [1, 32, 1],
  [0.51, 32, 1],
  [0.5, 32, 2],
  [0.1, 32, 8],
  [0.001, 32, 32],
  [0.001, 16, 16],
];
for (const [scale, tileSize, step] of STEPS) {
  test(`at ${scale} device pixels a pixel, one texel of a tile of ${tileSize} is ${step} wide`, () => {
    assert.equal(stepFor(scale, tileSize), step);
  });
}

test("painted pixels count in a texel by their share of it, the last colour of each", () => {
  /** @type {[number, number][]} */
  const painted = [
    [0, 1],
    [1, 1],
    [1, 2],
    [5, 0],
    [15, 1],
  ];
  assert.deepEqual(sharesOf(painted, 4, 2), [
    { texel: { x: 0, y: 0 }, colour: 1, share: 0.25 },
    { texel: { x: 0, y: 0 }, colour: 2, share: 0.25 },
    { texel: { x: 0, y: 0 }, colour: 0, share: 0.25 },
    { texel: { x: 1, y: 1 }, colour: 1, share: 0.25 },
  ]);
});
