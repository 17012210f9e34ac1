import assert from "node:assert/strict";
import { test } from "node:test";

import { keyName } from "../../static/client/ui/keys.js";

/**
 * @param {string} key
 * @param {string} code
 */
const nameOf = (key, code, shiftKey = false) => keyName({ key, code, shiftKey });

test("a letter is named as a capital, with or without Shift or Caps Lock", () => {
  assert.equal(nameOf("g", "KeyG"), "G");
  assert.equal(nameOf("G", "KeyG"), "G");
});

test("a key without a Latin letter has the name of its place", () => {
  assert.equal(nameOf("п", "KeyG"), "G"); // Russian
  assert.equal(nameOf("Dead", "BracketLeft"), "[");
});

test("a digit is found with or without Shift, on keyboards of either kind", () => {
  assert.equal(nameOf("0", "Digit0"), "0");
  assert.equal(nameOf("à", "Digit0"), "0"); // French
  assert.equal(nameOf("0", "Digit0", true), "0");
});

test("other keys keep their names", () => {
  for (const name of ["ArrowLeft", "Enter", " ", "Escape"]) assert.equal(nameOf(name, ""), name);
});
