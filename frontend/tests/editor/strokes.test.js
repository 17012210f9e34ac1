import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveTile } from "../../static/client/editor/live.js";
import { difference, MAX_STROKE, merge, StrokeSender } from "../../static/client/editor/strokes.js";

/** @import { Change } from "../../static/client/editor/clipboard.js" */
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

test("the difference of two pictures is what turns one into the other", () => {
  assert.deepEqual(difference(Uint8Array.of(1, 2, 3), Uint8Array.of(1, 0, 4)), [
    [1, 0],
    [2, 4],
  ]);
});

test("merging keeps what I painted, and theirs where I did not paint", () => {
  const base = Uint8Array.of(1, 1, 1, 1);
  assert.deepEqual([...merge(base, Uint8Array.of(1, 2, 1, 2), Uint8Array.of(1, 1, 3, 3))], [1, 2, 3, 2]);
});

test("the first stroke goes out at once", () => {
  const { wire, strokes } = sender();
  strokes.add([[0, 1]]);
  assert.deepEqual(wire.sent[0].pixels, [[0, 1]]);
});

test("what is painted while a stroke is under way goes out as one, each pixel as it was painted last", async () => {
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

test("a stroke holds no more pixels than the API takes", async () => {
  const { wire, strokes } = sender();
  strokes.add(Array.from({ length: MAX_STROKE + 10 }, (_, offset) => [offset, 1]));
  assert.equal(wire.sent[0].pixels.length, MAX_STROKE);
  wire.sent[0].answer({ seq: 1, version: 1 });
  assert.equal((await wire.stroke(2)).pixels.length, 10);
});

test("a stroke that came too early is sent again, under what was painted since, when it may be", async () => {
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

test("a stroke whose fate is unknown is sent again as it is, once there is a connection", async () => {
  const { wire, strokes } = sender();
  strokes.add([[0, 1]]);
  wire.sent[0].refuse({ code: "disconnected" });
  await settled();
  strokes.add([[1, 1]]);
  assert.equal(wire.sent.length, 1);
  strokes.resume();
  assert.deepEqual((await wire.stroke(2)).pixels, [[0, 1]]);
});

test("a stroke whose fate is unknown is not painted twice when it turns out to be durable", async () => {
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

test("a stroke that may not be is given up, and told of", async () => {
  const { wire, strokes, refused } = sender();
  strokes.add([[0, 1]]);
  wire.sent[0].refuse({ code: "tile_locked" });
  await settled();
  assert.equal(refused[0].code, "tile_locked");
  assert(strokes.isIdle);
});

test("what others paint is shown at once", () => {
  const { tile, shown } = live();
  tile.receive(painted(4, OTHER, [[2, 9]]));
  assert.deepEqual(shown, [[2, 9]]);
});

test("others do not paint over what is on its way to the server: that comes later, and stays", () => {
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

test("who painted last in the order of the server is shown", async () => {
  const { tile, wire, shown } = live();
  tile.paint([[0, 1]]);
  wire.sent[0].answer({ seq: 104, version: 4 });
  await settled();
  tile.receive(painted(4, ME, [[0, 1]]));
  tile.receive(painted(5, OTHER, [[0, 9]]));
  assert.deepEqual(shown.at(-1), [0, 9]);
});

test("what others painted before a stroke that is durable does not show through it", async () => {
  const { tile, wire, shown } = live();
  tile.paint([[0, 1]]);
  wire.sent[0].answer({ seq: 105, version: 5 });
  await settled();
  tile.receive(painted(4, OTHER, [[0, 9]]));
  assert.deepEqual(shown, []);
  tile.receive(painted(5, ME, [[0, 1]]));
  assert.equal(tile.confirmed[0], 1);
});

test("one's own strokes are not shown again as if they were somebody else's", async () => {
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

test("what the same artist paints in another window is shown", () => {
  const { tile, shown } = live();
  tile.receive(painted(4, ME, [[2, 3]]));
  assert.deepEqual(shown, [[2, 3]]);
});

test("a refused stroke gives way to what the server has", async () => {
  const { tile, wire, shown, refused } = live(Uint8Array.of(4, 4, 4, 4));
  tile.paint([[0, 1]]);
  wire.sent[0].refuse({ code: "tile_locked" });
  await settled();
  assert.deepEqual(shown, [[0, 4]]);
  assert.equal(refused[0].code, "tile_locked");
});

test("a version that was missed has the tile loaded again, and one that was had changes nothing", () => {
  const { tile, shown, outdated } = live();
  tile.receive(painted(3, OTHER, [[0, 9]]));
  assert.equal(outdated(), 0);
  tile.receive(painted(6, OTHER, [[0, 9]]));
  assert.equal(outdated(), 1);
  assert.deepEqual(shown, []);
});

test("a tile that was loaded again shows what changed, under what is on its way", () => {
  const { tile, shown } = live();
  tile.paint([[0, 1]]);
  tile.reset(9, Uint8Array.of(5, 5, 0, 0));
  assert.deepEqual(shown, [[1, 5]]);
  assert.equal(tile.version, 9);
});

test("a whole picture that somebody saved is shown", () => {
  const { tile, shown } = live();
  tile.receive({ kind: "tile.updated", seq: 104, tile: { version: 4, pixels: btoa("\x00\x00\x03\x00") } });
  assert.deepEqual(shown, [[2, 3]]);
});

test("of a draft, one's own strokes are known without being told", async () => {
  const { tile, wire, outdated } = live();
  tile.paint([[0, 1]]);
  wire.sent[0].answer({ seq: 104, version: 4 });
  await settled();
  tile.receive(painted(4, ME, []));
  assert.equal(tile.confirmed[0], 1);
  assert.equal(outdated(), 0);
});
