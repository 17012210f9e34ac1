import assert from "node:assert/strict";
import test from "node:test";
import { mayClaim, mayDelete, mayEdit, mayRevert } from "../../static/client/model/permissions.js";

/** @import { Mode } from "#api" */

const [OWNER, ADA, BOB] = [1, 2, 3];
const ADAS_TILE = { creator: { id: ADA } };

/**
 * @param {number} id
 * @param {boolean} [isModerator]
 */
const who = (id, isModerator = false) => ({ id, isModerator });
/** @param {Mode} mode */
const canvas = (mode) => ({ owner: { id: OWNER }, collaboration_mode: mode });

/** @type {[Mode, number, number | null, boolean][]} mode, who, holder of the area, whether */
const EDITING = [
  ["free", BOB, null, true],
  ["tile-lock", ADA, null, true],
  ["tile-lock", BOB, null, false],
  ["tile-lock", OWNER, null, false],
  ["area-lock", BOB, BOB, true],
  ["area-lock", ADA, BOB, false],
  ["area-lock", ADA, null, false],
  ["review", ADA, null, true],
  ["review", BOB, null, false],
];

for (const [mode, id, holder, expected] of EDITING) {
  const verb = expected ? "edits" : "does not edit";
  test(`in ${mode}, artist ${id} ${verb} artist ${ADA}'s tile in the area of ${holder}`, () => {
    assert.equal(mayEdit(canvas(mode), ADAS_TILE, who(id), holder), expected);
  });
}

test("a guest may do nothing", () => {
  assert.equal(mayEdit(canvas("free"), ADAS_TILE, null, null), false);
  assert.equal(mayClaim(canvas("free"), null, null), false);
  assert.equal(mayDelete(canvas("free"), ADAS_TILE, null), false);
  assert.equal(mayRevert(canvas("free"), ADAS_TILE, null, null), false);
});

test("an empty cell is open to everyone, in area-lock mode to the holder of its area", () => {
  assert.equal(mayClaim(canvas("tile-lock"), who(BOB), null), true);
  assert.equal(mayClaim(canvas("area-lock"), who(BOB), ADA), false);
  assert.equal(mayClaim(canvas("area-lock"), who(BOB), BOB), true);
});

test("creator, owner and moderators may delete a tile", () => {
  for (const me of [who(ADA), who(OWNER), who(BOB, true)])
    assert.equal(mayDelete(canvas("free"), ADAS_TILE, me), true);
  assert.equal(mayDelete(canvas("free"), ADAS_TILE, who(BOB)), false);
});

test("in review mode only the owner may revert a tile directly", () => {
  assert.equal(mayRevert(canvas("review"), ADAS_TILE, who(OWNER), null), true);
  assert.equal(mayRevert(canvas("review"), ADAS_TILE, who(ADA), null), false);
});
