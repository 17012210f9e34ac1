import assert from "node:assert/strict";
import { test } from "node:test";

import { rotate } from "../../static/client/model/pieces.js";
import { drag, pen } from "./pens.js";

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
  select.turn(rotate, "editor.rotate");
  select.deselect();
  assert.deepEqual(shown(), ["....", "21..", "....", "...."]); // the 3 lies left of the tile
  select.undo();
  select.turn(rotate, "editor.rotate");
  assert.deepEqual(shown(), [".321", "....", "....", "...."]);
});

test("changing the tool stamps a floating piece where it is", () => {
  const settings = { tool: "select" };
  const { pen: select, shown, painted } = pen(settings, "12..", "....", "....", "....");
  drag(select, [0, 0], [1, 0]);
  select.nudge(0, 1);
  select.putDown();
  select.settings.tool = "pencil";
  select.deselect();
  select.down([3, 3]);
  select.up();
  assert.deepEqual(shown(), ["....", "12..", "....", "...1"]);
  assert.deepEqual(
    painted.map((changes) => changes.length),
    [4, 1, 0],
  );
});

test("a tool paints only what is selected", () => {
  const settings = { tool: "select" };
  const { pen: select, shown } = pen(settings);
  drag(select, [1, 1], [2, 2]);
  select.settings.tool = "pencil";
  drag(select, [0, 1], [3, 1]);
  assert.deepEqual(shown(), ["....", ".11.", "....", "...."]);
});

test("beside a pasted piece one can paint, inside a moved one it stays selected", () => {
  const { pen: select } = pen({ tool: "select" }, "12..", "....", "....", "....");
  drag(select, [0, 0], [1, 0]);
  const { piece, at } = select.copy();
  select.nudge(0, 1);
  select.putDown();
  assert.ok(select.selection);
  select.paste(piece, at);
  select.putDown();
  assert.equal(select.selection, null);
});

test("a lasso selects what it goes around, and moves only that", () => {
  const { pen: lasso, shown } = pen({ tool: "lasso" }, "111.", "111.", "111.", "....");
  lasso.down([1, 0]);
  lasso.move([
    [2, 1],
    [1, 2],
    [0, 1],
  ]);
  lasso.up();
  drag(lasso, [1, 1], [2, 2]);
  assert.deepEqual(shown(), ["1.1.", "..1.", "1111", "..1."]);
});

test("a wand selects the connected pixels of a colour, or all of them", () => {
  const { pen: wand } = pen({ tool: "wand" }, "11.1", "1..1", "....", "....");
  wand.down([0, 0]);
  wand.up();
  assert.deepEqual(wand.selection, { x: 0, y: 0, width: 2, height: 2, mask: Uint8Array.of(1, 1, 1, 0) });
  wand.deselect();
  wand.settings.contiguous = false;
  wand.down([0, 0]);
  wand.up();
  assert.equal(
    wand.selection?.mask?.reduce((sum, value) => sum + value),
    5,
  );
});

test("a selection scales by its handles, and is as it was when it is scaled back", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "12..", "34..", "....", "....");
  drag(select, [0, 0], [1, 1]);
  select.down([2, 2], { handle: [1, 1] });
  select.move([[4, 4]]);
  assert.deepEqual(shown(), ["1122", "1122", "3344", "3344"]);
  select.move([[1, 1]]);
  assert.deepEqual(
    shown(),
    ["1...", "....", "....", "...."].map((row, y) => (y ? row : "4...")),
  );
  select.move([[2, 2]]);
  select.up();
  assert.deepEqual(shown(), ["12..", "34..", "....", "...."]);
});

test("keys make a selection wider and higher", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "12..", "....", "....", "....");
  drag(select, [0, 0], [1, 0]);
  select.grow(2, 1);
  assert.deepEqual(shown(), ["1122", "1122", "....", "...."]);
});

test("an outline goes around what is painted, in one step", () => {
  const { pen: pencil, shown } = pen({}, "....", ".5..", "....", "....");
  pencil.outline(2);
  assert.deepEqual(shown(), [".2..", "252.", ".2..", "...."]);
  pencil.undo();
  assert.deepEqual(shown(), ["....", ".5..", "....", "...."]);
});

test("a colour is replaced in what is selected, or else in the whole tile", () => {
  const { pen: select, shown } = pen({ tool: "select" }, "55..", "55..", "....", "....");
  drag(select, [0, 0], [0, 1]);
  select.replace(5, 2);
  assert.deepEqual(shown(), ["25..", "25..", "....", "...."]);
  select.deselect();
  select.replace(5, 0);
  assert.deepEqual(shown(), ["2...", "2...", "....", "...."]);
});

test("with Shift a selection is added to, wherever it begins", () => {
  const { pen: select } = pen({ tool: "select" });
  drag(select, [0, 0], [1, 0]);
  select.down([1, 0], { isAdding: true });
  select.move([[1, 1]], true);
  select.up();
  assert.deepEqual(select.selection, { x: 0, y: 0, width: 2, height: 2, mask: Uint8Array.of(1, 1, 0, 1) });
});
