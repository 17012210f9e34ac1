import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { encodePayload, solve } from "../../static/client/model/proof-of-work.js";

/** @param {Uint8Array} data */
const sha256 = (data) => new Uint8Array(createHash("sha256").update(data).digest());

// Made by the Python library: altcha.create_challenge("SHA-256", 3, counter=300, …), and solved by it.
const parameters = {
  algorithm: "SHA-256",
  cost: 3,
  keyLength: 32,
  keyPrefix: "9698116b5b75e0ae8582db9408e7fd3d",
  nonce: "000102030405060708090a0b0c0d0e0f",
  salt: "101112131415161718191a1b1c1d1e1f",
  expiresAt: 1_900_000_000,
};
const solution = {
  counter: 300,
  derivedKey: "9698116b5b75e0ae8582db9408e7fd3d29f3e06d59bc95f0f5fc4fc849d609cc",
};

test("a challenge is solved by the counter whose key begins with the prefix", () => {
  assert.deepEqual(solve(parameters, sha256), solution);
});

test("a payload has the challenge and its solution, as JSON in base64", () => {
  const challenge = { parameters, signature: "ab" };
  assert.deepEqual(JSON.parse(atob(encodePayload(challenge, solution))), { challenge, solution });
});
