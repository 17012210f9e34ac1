import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decodeRgba,
  fitRegion,
  fitScale,
  parsePalette,
  regionAround,
} from "../../static/client/admin/region.js";

const canvas = { columns: 8, rows: 6, tile_size: 32 };

test("the surroundings of a cell are clipped to the canvas", () => {
  assert.deepEqual(regionAround([{ x: 3, y: 3 }], canvas, 2), { x: 1, y: 1, columns: 5, rows: 5 });
  assert.deepEqual(regionAround([{ x: 0, y: 5 }], canvas, 2), { x: 0, y: 3, columns: 3, rows: 3 });
});

test("a region contains all of its cells", () => {
  assert.deepEqual(
    regionAround(
      [
        { x: 1, y: 4 },
        { x: 6, y: 2 },
      ],
      canvas,
      0,
    ),
    { x: 1, y: 2, columns: 6, rows: 3 },
  );
  assert.equal(regionAround([], canvas, 1), null);
});

test("a picture shows the first cells, as many as fit", () => {
  const wide = { columns: 64, rows: 64, tile_size: 128 };
  const far = [
    { x: 0, y: 0 },
    { x: 1, y: 0 },
    { x: 63, y: 63 },
    { x: 62, y: 63 },
  ];
  assert.deepEqual(fitRegion(far, wide, 1), { region: { x: 0, y: 0, columns: 3, rows: 2 }, count: 2 });
  assert.equal(fitRegion(far, { ...wide, tile_size: 16 }, 1).count, 4);
  assert.equal(fitRegion([], wide, 1).region, null);
});

test("a picture is scaled by whole numbers", () => {
  assert.deepEqual([fitScale(100, 480), fitScale(160, 480), fitScale(2000, 480)], [4, 3, 1]);
});

test("pixel values start at one in the palette, and zero is transparent", () => {
  const colours = parsePalette(["#ff0080", "#102030"]);
  assert.deepEqual(
    [...decodeRgba(btoa("\x00\x01\x02"), colours)],
    [0, 0, 0, 0, 255, 0, 128, 255, 16, 32, 48, 255],
  );
});
