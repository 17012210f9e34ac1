import assert from "node:assert/strict";
import { test } from "node:test";

import { nextPath } from "../../static/client/account/next.js";

Object.assign(globalThis, { location: new URL("https://tessera.example/login") });

for (const [search, path] of /** @type {[string, string][]} */ ([
  ["", "/"],
  ["?next=/canvas/7%2310,20,4", "/canvas/7#10,20,4"],
  ["?next=https://elsewhere.example/x", "/"],
  ["?next=//elsewhere.example/x", "/"],
  ["?next=javascript:alert(1)", "/"],
  ["?next=//", "/"],
  ["?next=http://[", "/"],
  ["?next=/.//elsewhere.example", "/"],
  ["?next=/\\\\elsewhere.example", "/"],
  ["?next=", "/"],
])) {
  test(`after a login, "${search}" leads to ${path}`, () => assert.equal(nextPath(search), path));
}
