import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMoment, momentAfter, parseMoment, tempo } from "../../static/client/model/moments.js";

/** @param {number} last */
function played(last, moments = tempo(false).moments) {
  const seen = [];
  for (let at = /** @type {number | null} */ (0); at !== null; at = momentAfter(at, last, moments))
    seen.push(at);
  return seen;
}

test("a short past is played change by change", () => {
  assert.deepEqual(played(4), [0, 1, 2, 3, 4]);
});

test("a long past is played in steps, from its beginning to its end", () => {
  const seen = played(1_000_000);
  assert.equal(seen.at(-1), 1_000_000);
  assert.ok(Math.abs(seen.length - tempo(false).moments) <= 2);
});

test("where less motion is wanted, no more than one moment is shown per second", () => {
  assert.ok(tempo(true).pace >= 1000);
  assert.ok(tempo(true).moments < tempo(false).moments);
});

test("a link restores its moment, and names none for now", () => {
  assert.equal(parseMoment(formatMoment(123)), 123);
  assert.equal(parseMoment(formatMoment(0)), 0);
  assert.equal(formatMoment(null), "");
});

for (const search of ["", "?at=", "?at=-1", "?at=1.5", "?at=now", `?at=${"9".repeat(16)}`]) {
  test(`"${search}" names no moment`, () => assert.equal(parseMoment(search), null));
}
