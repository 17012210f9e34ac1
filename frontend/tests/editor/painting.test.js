import assert from "node:assert/strict";
import { test } from "node:test";

import { History } from "../../static/client/editor/history.js";
import { Painting } from "../../static/client/editor/painting.js";

/** @import { Change } from "../../static/client/model/pieces.js" */

/**
 * @param {Painting} painting
 * @param {Change[]} changes
 */
function step(painting, changes) {
  painting.begin("editor.tool_pencil");
  painting.paint(changes);
  return painting.commit();
}

/** @param {Painting} painting */
const undo = (painting) => painting.jump(painting.position - 1);

/** @param {Painting} painting */
const redo = (painting) => painting.jump(painting.position + 1);

const blank = () => new Painting(2, new Uint8Array(4));

test("a gesture is one undo step, however often it touches a pixel", () => {
  const painting = blank();
  painting.begin("editor.tool_pencil");
  painting.paint([
    [0, 1],
    [1, 1],
  ]);
  painting.paint([[0, 2]]);
  assert.deepEqual(painting.commit(), [
    [0, 2],
    [1, 1],
  ]);
  assert.deepEqual(undo(painting), [
    [0, 0],
    [1, 0],
  ]);
  assert.deepEqual([...painting.pixels], [0, 0, 0, 0]);
});

test("an undone step can be redone until something else is painted", () => {
  const painting = blank();
  step(painting, [[0, 1]]);
  undo(painting);
  assert.deepEqual(redo(painting), [[0, 1]]);
  undo(painting);
  step(painting, [[1, 2]]);
  assert.equal(painting.canRedo, false);
  assert.deepEqual([...painting.pixels], [0, 2, 0, 0]);
});

test("a gesture that changes nothing is no undo step", () => {
  const painting = blank();
  assert.deepEqual(step(painting, [[0, 0]]), []);
  painting.begin("editor.tool_pencil");
  painting.paint([[0, 1]]);
  painting.paint([[0, 0]]);
  assert.deepEqual(painting.commit(), []);
  assert.equal(painting.canUndo, false);
});

test("a gesture can be redrawn, and be cancelled", () => {
  const painting = blank();
  painting.begin("editor.tool_pencil");
  painting.paint([[0, 1]]);
  painting.revert();
  painting.paint([[3, 1]]);
  assert.deepEqual([...painting.pixels], [0, 0, 0, 1]);
  painting.cancel();
  assert.deepEqual([...painting.pixels], [0, 0, 0, 0]);
  assert.equal(painting.canUndo, false);
});

test("cancelling a gesture reveals what others painted under it", () => {
  const painting = blank();
  painting.begin("editor.tool_pencil");
  painting.paint([[0, 1]]);
  painting.receive([
    [0, 5],
    [1, 5],
  ]);
  assert.deepEqual([...painting.pixels], [1, 5, 0, 0]);
  painting.cancel();
  assert.deepEqual([...painting.pixels], [5, 5, 0, 0]);
});

test("undo and redo keep what others have painted since", () => {
  const painting = blank();
  step(painting, [
    [0, 1],
    [1, 1],
  ]);
  painting.receive([[0, 7]]);
  assert.deepEqual(undo(painting), [[1, 0]]);
  painting.receive([[1, 8]]);
  assert.deepEqual(redo(painting), []);
  assert.deepEqual([...painting.pixels], [7, 8, 0, 0]);
});

test("the oldest steps are dropped when the history is full, never the last", () => {
  const history = new History(3);
  history.record("", [
    { offset: 0, before: 0, after: 1 },
    { offset: 1, before: 0, after: 1 },
  ]);
  history.record("", [
    { offset: 2, before: 0, after: 1 },
    { offset: 3, before: 0, after: 1 },
  ]);
  assert.equal(history.undo(Uint8Array.of(1, 1, 1, 1)).length, 2);
  assert.equal(history.canUndo, false);
});

test("steps that can no longer be redone are not counted", () => {
  const history = new History(2);
  const mark = { offset: 0, before: 0, after: 1 };
  history.record("", [mark]);
  history.record("", [mark]);
  history.undo(Uint8Array.of(1));
  history.record("", [mark]);
  history.undo(Uint8Array.of(1));
  assert.equal(history.canUndo, true);
});

test("only the changed box has to be redrawn", () => {
  const painting = new Painting(8, new Uint8Array(64));
  assert.deepEqual(painting.takeDirty(), { left: 0, top: 0, right: 7, bottom: 7 });
  step(painting, [
    [9, 1],
    [20, 1],
  ]);
  assert.deepEqual(painting.takeDirty(), { left: 1, top: 1, right: 4, bottom: 2 });
  assert.equal(painting.takeDirty(), null);
});

test("steps are named, and one can go back and forth to any of them", () => {
  const painting = blank();
  for (const [offset, name] of ["line", "fill", "erase"].entries()) {
    painting.begin(name);
    painting.paint([[offset, 1]]);
    painting.commit();
  }
  painting.jump(1);
  assert.deepEqual([...painting.pixels], [1, 0, 0, 0]);
  assert.deepEqual(painting.steps, ["line", "fill", "erase"]);
  assert.equal(painting.position, 1);
  painting.jump(3);
  assert.deepEqual([...painting.pixels], [1, 1, 1, 0]);
});

test("a place beyond the steps is the nearest there is", () => {
  const painting = blank();
  step(painting, [[0, 1]]);
  painting.jump(-4);
  assert.equal(painting.position, 0);
  painting.jump(9);
  assert.equal(painting.position, 1);
});

test("a part of a gesture can be taken back", () => {
  const painting = blank();
  step(painting, [[1, 5]]);
  painting.begin("editor.tool_pencil");
  painting.paint([
    [0, 1],
    [1, 1],
  ]);
  assert.deepEqual(painting.restore([1, 2]), [[1, 5]]);
  assert.deepEqual(painting.commit(), [[0, 1]]);
});
