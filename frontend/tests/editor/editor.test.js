import assert from "node:assert/strict";
import { test } from "node:test";

import { Editor } from "../../static/client/editor/editor.js";

/** @import { Canvas } from "../../static/client/editor/access.js" */

const CANVAS = /** @type {Canvas} */ ({
  id: 1,
  name: "Quay",
  tile_size: 16,
  palette: ["#000000"],
  collaboration_mode: "tile-lock",
  is_public: true,
  who_paints: "everyone",
  max_tiles_per_user: 10,
  owner: { id: 7, username: "ada", display_name: "Ada" },
});

/** Return an editor of the artist 7, and the notices that it shows, null for none. */
function opened() {
  const editor = new Editor(CANVAS, { x: 0, y: 0 }, null, { id: 7, isModerator: false, role: null });
  /** @type {any[]} */
  const shown = [];
  editor.addEventListener("notice", (event) => shown.push(/** @type {CustomEvent} */ (event).detail.notice));
  return { editor, shown };
}

test("an artist whose session has ended can log in again over the drawing", () => {
  const { editor, shown } = opened();
  editor.checkArtist(null);
  shown[0].action.run();
  assert.equal(editor.question, "log_in_again");
});

test("the notice goes away when the artist is back, and comes for another account", () => {
  const { editor, shown } = opened();
  editor.checkArtist(null);
  editor.checkArtist(8);
  editor.checkArtist(7);
  assert.deepEqual(shown.map(Boolean), [true, true, false]);
});

test("a change of the artist's own account is no reason for a notice", () => {
  const { editor, shown } = opened();
  editor.checkArtist(7);
  assert.deepEqual(shown, []);
});

test("a tool that is taken up during a stroke leaves what the other one has drawn", () => {
  const { editor } = opened();
  editor.pen.down([1, 1]);
  editor.pen.move([[3, 1]]);
  editor.set({ tool: "rectangle" });
  editor.pen.move([[5, 5]]);
  editor.pen.up();
  const { size, pixels } = editor.pen.painting;
  const drawn = [...pixels.keys()].filter((offset) => pixels[offset]);
  assert.deepEqual(drawn, [size + 1, size + 2, size + 3]);
});

test("a finger that moves while it picks a colour picks the last one, and draws nothing", () => {
  const { editor } = opened();
  editor.pen.down([3, 1]);
  editor.pen.up();
  const drawn = editor.pen.painting.pixels.slice();
  editor.set({ tool: "picker", colour: 0 });
  editor.pen.down([1, 1]);
  editor.pen.move([[3, 1]]);
  editor.pen.up();
  assert.equal(editor.settings.tool, "pencil");
  assert.equal(editor.settings.colour, 1);
  assert.deepEqual(editor.pen.painting.pixels, drawn);
});
