import assert from "node:assert/strict";
import test from "node:test";
import { Loader } from "../../static/client/model/loader.js";

/** A loader of letters, two at a time, that finishes one when told. */
function letters() {
  /** @type {string[]} */
  const begun = [];
  /** @type {Map<string, () => void>} */
  const underway = new Map();
  /** @type {(letter: string) => Promise<void>} */
  const load = (letter) => {
    begun.push(letter);
    return new Promise((resolve) => underway.set(letter, resolve));
  };
  const loader = new Loader(load, 2, new AbortController().signal);
  const finish = async (/** @type {string} */ letter) => {
    underway.get(letter)?.();
    await new Promise(setImmediate);
  };
  return { loader, begun, finish };
}

test("the most urgent are loaded first, some at a time", async () => {
  const { loader, begun, finish } = letters();
  loader.want(["a", "b", "c"]);
  assert.deepEqual(begun, ["a", "b"]);
  await finish("a");
  assert.deepEqual(begun, ["a", "b", "c"]);
});

test("what is no longer wanted is not begun", async () => {
  const { loader, begun, finish } = letters();
  loader.want(["a", "b", "c"]);
  loader.want(["b", "d"]);
  await finish("a");
  assert.deepEqual(begun, ["a", "b", "d"]);
});

test("what is under way is not begun again", () => {
  const { loader, begun } = letters();
  loader.want(["a"]);
  loader.want(["a"]);
  assert.deepEqual(begun, ["a"]);
});
