import assert from "node:assert/strict";
import { test } from "node:test";

import { match } from "../../static/client/router.js";

const load = async () => {};
const MAIL = { pattern: "/", hash: /^#confirm-email=/, tag: "mail", load };
const HOME = { pattern: "/", tag: "home", load };
const CANVAS = { pattern: "/canvas/:canvasId", tag: "canvas", load };
const UNKNOWN = { pattern: "", tag: "unknown", load };

/**
 * @param {string} path
 * @param {string} [hash]
 * @returns {[string, Record<string, string>]}
 */
function found(path, hash = "") {
  const [route, params] = match(path, hash, [MAIL, HOME, CANVAS], UNKNOWN);
  return [route.tag, params];
}

test("a path leads to its page, with its parameters", () => {
  assert.deepEqual(found("/canvas/7", "#10,20,4"), ["canvas", { canvasId: "7" }]);
});

test("a trailing slash changes nothing", () => {
  assert.deepEqual(found("/canvas/7/"), ["canvas", { canvasId: "7" }]);
});

test("path parameters may be escaped, even badly", () => {
  assert.deepEqual(
    [found("/canvas/a%20b"), found("/canvas/%zz")],
    [
      ["canvas", { canvasId: "a b" }],
      ["canvas", { canvasId: "%zz" }],
    ],
  );
});

test("a link in an email leads to a page of its own", () => {
  assert.deepEqual([found("/", "#confirm-email=abc")[0], found("/", "#other")[0]], ["mail", "home"]);
});

for (const path of ["/nowhere", "/canvas", "/canvas/7/8", "/api/docs"]) {
  test(`${path} leads nowhere`, () => assert.deepEqual(found(path), ["unknown", {}]));
}
