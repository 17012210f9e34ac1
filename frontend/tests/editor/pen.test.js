import assert from "node:assert/strict";
import { test } from "node:test";

import { rotate } from "../../static/client/editor/clipboard.js";
import { Painting } from "../../static/client/editor/painting.js";
import { Pen } from "../../static/client/editor/pen.js";
import { drawn, tile } from "./pictures.js";

/** @import { Change } from "../../static/client/editor/clipboard.js" */
/** @import { Settings } from "../../static/client/editor/pen.js" */

/**
 * @param {Partial<Settings>} settings
 * @param {...string} rows
 */
function pen(settings, ...rows) {
  const picture = tile(...(rows.length ? rows : ["....", "....", "....", "...."]));
  const size = Math.sqrt(picture.length);
  const painting = new Painting(size, picture);
  const painted = /** @type {Change[][]} */ ([]);
  const picked = /** @type {number[]} */ ([]);
  const made = new Pen(
    painting,
    { tool: "pencil", colour: 1, brush: 1, filled: false, symmetry: "none", ...settings },
    { painted: (changes) => painted.push(changes), picked: (colour) => picked.push(colour) },
  );
  return { pen: made, painting, painted, picked, shown: () => drawn(painting.pixels, size) };
}

test("a pencil leaves no gap between the points of a fast pointer, and is one undo step", () => {
  const { pen: pencil, shown } = pen({});
  pencil.down([0, 0]);
  pencil.move([[3, 3]]);
  pencil.up();
  assert.deepEqual(shown(), ["1...", ".1..", "..1.", "...1"]);
  pencil.undo();
  assert.deepEqual(shown(), ["....", "....", "....", "...."]);
});

test("a pencil reports its pixels as it moves, each once", () => {
  const { pen: pencil, painted } = pen({});
  pencil.down([0, 0]);
  pencil.move([
    [1, 0],
    [0, 0],
  ]);
  pencil.up();
  assert.deepEqual(painted.flat(), [
    [0, 1],
    [1, 1],
  ]);
});

test("a pencil that enters the tile paints only inside", () => {
  const { pen: pencil, shown } = pen({});
  pencil.down([-3, 1]);
  pencil.move([[1, 1]]);
  assert.deepEqual(shown(), ["....", "11..", "....", "...."]);
});

test("a cancelled gesture leaves nothing, and reports the reverted pixels", () => {
  const { pen: pencil, painted, shown } = pen({}, "2...", "....", "....", "....");
  pencil.down([0, 0]);
  pencil.cancel();
  assert.deepEqual(shown(), ["2...", "....", "....", "...."]);
  assert.deepEqual(painted, [[[0, 1]], [[0, 2]]]);
});

test("a shape is reported when it is finished, not while it is dragged", () => {
  const { pen: shape, painted, shown } = pen({ tool: "rectangle" });
  shape.down([0, 0]);
  shape.move([[3, 3]]);
  shape.move([[2, 2]]);
  assert.deepEqual(shown(), ["111.", "1.1.", "111.", "...."]);
  assert.equal(painted.length, 0);
  shape.up();
  assert.equal(painted[0].length, 8);
});

test("an eraser paints transparency with brush size and symmetry", () => {
  const { pen: eraser, shown } = pen(
    { tool: "eraser", brush: 2, symmetry: "horizontal" },
    "1111",
    "1111",
    "1111",
    "1111",
  );
  eraser.down([1, 1]);
  eraser.up();
  assert.deepEqual(shown(), ["....", "....", "1111", "1111"]);
});

test("a fill is one undo step", () => {
  const { pen: fill, painted } = pen({ tool: "fill", colour: 3 }, "1...", "1...", "1...", "1...");
  fill.down([2, 2]);
  fill.up();
  assert.equal(painted[0].length, 12);
});

test("a picker selects the colour under it, including transparency", () => {
  const { pen: picker, picked } = pen({ tool: "picker" }, "4...", "....", "....", "....");
  picker.down([0, 0]);
  picker.move([
    [1, 0],
    [9, 9],
  ]);
  picker.up();
  assert.deepEqual(picked, [4]);
  picker.down([1, 0]);
  assert.deepEqual(picked, [4, 0]);
});

/**
 * @param {Pen} pen
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
function drag(pen, from, to) {
  pen.down(from);
  pen.move([to]);
  pen.up();
}

test("moving a selection several times is one undo step", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "12..", "34..", "....", "...9");
  drag(select, [0, 0], [1, 1]);
  drag(select, [0, 0], [1, 1]);
  drag(select, [1, 1], [2, 2]);
  assert.deepEqual(shown(), ["....", "....", "..12", "..34"]);
  drag(select, [2, 2], [1, 1]);
  select.deselect();
  assert.deepEqual(shown(), ["....", ".12.", ".34.", "...9"]);
  select.undo();
  assert.deepEqual(shown(), ["12..", "34..", "....", "...9"]);
});

test("a piece moved partly out of the tile keeps its pixels", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "12..", "....", "....", "....");
  drag(select, [0, 0], [1, 0]);
  select.nudge(-1, 0);
  assert.deepEqual(shown()[0], "2...");
  select.nudge(1, 0);
  assert.deepEqual(shown()[0], "12..");
});

test("pasting keeps what is under transparent pixels", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "1.2.", "....", "....", "9999");
  drag(select, [0, 0], [2, 0]);
  const { piece, at } = select.copy();
  select.paste(piece, at);
  select.nudge(0, 3);
  select.settle();
  assert.deepEqual(shown(), ["1.2.", "....", "....", "1929"]);
});

test("a copy is pasted where it was, or as near as it fits", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "....", "....", "..1.", "....");
  drag(select, [2, 2], [2, 2]);
  const { piece, at } = select.copy();
  select.erase();
  select.paste(piece, at);
  select.deselect();
  assert.deepEqual(shown(), ["....", "....", "..1.", "...."]);
  select.paste(piece, [9, -3]);
  select.deselect();
  assert.deepEqual(shown(), ["...1", "....", "..1.", "...."]);
});

test("cutting a floating piece leaves its hole", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "12..", "34..", "....", "....");
  drag(select, [0, 0], [1, 0]);
  select.nudge(0, 2);
  select.erase();
  assert.deepEqual(shown(), ["....", "34..", "....", "...."]);
});

test("rotation turns the selection about its centre, or else the whole tile", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "1...", "2...", "3...", "....");
  drag(select, [0, 0], [0, 2]);
  select.turn(rotate);
  select.deselect();
  assert.deepEqual(shown(), ["....", "21..", "....", "...."]); // the 3 lies left of the tile
  select.undo();
  select.turn(rotate);
  assert.deepEqual(shown(), [".321", "....", "....", "...."]);
});

test("changing the tool stamps a floating piece where it is", () => {
  const settings = { tool: "select" };
  const { pen: select, shown, painted } = pen(settings, "12..", "....", "....", "....");
  drag(select, [0, 0], [1, 0]);
  select.nudge(0, 1);
  select.settings.tool = "pencil";
  select.down([3, 3]);
  select.up();
  assert.deepEqual(shown(), ["....", "12..", "....", "...1"]);
  assert.deepEqual(
    painted.map((changes) => changes.length),
    [4, 1, 0],
  );
});
