import assert from "node:assert/strict";
import { test } from "node:test";

import { keyName, keyNames } from "../../static/client/ui/keys.js";

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
  assert.equal(nameOf("Process", "KeyG"), "G"); // while a Japanese input method is on
  assert.equal(nameOf("٣", "Numpad3"), "3"); // Arabic
});

test("a digit is found with or without Shift, on keyboards of either kind", () => {
  assert.equal(nameOf("0", "Digit0"), "0");
  assert.equal(nameOf("à", "Digit0"), "0"); // French
  assert.equal(nameOf("0", "Digit0", true), "0");
});

test("a sign that only a digit's key has without Shift is the digit", () => {
  assert.equal(nameOf("-", "Digit6"), "6"); // French
  assert.equal(nameOf("+", "Digit1"), "1"); // Czech
  assert.equal(nameOf("[", "Digit5"), "["); // French, with AltGr
});

test("a key with another sign also has the name of its place", () => {
  assert.deepEqual(keyNames({ key: ")", code: "Minus", shiftKey: false }), [")", "-"]); // French
  assert.deepEqual(keyNames({ key: "a", code: "KeyQ", shiftKey: false }), ["A"]);
});

test("other keys keep their names", () => {
  for (const name of ["ArrowLeft", "Enter", " ", "Escape"]) assert.equal(nameOf(name, ""), name);
});
