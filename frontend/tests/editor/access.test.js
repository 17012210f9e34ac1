import assert from "node:assert/strict";
import { test } from "node:test";

import { findObstacle, mayDescribe, needsLock, waitsForReview } from "../../static/client/editor/access.js";

/** @import { Mode } from "#api" */
/** @import { Canvas, Situation } from "../../static/client/editor/access.js" */

const OWNER = { id: 1, username: "olga", display_name: "Olga" };
const ADA = { id: 2, username: "ada", display_name: "Ada" };
const BOB = { id: 3, username: "bob", display_name: "Bob" };

/**
 * @param {Mode} mode
 * @returns {Canvas}
 */
const canvas = (mode) => ({
  id: 7,
  name: "Harbour",
  tile_size: 16,
  palette: ["#000000"],
  collaboration_mode: mode,
  is_public: true,
  who_paints: "everyone",
  max_tiles_per_user: 3,
  owner: OWNER,
});

/**
 * Ada before a tile of hers.
 * @param {Mode} mode
 * @param {Partial<Situation>} [changes]
 * @returns {Situation}
 */
const situation = (mode, changes) => ({
  canvas: canvas(mode),
  tile: { creator: ADA },
  artist: { id: ADA.id, isModerator: false, role: null },
  areaHolder: null,
  remainingTiles: 3,
  ...changes,
});

test("a guest may draw in an empty cell unless an area is required, and not in a tile", () => {
  assert.equal(findObstacle(situation("free", { artist: null, tile: null })), null);
  assert.equal(findObstacle(situation("free", { artist: null })), "signed_out");
  assert.equal(findObstacle(situation("area-lock", { artist: null, tile: null })), "signed_out");
});

test("an artist at the tile limit claims no cell, but paints existing tiles", () => {
  assert.equal(findObstacle(situation("tile-lock", { tile: null, remainingTiles: 0 })), "tile_limit");
  assert.equal(findObstacle(situation("tile-lock", { remainingTiles: 0 })), null);
});

test("only free mode lets others paint a tile", () => {
  const stranger = { tile: { creator: BOB } };
  assert.equal(findObstacle(situation("free", stranger)), null);
  assert.equal(findObstacle(situation("tile-lock", stranger)), "not_tile_creator");
  assert.equal(findObstacle(situation("review", stranger)), "not_tile_creator");
});

test("in area-lock mode the holder of the area paints, not the creator", () => {
  assert.equal(findObstacle(situation("area-lock", { tile: { creator: BOB }, areaHolder: ADA })), null);
  assert.equal(findObstacle(situation("area-lock", { areaHolder: BOB })), "area_taken");
  assert.equal(findObstacle(situation("area-lock")), "outside_area");
});

test("all modes except free lock a tile while it is painted", () => {
  assert.deepEqual(
    /** @type {Mode[]} */ (["free", "tile-lock", "area-lock", "review"]).map((mode) =>
      needsLock(canvas(mode)),
    ),
    [false, true, true, true],
  );
});

test("in review mode every change waits, except those of the owner and the canvas's moderators", () => {
  assert.equal(waitsForReview(situation("review")), true);
  const owner = { id: OWNER.id, isModerator: false, role: null };
  assert.equal(waitsForReview(situation("review", { artist: owner })), false);
  const moderator = { id: ADA.id, isModerator: false, role: /** @type {const} */ ("moderator") };
  assert.equal(waitsForReview(situation("review", { artist: moderator })), false);
  assert.equal(waitsForReview(situation("free")), false);
});

test("the creator of a tile edits its description", () => {
  assert.equal(mayDescribe(situation("free")), true);
  assert.equal(mayDescribe(situation("free", { tile: null })), true);
  assert.equal(mayDescribe(situation("free", { tile: { creator: BOB } })), false);
});

test("where members paint, an artist who is none learns that before drawing", () => {
  const closed = { ...canvas("free"), who_paints: /** @type {const} */ ("members") };
  const artist = { id: ADA.id, isModerator: false, role: null };
  assert.equal(findObstacle(situation("free", { canvas: closed, artist })), "members_only");
  const painter = { ...artist, role: /** @type {const} */ ("painter") };
  assert.equal(findObstacle(situation("free", { canvas: closed, artist: painter })), null);
});
