import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { decodeMessages, encodePaint } from "../../static/client/model/binary.js";

const DOCUMENT = readFileSync(new URL("../../../docs/live.md", import.meta.url), "utf8");

/**
 * The test vectors of a block of the document.
 * @param {"vectors" | "malformed"} block
 * @returns {any[]}
 */
function vectors(block) {
  const [, json = ""] = new RegExp(`^\`\`\`json ${block}\n(.*?)^\`\`\`$`, "ms").exec(DOCUMENT) ?? [];
  return JSON.parse(json);
}

/** @param {string} hex */
const bytesOf = (hex) => Uint8Array.from(hex.split(" ").filter(Boolean), (byte) => Number.parseInt(byte, 16));

/**
 * Return different bytes each time, the same in each run.
 * @param {number} seed
 */
function* noise(seed) {
  for (let state = seed; ; state = (state * 1664525 + 1013904223) % 2 ** 32) yield state >>> 24;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function isReadOrRefused(bytes) {
  try {
    decodeMessages(bytes.buffer);
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
  }
}

for (const { name, bytes, batch, acks, paint } of vectors("vectors")) {
  if (batch)
    test(`a batch is read as documented: ${name}`, () => {
      assert.deepEqual(decodeMessages(bytesOf(bytes).buffer), [{ type: "batch", events: batch }]);
    });
  if (acks)
    test(`acks are read as documented: ${name}`, () => {
      assert.deepEqual(
        decodeMessages(bytesOf(bytes).buffer),
        acks.map((/** @type {object} */ ack) => ({ type: "ack", ...ack })),
      );
    });
  if (paint)
    test(`a stroke is written as documented: ${name}`, () => {
      assert.deepEqual(encodePaint(paint.ref, paint.tile_id, paint.pixels), bytesOf(bytes));
    });
}

for (const { name, batch, acks } of vectors("malformed").filter((vector) => !("paint" in vector)))
  test(`a message that is documented as malformed is refused: ${name}`, () => {
    assert.throws(() => decodeMessages(bytesOf(batch ?? acks).buffer), RangeError);
  });

test("a message of an unknown type is ignored", () => {
  assert.deepEqual(decodeMessages(Uint8Array.of(9, 1, 2).buffer), []);
});

test("any other bytes are read or refused, and nothing else", () => {
  const bytes = noise(7);
  for (let round = 0; round < 2000; round++) {
    const message = Uint8Array.from({ length: round % 60 }, () => bytes.next().value ?? 0);
    if (round % 2 && message.length) message[0] = 1 + (round % 4 > 1 ? 1 : 0);
    isReadOrRefused(message);
  }
});

test("a documented message with a changed byte is read or refused", () => {
  for (const { bytes } of vectors("vectors").filter(({ batch }) => batch)) {
    const message = bytesOf(bytes);
    for (let at = 0; at < message.length; at++)
      for (const changed of [0, 1, 127, 128, 255]) {
        const copy = message.slice();
        copy[at] = changed;
        isReadOrRefused(copy);
      }
  }
});
