import assert from "node:assert/strict";
import test from "node:test";
import {
  formatAddress,
  formatCell,
  formatHash,
  parseCell,
  parseHash,
  parseTemplates,
  tileLink,
} from "../../static/client/model/links.js";

test("a link restores its view", () => {
  assert.deepEqual(parseHash(formatHash({ x: 12.34, y: 5, zoom: 1.2345 })), {
    x: 12.3,
    y: 5,
    zoom: 1.234,
  });
});

for (const hash of ["", "#", "#1,2", "#1,2,3,4", "#a,b,c", "#1,2,0", "#1,,2", "#confirm-email=x"]) {
  test(`"${hash}" is no view`, () => assert.equal(parseHash(hash), null));
}

test("a link restores its templates, with a view and without one", () => {
  const view = { x: 12, y: 5, zoom: 2 };
  for (const shown of [view, null]) {
    const hash = formatAddress(shown, ["aB-3_x", "other"]);
    assert.deepEqual(parseTemplates(hash), ["aB-3_x", "other"]);
    assert.deepEqual(parseHash(hash), shown);
  }
  assert.equal(formatAddress(null, []), "");
});

test("a link names eight templates at most, and only such as there can be", () => {
  assert.deepEqual(parseTemplates("#t=a%2Fb&t=../x&t=ok&t="), ["ok"]);
  assert.equal(parseTemplates(`#${"t=a&".repeat(9)}`).length, 8);
});

test("the link of a tile leads to its middle", () => {
  assert.equal(tileLink({ canvas_id: 7, x: 1, y: 2, size: 32 }), "/canvas/7?cell=1,2#48,80,6");
  assert.equal(tileLink({ canvas_id: 7, x: 1, y: 2 }), "/canvas/7?cell=1,2");
});

for (const isPainting of [true, false])
  test(`a link names its cell ${isPainting ? "to paint in it" : "to look at it"}`, () => {
    const cell = { x: 3, y: 40 };
    assert.deepEqual(parseCell(formatCell(cell, { isPainting })), { cell, isPainting, version: null });
  });

test("a link names a version of the tile in its cell", () => {
  const cell = { x: 3, y: 40 };
  assert.deepEqual(parseCell(formatCell(cell, { version: 12 })), { cell, isPainting: false, version: 12 });
  assert.equal(parseCell("?cell=3,40&version=0")?.version, null);
});

for (const search of ["", "?cell=", "?cell=1", "?cell=-1,2", "?cell=1,2,3", "?paint=a,b", "?x=1,2"]) {
  test(`"${search}" names no cell`, () => assert.equal(parseCell(search), null));
}
