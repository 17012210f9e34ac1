import assert from "node:assert/strict";
import test from "node:test";
import { Claims } from "../../static/client/model/claims.js";

const ADA = { id: 1, username: "ada", display_name: "Ada" };
const LATER = "2026-01-01T00:30:00Z";
const AREA = {
  id: 3,
  canvas_id: 1,
  x: 1,
  y: 1,
  columns: 2,
  rows: 1,
  holder: ADA,
  claimed_at: LATER,
  expires_at: LATER,
};

const LOCK = { tile_id: 9, is_locked: true, mine: false, holder: ADA, expires_at: LATER };

test("a lock holds from acquisition to release", () => {
  const claims = new Claims([], []);
  assert.equal(claims.apply({ seq: 1, kind: "lock.acquired", tile_id: 9, lock: LOCK }), true);
  assert.equal(claims.lockOf(9)?.holder?.username, "ada");
  claims.apply({ seq: 2, kind: "lock.released", tile_id: 9 });
  assert.equal(claims.lockOf(9), null);
});

test("deleting a tile removes its lock", () => {
  const claims = new Claims([LOCK], []);
  claims.apply({ seq: 1, kind: "tile.deleted", tile_id: 9 });
  assert.equal(claims.lockOf(9), null);
});

test("an area claims exactly its cells", () => {
  const claims = new Claims([], [AREA]);
  assert.equal(claims.areaAt(2, 1)?.id, 3);
  assert.equal(claims.areaAt(3, 1), null);
});

for (const kind of ["area.released", "area.expired"]) {
  test(`${kind} frees the cells`, () => {
    const claims = new Claims([], [AREA]);
    claims.apply({ seq: 1, kind, area_id: 3 });
    assert.equal(claims.areaAt(1, 1), null);
  });
}

test("strokes claim nothing", () => {
  assert.equal(
    new Claims([], []).apply({ seq: 1, kind: "tile.painted", tile_id: 9, version: 2, pixels: [] }),
    false,
  );
});
