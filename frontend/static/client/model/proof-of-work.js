/** Proof of work as ALTCHA defines it, version 2, with SHA-256: a challenge and what solves it. */

/** @import { ChallengeView } from "#api" */

/** @typedef {{counter: number, derivedKey: string}} Solution */

/**
 * Try the counters in order until the key derived from one begins with the challenge's prefix.
 * @param {ChallengeView["parameters"]} parameters
 * @param {(data: Uint8Array) => Uint8Array} sha256
 * @returns {Solution}
 */
export function solve({ nonce, salt, cost, keyLength, keyPrefix }, sha256) {
  const prefix = bytesOf(keyPrefix);
  const start = bytesOf(salt + nonce);
  const data = new Uint8Array(start.length + 4);
  data.set(start);
  const tail = new DataView(data.buffer, start.length);
  for (let counter = 0; ; counter++) {
    tail.setUint32(0, counter);
    let key = sha256(data);
    for (let round = 1; round < cost; round++) key = sha256(key);
    key = key.subarray(0, keyLength);
    if (prefix.every((byte, index) => byte === key[index])) return { counter, derivedKey: hexOf(key) };
  }
}

/**
 * Encode a solved challenge as ALTCHA's servers read it.
 * @param {ChallengeView} challenge
 * @param {Solution} solution
 */
export function encodePayload(challenge, solution) {
  return btoa(JSON.stringify({ challenge, solution }));
}

/** @param {string} hex */
function bytesOf(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** @param {Uint8Array} bytes */
function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
