import assert from "node:assert/strict";
import test from "node:test";
import { reasonToEnd, retryDelay, Sequence } from "../../static/client/model/sequence.js";

/** @param {number[]} numbers */
const events = (...numbers) => numbers.map((seq) => ({ seq, kind: "tile.painted" }));
/** @param {{seq: number}[]} taken */
const numbersOf = (taken) => taken.map(({ seq }) => seq);

test("the next change is delivered immediately", () => {
  const sequence = new Sequence(4);
  assert.deepEqual(numbersOf(sequence.take(events(5, 6))), [5, 6]);
  assert.equal(sequence.seq, 6);
  assert.equal(sequence.hasGap, false);
});

test("a change is not delivered twice", () => {
  const sequence = new Sequence(4);
  sequence.take(events(5, 6));
  assert.deepEqual(numbersOf(sequence.take(events(4, 5, 6, 7))), [7]);
});

test("an early change waits for the missing ones", () => {
  const sequence = new Sequence(4);
  assert.deepEqual(sequence.take(events(6, 7)), []);
  assert.equal(sequence.hasGap, true);
  assert.deepEqual(numbersOf(sequence.take(events(5))), [5, 6, 7]);
  assert.equal(sequence.hasGap, false);
});

test("nothing is delivered while a snapshot loads; then the changes after it", () => {
  const sequence = new Sequence(4);
  sequence.hold();
  assert.deepEqual(sequence.take(events(5, 9, 10, 11)), []);
  assert.deepEqual(numbersOf(sequence.restart(9, 9)), [10, 11]);
  assert.equal(sequence.seq, 11);
});

test("an older snapshot leaves a gap, which filling closes", () => {
  const sequence = new Sequence(4);
  sequence.take(events(9));
  assert.deepEqual(sequence.restart(7, 0), []);
  assert.equal(sequence.hasGap, true);
  assert.deepEqual(numbersOf(sequence.take(events(8, 9))), [8, 9]);
});

test("known changes that a snapshot lacks are a gap", () => {
  const sequence = new Sequence(4);
  assert.deepEqual(sequence.restart(7, 8), []);
  assert.equal(sequence.hasGap, true);
  assert.deepEqual(numbersOf(sequence.take(events(8))), [8]);
  assert.equal(sequence.hasGap, false);
});

test("any shuffled sequence with repeats is delivered in order, each once", () => {
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 50; round++) {
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
    const sent = [...numbers, ...numbers.slice(5, 25)].sort(() => random() - 0.5);
    const sequence = new Sequence(0);
    const got = [];
    while (sent.length)
      got.push(...numbersOf(sequence.take(events(...sent.splice(0, 1 + Math.floor(random() * 6))))));
    assert.deepEqual(got, numbers);
  }
});

test("the feed reconnects to a service that restarts or is overloaded", () => {
  for (const code of [1000, 1001, 1006, 1011, 1013]) assert.equal(reasonToEnd(code, ""), null);
});

test("the feed ends with the session or the canvas, but not because of too many messages", () => {
  assert.equal(reasonToEnd(1008, "session ended"), "session_ended");
  assert.equal(reasonToEnd(1008, "too many messages"), null);
  assert.equal(reasonToEnd(4404, "canvas_not_found"), "canvas_gone");
});

test("retries back off up to 15 seconds, half of it random", () => {
  assert.equal(retryDelay(0, 1), 500);
  assert.equal(retryDelay(0, 0), 250);
  assert.equal(retryDelay(3, 1), 4000);
  assert.equal(retryDelay(50, 1), 15_000);
});
