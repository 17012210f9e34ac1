import assert from "node:assert/strict";
import { test } from "node:test";
import { address, pathOf } from "../static/client/base.js";

test("a path of the site gets the address that it has below the path of the installation", () => {
  assert.equal(address("/canvas/7?cell=1,2", "/tessera"), "/tessera/canvas/7?cell=1,2");
  assert.equal(address("/canvas/7", ""), "/canvas/7");
});

test("an address below the path of the installation is a path of the site", () => {
  assert.equal(pathOf("/tessera/canvas/7", "/tessera"), "/canvas/7");
  assert.equal(pathOf("/canvas/7", ""), "/canvas/7");
});

test("the path of the installation is the home page, with and without its last slash", () => {
  assert.equal(pathOf("/tessera", "/tessera"), "/");
  assert.equal(pathOf("/tessera/", "/tessera"), "/");
});

test("an address beside the path of the installation belongs to another site", () => {
  assert.equal(pathOf("/tesserae/7", "/tessera"), null);
  assert.equal(pathOf("/", "/tessera"), null);
});
