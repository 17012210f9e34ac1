import assert from "node:assert/strict";
import test from "node:test";
import { partsOf } from "../../static/client/model/chat-text.js";

const HERE = "https://tessera.example/canvas/7";
const BOB = { username: "Bob" };

/** @param {string} text */
const kinds = (text) =>
  partsOf(text, [BOB], HERE).map(({ kind, target }) => (target ? `${kind} ${target}` : kind));

for (const [text, expected] of /** @type {[string, string[]][]} */ ([
  ["Hello", ["text"]],
  ["Hi @bob!", ["text", "mention Bob", "text"]],
  ["@ann and @bobby", ["text"]],
  ["mail bob@bob.example", ["text"]],
  ["Look: #12,30.5,4", ["text", "place #12,30.5,4"]],
  [`${HERE}#1,2,3 please`, ["place #1,2,3", "text"]],
  ["https://elsewhere.example/canvas/7#1,2,3", ["text"]],
  ["https://tessera.example/canvas/8#1,2,3", ["text"]],
  ["javascript:alert(1)", ["text"]],
  ["#1,2,0 is no view", ["text"]],
])) {
  test(`"${text}" is ${expected.join(", ")}`, () => assert.deepEqual(kinds(text), expected));
}

test("the parts of a message are its whole text", () => {
  const text = "@bob @bob #1,2,3 <b> 👩‍👩‍👧";
  assert.equal(
    partsOf(text, [BOB], HERE)
      .map((part) => part.text)
      .join(""),
    text,
  );
});
