import assert from "node:assert/strict";
import { test } from "node:test";

import { rateStrength } from "../../static/client/ui/strength.js";

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
