import assert from "node:assert/strict";
import { test } from "node:test";

import { nextPath } from "../../static/client/account/next.js";
import { rateStrength } from "../../static/client/account/strength.js";

for (const [password, strength] of /** @type {[string, number][]} */ ([
  ["", 0],
  ["aaaaaaaaaaaaaaaa", 0],
  ["abcdefgh12345678", 0],
  ["sunflower", 1],
  ["Kx7-qPz3", 2],
  ["lantern harbour quilt moss", 3],
])) {
  test(`"${password}" has strength ${strength}`, () => assert.equal(rateStrength(password), strength));
}

test("known words add no strength", () => {
  assert.equal(rateStrength("Grace_Hopper_1906", ["grace_hopper"]), 0);
});

Object.assign(globalThis, { location: new URL("https://tessera.example/login") });

for (const [search, path] of /** @type {[string, string][]} */ ([
  ["", "/"],
  ["?next=/canvas/7%2310,20,4", "/canvas/7#10,20,4"],
  ["?next=https://elsewhere.example/x", "/"],
  ["?next=//elsewhere.example/x", "/"],
  ["?next=javascript:alert(1)", "/"],
])) {
  test(`after a login, "${search}" leads to ${path}`, () => assert.equal(nextPath(search), path));
}
