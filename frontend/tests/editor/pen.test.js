import assert from "node:assert/strict";
import { test } from "node:test";

import { drag, pen } from "./pens.js";

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

test("the tool that moves the view paints nothing, as keys lead it to the pen", () => {
  const { pen: hand, painting, shown } = pen({ tool: "hand" });
  drag(hand, [0, 0], [1, 1]);
  assert.deepEqual(shown(), ["....", "....", "....", "...."]);
  assert.equal(painting.position, 0);
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

test("a picker that is dragged picks on, although the pencil is taken up with the first colour", () => {
  const { pen: picker, picked, shown } = pen({ tool: "picker" }, "43..", "....", "....", "....");
  picker.listener.picked = (colour) => {
    picked.push(colour);
    picker.settings = { ...picker.settings, tool: "pencil", colour };
  };
  drag(picker, [0, 0], [1, 0]);
  assert.deepEqual(picked, [4, 3]);
  assert.deepEqual(shown(), ["43..", "....", "....", "...."]);
});

for (const tool of ["fill", "rectangle", "select", "picker", "hand"])
  test(`a stroke goes on as it began while ${tool} is chosen, and is one undo step`, () => {
    const { pen: pencil, painting, shown } = pen({});
    pencil.down([0, 0]);
    pencil.settings = { ...pencil.settings, tool };
    pencil.move([[2, 0]]);
    pencil.up();
    assert.deepEqual(shown(), ["111.", "....", "....", "...."]);
    assert.equal(painting.position, 1);
  });

test("a pixel-perfect pencil leaves the corners out, and what was under them is back", () => {
  const { pen: pencil, painted, shown } = pen({ perfect: true }, "....", ".5..", "....", "....");
  pencil.down([0, 1]);
  pencil.move([
    [1, 1],
    [1, 2],
    [2, 2],
    [2, 3],
  ]);
  pencil.up();
  assert.deepEqual(
    shown(),
    ["....", "15..", ".1..", "..1."].map((row, y) => (y === 2 ? ".1.." : row)),
  );
  assert.deepEqual(painted.flat().at(-1), [10, 0]);
});

test("a dither brush covers its pattern, the right button the rest", () => {
  const { pen: brush, shown } = pen({ tool: "dither", brush: 4, second: 2 });
  brush.down([2, 2]);
  brush.up();
  assert.deepEqual(shown(), ["1.1.", ".1.1", "1.1.", ".1.1"]);
  brush.down([2, 2], { isSecond: true });
  brush.up();
  assert.deepEqual(shown(), ["1212", "2121", "1212", "2121"]);
});

test("a gradient runs from the first colour to the second over the whole tile", () => {
  const { pen: gradient, shown } = pen({ tool: "gradient", second: 2 });
  drag(gradient, [0, 0], [3, 0]);
  const rows = shown();
  assert.ok(rows.every((row) => row[0] === "1" && row[3] === "2"));
  assert.match(rows.join(""), /^[12]{16}$/);
});

test("a fill covers all pixels of a colour where it need not be connected", () => {
  const { pen: fill, shown } = pen(
    { tool: "fill", colour: 3, contiguous: false },
    "1..1",
    "....",
    "....",
    "...1",
  );
  fill.down([0, 0]);
  fill.up();
  assert.deepEqual(shown(), ["3..3", "....", "....", "...3"]);
});

test("going back to a step keeps what floated as a step of its own", () => {
  const { pen: select, painting, shown } = pen({ tool: "select" }, "12..", "....", "....", "....");
  drag(select, [0, 0], [1, 0]);
  select.nudge(0, 1);
  select.jump(0);
  assert.deepEqual(shown(), ["12..", "....", "....", "...."]);
  assert.deepEqual(painting.steps, ["editor.step_move"]);
});

test("who asks for the artist of a pixel paints nothing, however the pointer moves", () => {
  const { pen: question, asked, shown } = pen({ tool: "author" }, "4...", "....", "....", "....");
  drag(question, [0, 0], [3, 3]);
  assert.deepEqual(asked, [[0, 0]]);
  assert.deepEqual(shown(), ["4...", "....", "....", "...."]);
});
