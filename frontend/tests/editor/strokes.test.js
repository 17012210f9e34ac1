import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveTile } from "../../static/client/editor/live.js";
import { difference, MAX_STROKE, merge, StrokeSender } from "../../static/client/editor/strokes.js";

/** @import { Change } from "../../static/client/model/pieces.js" */
/** @import { Painted, Refusal } from "../../static/client/editor/strokes.js" */

const ME = 1;
const OTHER = 2;

/** A server that answers when it is told to. */
class Wire {
  /** @type {{pixels: Change[], answer: (painted: Painted) => void, refuse: (refusal: Refusal) => void}[]} */
  sent = [];

  /**
   * @param {Change[]} pixels
   * @returns {Promise<Painted>}
   */
  send = (pixels) => new Promise((answer, refuse) => this.sent.push({ pixels, answer, refuse }));

  /**
   * The stroke that was sent as the `count`th.
   * @param {number} count
   */
  async stroke(count) {
    const end = performance.now() + 2000;
    while (this.sent.length < count) {
      assert(performance.now() < end, `only ${this.sent.length} strokes were sent`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return this.sent[count - 1];
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

function sender() {
  const wire = new Wire();
  const refused = /** @type {Refusal[]} */ ([]);
  const strokes = new StrokeSender(wire.send, {
    durable() {},
    refused: (_, refusal) => refused.push(refusal),
  });
  return { wire, strokes, refused };
}

/** @param {Uint8Array} [pixels] */
function live(pixels = new Uint8Array(4)) {
  const wire = new Wire();
  const shown = /** @type {Change[]} */ ([]);
  const refused = /** @type {Refusal[]} */ ([]);
  let outdated = 0;
  const tile = new LiveTile({ id: 7, version: 3 }, pixels, ME, wire.send, {
    show: (changes) => shown.push(...changes),
    refused: (refusal) => refused.push(refusal),
    outdated: () => (outdated += 1),
    changed() {},
  });
  return { wire, tile, shown, refused, outdated: () => outdated };
}

/**
 * @param {number} version
 * @param {number} artist
 * @param {Change[]} pixels
 */
const painted = (version, artist, pixels) => ({
  kind: "tile.painted",
  seq: 100 + version,
  version,
  artist_id: artist,
  pixels,
});

test("the difference of two pictures turns one into the other", () => {
  assert.deepEqual(difference(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 0, 4)), [
    [1, 0],
    [2, 4],
  ]);
});

test("merging keeps my changes, and theirs where I made none", () => {
  const base = Uint8Array.of(1, 1, 1, 1);
  assert.deepEqual([...merge(base, Uint8Array.of(1, 2, 1, 2), Uint8Array.of(1, 1, 3, 3))], [1, 2, 3, 2]);
});

test("the first stroke is sent immediately", () => {
  const { wire, strokes } = sender();
  strokes.add([[0, 1]]);
  assert.deepEqual(wire.sent[0].pixels, [[0, 1]]);
});

test("pixels painted while a stroke is in flight are sent as one stroke, each as painted last", async () => {
  const { wire, strokes } = sender();
  strokes.add([[0, 1]]);
  strokes.add([
    [1, 1],
    [2, 1],
  ]);
  strokes.add([[2, 5]]);
  assert.equal(wire.sent.length, 1);
  wire.sent[0].answer({ seq: 1, version: 1 });
  assert.deepEqual((await wire.stroke(2)).pixels, [
    [1, 1],
    [2, 5],
  ]);
});

test("a stroke never exceeds the pixel limit of the API", async () => {
  const { wire, strokes } = sender();
  strokes.add(Array.from({ length: MAX_STROKE + 10 }, (_, offset) => [offset, 1]));
  assert.equal(wire.sent[0].pixels.length, MAX_STROKE);
  wire.sent[0].answer({ seq: 1, version: 1 });
  assert.equal((await wire.stroke(2)).pixels.length, 10);
});

test("a rate-limited stroke is sent again, below what was painted since", async () => {
  const { wire, strokes } = sender();
  strokes.add([
    [0, 1],
    [1, 1],
  ]);
  strokes.add([[1, 2]]);
  const refusedAt = performance.now();
  wire.sent[0].refuse({ code: "paint_limit", retryAfter: 0.08 });
  assert.deepEqual((await wire.stroke(2)).pixels, [
    [0, 1],
    [1, 2],
  ]);
  assert(performance.now() - refusedAt >= 75);
});

test("a stroke of unknown outcome is sent again, once there is a connection", async () => {
  const { wire, strokes } = sender();
  strokes.add([[0, 1]]);
  wire.sent[0].refuse({ code: "disconnected" });
  await settled();
  strokes.add([[1, 1]]);
  assert.equal(wire.sent.length, 1);
  strokes.resume();
  assert.deepEqual((await wire.stroke(2)).pixels, [[0, 1]]);
});

test("a stroke of unknown outcome is not painted twice if it was durable", async () => {
  const { wire, strokes } = sender();
  strokes.add([[0, 1]]);
  wire.sent[0].refuse({ code: "disconnected" });
  await settled();
  strokes.seen([[0, 1]], { seq: 5, version: 2 });
  strokes.resume();
  await settled();
  assert.equal(wire.sent.length, 1);
  assert(strokes.isIdle);
});

test("a forbidden stroke is dropped and reported", async () => {
  const { wire, strokes, refused } = sender();
  strokes.add([[0, 1]]);
  wire.sent[0].refuse({ code: "tile_locked" });
  await settled();
  assert.equal(refused[0].code, "tile_locked");
  assert(strokes.isIdle);
});

test("what others paint is shown immediately", () => {
  const { tile, shown } = live();
  tile.receive(painted(4, OTHER, [[2, 9]]));
  assert.deepEqual(shown, [[2, 9]]);
});

test("changes by others do not cover strokes in flight, which come later", () => {
  const { tile, shown } = live();
  tile.paint([[0, 1]]);
  tile.receive(
    painted(4, OTHER, [
      [0, 9],
      [1, 9],
    ]),
  );
  assert.deepEqual(shown, [[1, 9]]);
});

test("the last painter in the server's order wins", async () => {
  const { tile, wire, shown } = live();
  tile.paint([[0, 1]]);
  wire.sent[0].answer({ seq: 104, version: 4 });
  await settled();
  tile.receive(painted(4, ME, [[0, 1]]));
  tile.receive(painted(5, OTHER, [[0, 9]]));
  assert.deepEqual(shown.at(-1), [0, 9]);
});

test("changes older than a durable stroke do not show through it", async () => {
  const { tile, wire, shown } = live();
  tile.paint([[0, 1]]);
  wire.sent[0].answer({ seq: 105, version: 5 });
  await settled();
  tile.receive(painted(4, OTHER, [[0, 9]]));
  assert.deepEqual(shown, []);
  tile.receive(painted(5, ME, [[0, 1]]));
  assert.equal(tile.confirmed[0], 1);
});

test("own strokes are not applied again", async () => {
  const { tile, wire, shown } = live();
  tile.paint([[0, 1]]);
  tile.receive(painted(4, ME, [[0, 1]])); // the feed may be faster than the answer
  wire.sent[0].answer({ seq: 104, version: 4 });
  await settled();
  tile.paint([[1, 1]]);
  (await wire.stroke(2)).answer({ seq: 105, version: 5 });
  await settled();
  tile.receive(painted(5, ME, [[1, 1]]));
  assert.deepEqual(shown, []);
  assert.deepEqual([...tile.confirmed], [1, 1, 0, 0]);
});

test("changes by the same artist in another window are shown", () => {
  const { tile, shown } = live();
  tile.receive(painted(4, ME, [[2, 3]]));
  assert.deepEqual(shown, [[2, 3]]);
});

test("a refused stroke is replaced by the server's pixels", async () => {
  const { tile, wire, shown, refused } = live(Uint8Array.of(4, 4, 4, 4));
  tile.paint([[0, 1]]);
  wire.sent[0].refuse({ code: "tile_locked" });
  await settled();
  assert.deepEqual(shown, [[0, 4]]);
  assert.equal(refused[0].code, "tile_locked");
});

test("a missed version reloads the tile, and an old one changes nothing", () => {
  const { tile, shown, outdated } = live();
  tile.receive(painted(3, OTHER, [[0, 9]]));
  assert.equal(outdated(), 0);
  tile.receive(painted(6, OTHER, [[0, 9]]));
  assert.equal(outdated(), 1);
  assert.deepEqual(shown, []);
});

test("a reloaded tile shows its changes below strokes in flight", () => {
  const { tile, shown } = live();
  tile.paint([[0, 1]]);
  tile.reset(9, Uint8Array.of(5, 5, 0, 0));
  assert.deepEqual(shown, [[1, 5]]);
  assert.equal(tile.version, 9);
});

test("a whole picture saved by another artist is shown", () => {
  const { tile, shown } = live();
  tile.receive({ kind: "tile.updated", seq: 104, tile: { version: 4, pixels: btoa("\x00\x00\x03\x00") } });
  assert.deepEqual(shown, [[2, 3]]);
});

test("own strokes on a draft advance its version without events", async () => {
  const { tile, wire, outdated } = live();
  tile.paint([[0, 1]]);
  wire.sent[0].answer({ seq: 104, version: 4 });
  await settled();
  tile.receive(painted(4, ME, []));
  assert.equal(tile.confirmed[0], 1);
  assert.equal(outdated(), 0);
});
