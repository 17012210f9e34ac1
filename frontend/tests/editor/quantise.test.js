import assert from "node:assert/strict";
import { test } from "node:test";
import { fitted, match, nearest, quantise, scaled } from "../../static/client/editor/quantise.js";
import { classifyColour, parseColour, toOklab } from "../../static/client/model/colours.js";
import { drawn } from "../model/pictures.js";

const PALETTE = ["#000000", "#ffffff", "#ff0000"];
const OPTIONS = {
  fit: /** @type {const} */ ("contain"),
  dither: /** @type {const} */ ("none"),
  threshold: 128,
};

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number[]} rgba
 */
function picture(width, height, rgba) {
  const data = Array.from({ length: width * height }, (_, i) =>
    rgba(i % width, Math.floor(i / width)),
  ).flat();
  return { width, height, data: Uint8ClampedArray.from(data) };
}

test("OKLab equals its author's published values", () => {
  const red = toOklab([255, 0, 0]);
  for (const [index, expected] of [0.62796, 0.22486, 0.12585].entries()) {
    assert(Math.abs(red[index] - expected) < 1e-4);
  }
  assert(Math.abs(toOklab([255, 255, 255])[0] - 1) < 1e-4);
});

test("the nearest colour is the most similar one perceptually", () => {
  const palette = ["#000000", "#0000ff", "#008080"].map((colour) => toOklab(parseColour(colour)));
  assert.equal(nearest(toOklab([10, 10, 230]), palette), 1);
  assert.equal(nearest(toOklab([20, 140, 120]), palette), 2);
});

test("each pixel becomes a colour of the palette, counted from 1", () => {
  const colours = [
    [250, 10, 10, 255],
    [240, 240, 240, 255],
    [5, 5, 20, 255],
    [255, 0, 0, 255],
  ];
  const tile = quantise(
    picture(2, 2, (x, y) => colours[y * 2 + x]),
    2,
    PALETTE,
    OPTIONS,
  );
  assert.deepEqual(drawn(tile, 2), ["32", "13"]);
});

test("pixels below the opacity threshold become transparent", () => {
  const half = picture(2, 2, (x) => [255, 0, 0, x ? 200 : 100]);
  assert.deepEqual(drawn(quantise(half, 2, PALETTE, OPTIONS), 2), [".3", ".3"]);
  assert.deepEqual(drawn(quantise(half, 2, PALETTE, { ...OPTIONS, threshold: 50 }), 2), ["33", "33"]);
});

test("fully transparent pixels stay transparent at any threshold", () => {
  const nothing = picture(2, 2, () => [255, 0, 0, 0]);
  assert.deepEqual(drawn(quantise(nothing, 2, PALETTE, { ...OPTIONS, threshold: 0 }), 2), ["..", ".."]);
});

test("contain shows the whole picture with transparent margins", () => {
  const wide = picture(8, 4, () => [255, 0, 0, 255]);
  assert.deepEqual(drawn(quantise(wide, 4, PALETTE, OPTIONS), 4), ["....", "3333", "3333", "...."]);
});

test("cover fills the tile and crops the rest", () => {
  const wide = picture(8, 4, (x) => (x < 2 || x >= 6 ? [0, 0, 0, 255] : [255, 0, 0, 255]));
  assert.deepEqual(drawn(quantise(wide, 4, PALETTE, { ...OPTIONS, fit: "cover" }), 4), [
    "3333",
    "3333",
    "3333",
    "3333",
  ]);
});

test("a picture smaller than the tile is enlarged", () => {
  const small = picture(2, 2, (x) => (x ? [255, 255, 255, 255] : [0, 0, 0, 255]));
  assert.deepEqual(drawn(quantise(small, 4, PALETTE, OPTIONS), 4), ["1122", "1122", "1122", "1122"]);
});

test("a pixel is the mean of the area it covers, ignoring transparent pixels", () => {
  const mixed = picture(2, 2, (x) => (x ? [0, 0, 0, 0] : [200, 100, 0, 255]));
  assert.deepEqual([...fitted(mixed, 1, "contain").row(0)], [200, 100, 0, 128]);
});

for (const dither of /** @type {const} */ (["bayer", "floyd-steinberg"]))
  test(`${dither} keeps the mean lightness of a grey that is not in the palette`, () => {
    const grey = picture(32, 32, () => [99, 99, 99, 255]);
    const blackAndWhite = ["#000000", "#ffffff"];
    const flat = quantise(grey, 32, blackAndWhite, OPTIONS);
    assert.equal(new Set(flat).size, 1);
    const dithered = quantise(grey, 32, blackAndWhite, { ...OPTIONS, dither });
    const white = dithered.filter((colour) => colour === 2).length / dithered.length;
    assert(Math.abs(white - toOklab([99, 99, 99])[0]) < 0.03, `${white} of it is white`);
  });

test("ordered dithering makes the pattern of Bayer's matrix", () => {
  const grey = picture(4, 4, () => [99, 99, 99, 255]); // half as light as white
  const dithered = match(scaled(grey, 4, 4), ["#000000", "#ffffff"], { dither: "bayer", threshold: 1 });
  assert.deepEqual(drawn(dithered, 4), ["1212", "2121", "1212", "2121"]);
});

test("a picture is scaled to any size, as a whole", () => {
  const wide = picture(4, 2, (x) => (x < 2 ? [0, 0, 0, 255] : [255, 0, 0, 255]));
  const matching = /** @type {const} */ ({ dither: "none", threshold: 128 });
  assert.deepEqual([...match(scaled(wide, 2, 1), PALETTE, matching)], [1, 3]);
  assert.deepEqual([...match(scaled(wide, 8, 1), PALETTE, matching)], [1, 1, 1, 1, 3, 3, 3, 3]);
});

test("colours have their common names", () => {
  /** @type {Record<string, string>} */
  const names = {
    "#000000": "plain black",
    "#ffffff": "plain white",
    "#808080": "plain grey",
    "#d0d0d0": "light grey",
    "#ff0000": "plain red",
    "#800000": "dark red",
    "#ffa500": "plain orange",
    "#ffff00": "plain yellow",
    "#00e436": "plain green",
    "#005000": "dark green",
    "#29adff": "plain blue",
    "#1d2b53": "dark blue",
    "#0000ff": "plain blue",
    "#800080": "dark purple",
    "#ff77a8": "plain pink",
    "#ab5236": "plain brown",
    "#8b4513": "plain brown",
    "#00ced1": "plain turquoise",
    "#808000": "plain olive",
    "#ffccaa": "light orange",
  };
  for (const [colour, expected] of Object.entries(names)) {
    const { hue, tone } = classifyColour(colour);
    assert.equal(`${tone} ${hue}`, expected, colour);
  }
});
