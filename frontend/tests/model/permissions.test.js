import assert from "node:assert/strict";
import test from "node:test";
import {
  mayClaim,
  mayDelete,
  mayEdit,
  mayManage,
  mayOwn,
  mayRevert,
} from "../../static/client/model/permissions.js";

/** @import { Mode, CanvasRole } from "#api" */

const [OWNER, ADA, BOB] = [1, 2, 3];
const ADAS_TILE = { creator: { id: ADA } };

/**
 * @param {number} id
 * @param {boolean} [isModerator]
 */
const who = (id, isModerator = false) => ({ id, isModerator, role: null });
/** @param {CanvasRole} role */
const bobAs = (role) => ({ ...who(BOB), role });
/** @param {Mode} mode */
const canvas = (mode) => ({
  owner: { id: OWNER },
  collaboration_mode: mode,
  is_public: true,
  who_paints: /** @type {const} */ ("everyone"),
});

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

test("on an archived canvas nobody paints, and only moderators of the site remove or revert", () => {
  const archived = { ...canvas("free"), is_archived: true };
  for (const me of [who(ADA), who(OWNER), who(BOB, true)]) {
    assert.equal(mayClaim(archived, me, null), false);
    assert.equal(mayEdit(archived, ADAS_TILE, me, null), false);
    assert.equal(mayDelete(archived, ADAS_TILE, me), me.isModerator);
    assert.equal(mayRevert(archived, ADAS_TILE, me, null), me.isModerator);
  }
});

for (const closed of [
  { ...canvas("free"), is_public: false },
  { ...canvas("free"), who_paints: /** @type {const} */ ("members") },
]) {
  const what = closed.is_public ? "of which members paint" : "that is private";
  test(`on a canvas ${what}, painters, moderators and the owner paint`, () => {
    const people = [
      who(ADA),
      bobAs("viewer"),
      bobAs("painter"),
      bobAs("moderator"),
      who(OWNER),
      who(ADA, true),
    ];
    const expected = [false, false, true, true, true, true];
    assert.deepEqual(
      people.map((me) => mayClaim(closed, me, null)),
      expected,
    );
    assert.deepEqual(
      people.map((me) => mayEdit(closed, ADAS_TILE, me, null)),
      expected,
    );
  });
}

test("a moderator of the canvas manages it and does not own it", () => {
  const me = bobAs("moderator");
  assert.deepEqual([mayManage(canvas("free"), me), mayOwn(canvas("free"), me)], [true, false]);
});
