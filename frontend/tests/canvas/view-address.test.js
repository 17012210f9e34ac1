import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ViewAddress } from "../../static/client/canvas/view-address.js";

/** @import { CanvasStage } from "../../static/client/canvas/stage.js" */

const bar = { pathname: "/canvas/7", hash: "#1,2,3" };
/** @type {string[]} */
let written = [];

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  written = [];
  Object.assign(bar, { pathname: "/canvas/7", hash: "#1,2,3" });
  Object.assign(globalThis, {
    location: bar,
    history: {
      state: null,
      replaceState: (/** @type {[null, "", string]} */ ...[, , url]) => written.push(url),
    },
  });
});
afterEach(() => mock.timers.reset());

/** @param {boolean} isFitted */
const stageWith = (isFitted) =>
  /** @type {CanvasStage} */ (
    /** @type {unknown} */ ({ view: { x: 4, y: 5, zoom: 6 }, camera: { isFitted } })
  );

function addressOfCanvas7() {
  const address = new ViewAddress();
  address.start();
  return address;
}

test("a moved view is written to the address, a fitted one is left out", () => {
  const address = addressOfCanvas7();
  address.write(() => stageWith(false));
  mock.timers.runAll();
  address.write(() => stageWith(true));
  mock.timers.runAll();
  assert.deepEqual(written, ["/canvas/7#4,5,6", "/canvas/7"]);
});

test("nothing is written when the address names another canvas by then", () => {
  const address = addressOfCanvas7();
  address.write(() => stageWith(false));
  bar.pathname = "/canvas/8";
  mock.timers.runAll();
  assert.deepEqual(written, []);
  assert.equal(address.read(), null);
});

test("nothing is written when there is no stage by then, or the canvas was left", () => {
  const address = addressOfCanvas7();
  address.write(() => null);
  mock.timers.runAll();
  address.write(() => stageWith(false));
  address.stop();
  mock.timers.runAll();
  assert.deepEqual(written, []);
});

test("the view of a link is read while the address names its canvas", () => {
  assert.deepEqual(addressOfCanvas7().read(), { x: 1, y: 2, zoom: 3 });
});

test("the address names the moment of the past that is shown, and the version of a tile", () => {
  const address = addressOfCanvas7();
  address.at = 12;
  address.write(() => stageWith(false));
  mock.timers.runAll();
  address.at = null;
  address.version = { cell: { x: 1, y: 2 }, version: 5 };
  address.write(() => stageWith(true));
  mock.timers.runAll();
  assert.deepEqual(written, ["/canvas/7?at=12#4,5,6", "/canvas/7?cell=1,2&version=5"]);
});
