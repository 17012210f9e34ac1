import assert from "node:assert/strict";
import { test } from "node:test";

import { cellsUnder, lay, planPicture, without } from "../../static/client/canvas/picture-plan.js";
import { drawn } from "../model/pictures.js";

/** @import { Board, KnownTile } from "../../static/client/canvas/picture-plan.js" */

const ANN = { id: 1, username: "ann", display_name: "Ann" };
const BEN = { id: 2, username: "ben", display_name: "Ben" };

/** A canvas of 2 x 2 tiles of 2 x 2 pixels. */
const CANVAS = /** @type {any} */ ({
  id: 7,
  columns: 2,
  rows: 2,
  tile_size: 2,
  collaboration_mode: "tile-lock",
  is_public: true,
  who_paints: "everyone",
  owner: BEN,
});

/**
 * @param {number} width
 * @param {number[]} indices
 * @param {{x: number, y: number}} [place]
 */
function picture(width, indices, place = { x: 0, y: 0 }) {
  return { ...place, width, height: indices.length / width, indices: Uint8Array.from(indices) };
}

/**
 * @param {Record<string, KnownTile>} [tiles] by "x,y"
 * @param {Partial<Board>} [others]
 * @returns {Board}
 */
function board(tiles = {}, others = {}) {
  return {
    canvas: CANVAS,
    artist: { id: ANN.id, isModerator: false, role: null },
    remainingTiles: 4,
    tileAt: ({ x, y }) => tiles[`${x},${y}`] ?? null,
    areaHolderOf: () => null,
    isLocked: () => false,
    ...others,
  };
}

/**
 * @param {number[]} pixels
 * @param {typeof ANN | null} creator
 */
function tile(pixels, creator = ANN) {
  return { id: 5, version: 1, creator, pixels: Uint8Array.from(pixels) };
}

const OVER_ALL = picture(
  4,
  Array.from({ length: 16 }, () => 1),
);

test("a picture touches the cells below it, as far as they are on the canvas", () => {
  assert.deepEqual(cellsUnder({ x: -3, y: 1, width: 4, height: 9 }, CANVAS), {
    x: 0,
    y: 0,
    columns: 1,
    rows: 2,
  });
  assert.equal(cellsUnder({ x: 4, y: 0, width: 4, height: 4 }, CANVAS), null);
});

test("each cell gets its part of the picture, the rest stays", () => {
  const placed = picture(2, [1, 2, 3, 4], { x: 1, y: 1 });
  const before = tile([9, 9, 9, 9]);
  const { steps } = planPicture(placed, board({ "0,0": before }), false);
  assert.deepEqual(
    steps.map(({ cell, tile, part }) => [cell.x, cell.y, drawn(lay(tile?.pixels ?? null, part, false), 2)]),
    [
      [0, 0, ["99", "91"]],
      [1, 0, ["..", "2."]],
      [0, 1, [".3", ".."]],
      [1, 1, ["4.", ".."]],
    ],
  );
});

test("what is transparent in the picture stays, or is erased", () => {
  const placed = picture(2, [0, 2, 0, 0]);
  const before = tile([9, 9, 9, 9]);
  for (const [erases, expected] of /** @type {const} */ ([
    [false, ["92", "99"]],
    [true, [".2", ".."]],
  ])) {
    const [step] = planPicture(placed, board({ "0,0": before }), erases).steps;
    assert.deepEqual(step && drawn(lay(before.pixels, step.part, erases), 2), expected);
  }
});

test("a tile that would not change is left alone, and an empty cell is not claimed for nothing", () => {
  const same = board({ "0,0": tile([1, 1, 1, 1]) });
  assert.equal(planPicture(picture(2, [1, 1, 1, 1]), same, false).steps.length, 0);
  assert.equal(planPicture(picture(2, [0, 0, 0, 0]), board(), true).steps.length, 0);
});

test("tiles of others, and locked ones, are left out, with the reason", () => {
  const others = board(
    { "0,0": tile([9, 9, 9, 9], BEN), "1,0": { ...tile([9, 9, 9, 9]), id: 6 } },
    { isLocked: ({ id }) => id === 6 },
  );
  const { steps, skipped } = planPicture(OVER_ALL, others, false);
  assert.equal(steps.length, 2);
  assert.deepEqual(
    [...skipped],
    [
      ["not_tile_creator", [{ x: 0, y: 0 }]],
      ["locked", [{ x: 1, y: 0 }]],
    ],
  );
});

test("no more cells are claimed than the artist may", () => {
  const { steps, skipped } = planPicture(OVER_ALL, board({}, { remainingTiles: 1 }), false);
  assert.deepEqual([steps.length, skipped.get("tile_limit")?.length], [1, 3]);
});

test("the preview shows the picture without what is left out", () => {
  const placed = picture(3, [1, 1, 1, 1, 1, 1], { x: 1, y: 0 });
  const seen = without(placed, [{ x: 0, y: 0 }], 2);
  assert.deepEqual([...seen.indices], [0, 1, 1, 0, 1, 1]);
});
