import assert from "node:assert/strict";
import { test } from "node:test";

import { rotate } from "../../static/client/model/pieces.js";
import { contains } from "../../static/client/model/regions.js";
import { drawn } from "../model/pictures.js";
import { drag, pen } from "./pens.js";

/** @import { Pen } from "../../static/client/editor/pen.js" */
/** @import { Combination } from "../../static/client/model/regions.js" */

/**
 * Draw what is selected as 2.
 * @param {Pen} pen
 * @param {number} size
 */
function selectedOf({ selection }, size) {
  const isSelected = (/** @type {number} */ offset) =>
    selection !== null && contains(selection, [offset % size, Math.floor(offset / size)]);
  return drawn(
    Uint8Array.from({ length: size * size }, (_, offset) => (isSelected(offset) ? 2 : 0)),
    size,
  );
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
  select.down([1, 0], { combination: "add" });
  select.move([[1, 1]], true);
  select.up();
  assert.deepEqual(select.selection, { x: 0, y: 0, width: 2, height: 2, mask: Uint8Array.of(1, 1, 0, 1) });
});

for (const { combination, expected } of /** @type {const} */ ([
  { combination: "replace", expected: ["....", ".222", ".222", ".222"] },
  { combination: "add", expected: ["222.", "2222", "2222", ".222"] },
  { combination: "subtract", expected: ["222.", "2...", "2...", "...."] },
  { combination: "intersect", expected: ["....", ".22.", ".22.", "...."] },
])) {
  test(`a rectangle can ${combination} the selection, which is shown while it is drawn`, () => {
    const { pen: select, painting } = pen({ tool: "select" });
    drag(select, [0, 0], [2, 2]);
    // Outside what is selected: inside, without a combination, it would be moved.
    select.down([3, 3], { combination });
    select.move([[0, 3]]);
    select.move([[1, 1]]);
    select.up();
    assert.deepEqual(selectedOf(select, painting.size), expected);
  });

  test(`the settings make a lasso ${combination} the selection, keys aside`, () => {
    const { pen: lasso, painting } = pen({ tool: "select" });
    drag(lasso, [0, 0], [2, 2]);
    lasso.settings = { ...lasso.settings, tool: "lasso", combination };
    lasso.down([3, 3]);
    lasso.move([
      [1, 3],
      [1, 1],
      [3, 1],
    ]);
    lasso.up();
    assert.deepEqual(selectedOf(lasso, painting.size), expected);
  });
}

for (const { combination, expected } of /** @type {const} */ ([
  { combination: "add", expected: ["2.22", "..2.", "....", "...."] },
  { combination: "subtract", expected: ["....", "..2.", "....", "...."] },
  { combination: "intersect", expected: ["..22", "....", "....", "...."] },
]))
  test(`a wand can ${combination} the selection`, () => {
    const { pen: wand, painting, shown } = pen({ tool: "select" }, "1.11", "....", "....", "....");
    drag(wand, [2, 0], [3, 0]);
    wand.down([2, 1], { combination: "add" });
    wand.move([[2, 1]]);
    wand.up();
    wand.settings = { ...wand.settings, tool: "wand", contiguous: false };
    wand.down([0, 0], { combination });
    wand.up();
    assert.deepEqual(selectedOf(wand, painting.size), expected);
    assert.deepEqual(shown(), ["1.11", "....", "....", "...."]);
  });

/** @type {Combination[]} */
const INSIDE = ["add", "subtract", "intersect"];

for (const combination of INSIDE)
  test(`with ${combination} a gesture that begins in the selection selects, and moves nothing`, () => {
    const { pen: select, shown } = pen({ tool: "select" }, "12..", "....", "....", "....");
    drag(select, [0, 0], [1, 1]);
    select.down([1, 1], { combination, handle: [1, 1] });
    select.move([[1, 1]]);
    select.up();
    assert.equal(select.floating, null);
    assert.deepEqual(shown()[0], "12..");
  });

test("nothing can be subtracted from nothing, nor is there anything in common with it", () => {
  const { pen: select } = pen({ tool: "select" });
  for (const combination of /** @type {const} */ (["subtract", "intersect"])) {
    select.down([0, 0], { combination });
    select.move([[2, 2]]);
    select.up();
    assert.equal(select.selection, null);
  }
});

test("a gesture that is cancelled leaves what was selected before it", () => {
  const { pen: select, painting } = pen({ tool: "select" });
  drag(select, [0, 0], [1, 1]);
  for (const combination of /** @type {const} */ (["replace", ...INSIDE])) {
    select.down([3, 3], { combination });
    select.move([[1, 0]]);
    select.cancel();
    assert.deepEqual(selectedOf(select, painting.size), ["22..", "22..", "....", "...."], combination);
  }
});

const ROWS = ["12..", "34..", "....", "...9"];

test("a move that is cancelled leaves the selection where it was, and nothing to undo", () => {
  const { pen: select, painting, shown } = pen({ tool: "select" }, ...ROWS);
  drag(select, [0, 0], [1, 1]);
  select.down([0, 0]);
  select.move([[2, 2]]);
  select.cancel();
  assert.deepEqual(shown(), ROWS);
  assert.deepEqual(selectedOf(select, painting.size), ["22..", "22..", "....", "...."]);
  assert.equal(select.floating, null);
  assert.equal(painting.isUnderway, false);
});

test("cancelled scaling leaves the selection as large as it was", () => {
  const { pen: select, shown } = pen({ tool: "select" }, ...ROWS);
  drag(select, [0, 0], [1, 1]);
  drag(select, [0, 0], [1, 0]);
  const before = shown();
  select.down([2, 1], { handle: [1, 1] });
  select.move([[3, 3]]);
  select.cancel();
  assert.deepEqual(shown(), before);
  drag(select, [1, 0], [0, 0]);
  assert.deepEqual(shown(), ROWS);
});

test("a pasted piece still floats after a cancelled gesture beside it", () => {
  const { pen: select, painting, painted, shown } = pen({ tool: "select" }, ...ROWS);
  select.paste({ width: 1, height: 1, pixels: Uint8Array.of(7) }, [0, 0]);
  select.down([3, 3]);
  select.move([[2, 2]]);
  select.cancel();
  assert.deepEqual(painted, []);
  assert.deepEqual(selectedOf(select, painting.size), ["2...", "....", "....", "...."]);
  drag(select, [0, 0], [3, 3]);
  assert.deepEqual(shown(), ["12..", "34..", "....", "...7"]);
});

test("a new selection puts a pasted piece down", () => {
  const { pen: select, painted, shown } = pen({ tool: "select" }, ...ROWS);
  select.paste({ width: 1, height: 1, pixels: Uint8Array.of(7) }, [0, 0]);
  drag(select, [2, 2], [3, 3]);
  assert.deepEqual(painted, [[[0, 7]]]);
  select.undo();
  assert.deepEqual(shown(), ROWS);
});

test("Shift that is pressed during the gesture makes a square, whatever it combines", () => {
  const { pen: select, painting } = pen({ tool: "select", combination: "subtract" });
  select.selectAll();
  select.down([0, 0]);
  select.move([[2, 1]], true);
  select.up();
  assert.deepEqual(selectedOf(select, painting.size), ["...2", "...2", "...2", "2222"]);
});
