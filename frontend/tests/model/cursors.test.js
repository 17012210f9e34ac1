import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Cursors } from "../../static/client/model/cursors.js";
import { ignored } from "../../static/client/model/ignored.js";

const [ADA, BEN] = [1, 2];

/** A feed on which Ada and Ben are, and what was sent over it. */
function feedOfTwo() {
  const people = [ADA, BEN].map((id) => [id, { id, username: `artist ${id}`, tile: null, editing: false }]);
  /** @type {object[]} */
  const sent = [];
  const tell = (/** @type {object} */ message) => sent.push(message);
  return Object.assign(new EventTarget(), { people: new Map(/** @type {any} */ (people)), tell, sent });
}

/** @param {ReturnType<typeof feedOfTwo>} feed */
function attached(feed) {
  const cursors = new Cursors();
  cursors.attach(/** @type {any} */ (feed), AbortSignal.timeout(1000));
  return cursors;
}

/**
 * @param {EventTarget} feed
 * @param {object[]} moved
 */
function move(feed, ...moved) {
  feed.dispatchEvent(new CustomEvent("cursors", { detail: moved }));
}

/** @param {Cursors} cursors */
function places(cursors) {
  return cursors.list.map(({ id, x, y }) => [id, x, y]);
}

test("cursors are shown where their artists point, until they point nowhere", () => {
  const feed = feedOfTwo();
  const cursors = attached(feed);
  move(feed, { id: ADA, at: [3, 4] }, { id: BEN, at: [5, 6] });
  assert.deepEqual(places(cursors), [
    [ADA, 3, 4],
    [BEN, 5, 6],
  ]);
  move(feed, { id: ADA, at: null });
  assert.deepEqual(places(cursors), [[BEN, 5, 6]]);
});

test("the cursor of an artist who left is gone", () => {
  const feed = feedOfTwo();
  const cursors = attached(feed);
  move(feed, { id: ADA, at: [3, 4] });
  feed.people.delete(ADA);
  feed.dispatchEvent(new Event("presence"));
  assert.deepEqual(places(cursors), []);
});

test("an artist who paints without pointing is shown at the last pixel", () => {
  const cursors = attached(feedOfTwo());
  /** @type {[number, number][]} */
  const painted = [
    [0, 1],
    [9, 1],
  ];
  cursors.paint(ADA, { x: 2, y: 1, seq: 7, painted, pixels: null }, 8);
  assert.deepEqual(places(cursors), [[ADA, 17.5, 9.5]]);
  assert.equal(cursors.list[0].isPainting, true);
});

test("the view of the artist who is followed is passed on, at once and when it changes", () => {
  const feed = feedOfTwo();
  const cursors = attached(feed);
  /** @type {number[]} */
  const widths = [];
  cursors.addEventListener("view", (event) => widths.push(/** @type {CustomEvent} */ (event).detail.width));
  move(feed, { id: ADA, at: [1, 1], view: [0, 0, 64, 48] });
  cursors.follow(ADA);
  move(feed, { id: ADA, at: [2, 1], view: [0, 0, 32, 24] }, { id: BEN, at: [1, 1], view: [0, 0, 9, 9] });
  move(feed, { id: ADA, at: [3, 1] });
  assert.deepEqual(widths, [64, 32]);
});

test("who watches along sends no view, which would move those who watch along with them", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const feed = feedOfTwo();
  const cursors = attached(feed);
  const view = { x: 0, y: 0, width: 64.4, height: 48 };
  cursors.point([1, 2], view);
  context.mock.timers.tick(1000);
  cursors.follow(ADA);
  cursors.point([1, 2], { ...view, width: 32 });
  context.mock.timers.tick(1000);
  assert.deepEqual(feed.sent, [
    { type: "point", at: [1, 2], view: [0, 0, 64.4, 48] },
    { type: "point", at: [1, 2] },
  ]);
});

test("who switches cursors off sees none", () => {
  const feed = feedOfTwo();
  const cursors = attached(feed);
  move(feed, { id: ADA, at: [3, 4] });
  cursors.isShown = false;
  assert.deepEqual(places(cursors), []);
  cursors.isShown = true;
});

test("who no longer shows where they point takes their cursor back, and sends none", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const feed = feedOfTwo();
  const cursors = attached(feed);
  cursors.point([1, 2], null);
  cursors.isShared = false;
  context.mock.timers.tick(1000);
  assert.deepEqual(feed.sent, [{ type: "point", at: null }]);
  cursors.point([3, 4], null);
  context.mock.timers.tick(1000);
  assert.equal(feed.sent.length, 1);
  cursors.isShared = true;
});

test("the cursor of an ignored artist is not shown, also while that artist paints", () => {
  const feed = feedOfTwo();
  const cursors = attached(feed);
  move(feed, { id: ADA, at: [3, 4] }, { id: BEN, at: [5, 6] });
  mock.method(ignored, "has", (/** @type {number} */ id) => id === ADA);
  ignored.dispatchEvent(new Event("change"));
  assert.deepEqual(places(cursors), [[BEN, 5, 6]]);
  cursors.paint(ADA, { x: 0, y: 0, seq: 1, painted: [[0, 1]], pixels: null }, 16);
  assert.deepEqual(places(cursors), [[BEN, 5, 6]]);
  mock.restoreAll();
});
