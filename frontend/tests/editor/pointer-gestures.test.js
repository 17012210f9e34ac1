import assert from "node:assert/strict";
import { test } from "node:test";

import { Painting } from "../../static/client/editor/painting.js";
import { Pen } from "../../static/client/editor/pen.js";
import { PointerGestures } from "../../static/client/editor/pointer-gestures.js";
import { DEFAULTS } from "../../static/client/editor/settings.js";
import { contains } from "../../static/client/model/regions.js";

/** @import { Point } from "../../static/client/model/geometry.js" */
/** @import { Surface } from "../../static/client/editor/pointer-gestures.js" */

const SIZE = 8;
/** A drawing area of 8 x 8 pixels, each one CSS pixel wide, and what was done with it. */
function newArea() {
  const painting = new Painting(SIZE, new Uint8Array(SIZE * SIZE));
  const painted = { calls: 0 };
  const pen = new Pen(
    painting,
    { ...DEFAULTS, second: 2 },
    { painted: () => painted.calls++, picked: () => {}, asked: () => {} },
  );
  /** @type {Point[]} */
  const pans = [];
  const surface = /** @type {Surface} */ ({
    pen,
    readonly: false,
    isHand: false,
    handleAt: () => null,
    getBoundingClientRect: () => /** @type {DOMRect} */ ({ left: 0, top: 0 }),
    pixelAt: ([x, y]) => [Math.floor(x), Math.floor(y)],
    point: () => {},
    pan: (right, down) => pans.push([right, down]),
    zoomAt: () => {},
    drawSoon: () => {},
  });
  const gestures = new PointerGestures(surface);
  return {
    gestures,
    surface,
    painting,
    pans,
    painted,
    /** The places of the pixels that are not transparent. */
    pixels: () =>
      [...painting.pixels.keys()]
        .filter((offset) => painting.pixels[offset])
        .map((offset) => [offset % SIZE, Math.floor(offset / SIZE)]),
  };
}

/**
 * @param {"mouse" | "pen" | "touch"} pointerType
 * @param {number} x
 * @param {number} y
 * @param {Partial<PointerEvent>} [more]
 */
const at = (pointerType, x, y, more = {}) =>
  /** @type {PointerEvent} */ ({
    pointerType,
    pointerId: { mouse: 1, pen: 2, touch: 3 }[pointerType],
    button: 0,
    buttons: 1,
    clientX: x,
    clientY: y,
    altKey: false,
    shiftKey: false,
    target: /** @type {unknown} */ ({ setPointerCapture: () => {} }),
    ...more,
  });

test("the palm of the hand with the pen paints nothing and moves nothing", () => {
  const { gestures, pans, pixels } = newArea();
  gestures.press(at("pen", 1, 1));
  gestures.press(at("touch", 6, 6));
  gestures.move(at("touch", 7, 6));
  gestures.move(at("pen", 2, 1));
  gestures.release(at("touch", 7, 6));
  gestures.move(at("pen", 3, 1));
  gestures.release(at("pen", 3, 1));
  assert.deepEqual(pans, []);
  assert.deepEqual(pixels(), [
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
});

test("what the palm painted before the pen came is taken back", () => {
  const { gestures, pixels } = newArea();
  gestures.press(at("touch", 6, 6));
  gestures.move(at("touch", 7, 6));
  gestures.press(at("pen", 1, 1));
  gestures.release(at("touch", 7, 6));
  gestures.release(at("pen", 1, 1));
  assert.deepEqual(pixels(), [[1, 1]]);
});

test("once a pen has painted, a finger moves the view", () => {
  const { gestures, pans, pixels } = newArea();
  gestures.press(at("pen", 1, 1));
  gestures.release(at("pen", 1, 1));
  gestures.press(at("touch", 4, 4));
  gestures.move(at("touch", 6, 4));
  gestures.release(at("touch", 6, 4));
  assert.deepEqual(pans, [[2, 0]]);
  assert.deepEqual(pixels(), [[1, 1]]);
});

test("without a pen, a finger paints", () => {
  const { gestures, pixels } = newArea();
  gestures.press(at("touch", 4, 4));
  gestures.release(at("touch", 4, 4));
  assert.deepEqual(pixels(), [[4, 4]]);
});

test("the other end of a pen erases, and the tool stays in hand", () => {
  const { gestures, pixels } = newArea();
  gestures.press(at("pen", 1, 1));
  gestures.move(at("pen", 3, 1));
  gestures.release(at("pen", 3, 1));
  gestures.press(at("pen", 2, 1, { button: 5 }));
  gestures.release(at("pen", 2, 1, { button: 5 }));
  gestures.press(at("pen", 5, 5));
  gestures.release(at("pen", 5, 5));
  assert.deepEqual(pixels(), [
    [1, 1],
    [3, 1],
    [5, 5],
  ]);
});

for (const button of [0, 2, 5]) {
  test(`the other end of a pen erases where it is reported with button ${button}`, () => {
    const { gestures, pixels } = newArea();
    gestures.press(at("pen", 1, 1));
    gestures.release(at("pen", 1, 1));
    gestures.press(at("pen", 1, 1, { button, buttons: 32 }));
    gestures.release(at("pen", 1, 1, { button, buttons: 0 }));
    assert.deepEqual(pixels(), []);
  });
}

test("a pen that only presses harder paints nothing more", () => {
  const { gestures, painted } = newArea();
  gestures.press(at("pen", 1, 1, { pressure: 0.2 }));
  const before = painted.calls;
  for (const pressure of [0.3, 0.5, 0.9]) gestures.move(at("pen", 1.2, 1, { pressure }));
  assert.equal(painted.calls, before);
});

test("the right button paints with the second colour", () => {
  const { gestures, painting } = newArea();
  gestures.press(at("mouse", 1, 1));
  gestures.release(at("mouse", 1, 1));
  gestures.press(at("mouse", 2, 1, { button: 2, buttons: 2 }));
  gestures.release(at("mouse", 2, 1, { button: 2, buttons: 0 }));
  assert.deepEqual([...painting.pixels.subarray(SIZE, SIZE + 4)], [0, 1, 2, 0]);
});

test("while Space is held the pointer moves the view", () => {
  const { gestures, surface, pans, pixels } = newArea();
  surface.isHand = true;
  gestures.press(at("mouse", 1, 1));
  gestures.move(at("mouse", 4, 3));
  gestures.release(at("mouse", 4, 3));
  assert.deepEqual(pans, [[3, 2]]);
  assert.deepEqual(pixels(), []);
});

for (const { keys, first, last } of /** @type {const} */ ([
  { keys: {}, first: false, last: true },
  { keys: { shiftKey: true }, first: true, last: true },
  { keys: { altKey: true }, first: true, last: false },
  { keys: { ctrlKey: true }, first: true, last: false },
  { keys: { metaKey: true }, first: true, last: false },
  { keys: { shiftKey: true, altKey: true }, first: false, last: false },
  { keys: { shiftKey: true, ctrlKey: true }, first: false, last: false },
]))
  test(`a selection with ${Object.keys(keys).join(" and ") || "no key"} is combined as in Aseprite`, () => {
    const { gestures, surface } = newArea();
    surface.pen.settings = { ...surface.pen.settings, tool: "select" };
    /**
     * @param {number} from
     * @param {number} to
     * @param {Partial<PointerEvent>} held
     */
    const select = (from, to, held) => {
      gestures.press(at("mouse", from, 1, held));
      gestures.move(at("mouse", to, 1, held));
      gestures.release(at("mouse", to, 1, held));
    };
    select(1, 3, {});
    select(5, 2, keys);
    const { selection } = surface.pen;
    assert.equal(selection !== null && contains(selection, [1, 1]), first);
    assert.equal(selection !== null && contains(selection, [5, 1]), last);
    if (Object.keys(keys).length === 2) assert.ok(selection && contains(selection, [2, 1]));
  });

test("Alt picks a colour with a tool that paints", () => {
  const { gestures, pixels, painted } = newArea();
  gestures.press(at("mouse", 1, 1, { altKey: true }));
  gestures.release(at("mouse", 1, 1, { altKey: true }));
  assert.deepEqual(pixels(), []);
  assert.equal(painted.calls, 0);
});

test("a second finger takes back what the first one did to the selection", () => {
  const { gestures, surface } = newArea();
  surface.pen.settings = { ...surface.pen.settings, tool: "select", combination: "subtract" };
  surface.pen.selectAll();
  const before = surface.pen.selection;
  gestures.press(at("touch", 1, 1));
  gestures.move(at("touch", 3, 3));
  gestures.press(at("touch", 6, 6, { pointerId: 4 }));
  gestures.release(at("touch", 3, 3));
  gestures.release(at("touch", 6, 6, { pointerId: 4 }));
  assert.deepEqual(surface.pen.selection, before);
});

test("a second finger takes back the dot that the first one drew, and keeps a stroke", () => {
  for (const [travelled, kept] of [
    [3, []],
    [30, [[1, 1], ...Array.from({ length: SIZE - 2 }, (_, step) => [2 + step, 1])]],
  ]) {
    const { gestures, pixels } = newArea();
    gestures.press(at("touch", 1, 1));
    gestures.move(at("touch", 1 + Number(travelled), 1));
    gestures.press(at("touch", 6, 6, { pointerId: 4 }));
    gestures.release(at("touch", 6, 6, { pointerId: 4 }));
    gestures.release(at("touch", 1, 1));
    assert.deepEqual(pixels(), kept);
  }
});
