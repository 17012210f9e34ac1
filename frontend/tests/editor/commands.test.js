import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS, GROUPS } from "../../static/client/editor/commands.js";
import english from "../../static/client/messages/en/editor.js";

/** @import { Editor } from "../../static/client/editor/editor.js" */

test("each key has one command", () => {
  const keys = COMMANDS.flatMap((command) => command.keys);
  assert.deepEqual(keys, [...new Set(keys)]);
});

test("each command has a name of its own, and a message", () => {
  const names = COMMANDS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { label } of COMMANDS) assert.ok(label.replace("editor.", "") in english, label);
});

test("where the artist may not paint, only a look, a copy, a download and the window remain", () => {
  const editor = /** @type {Editor} */ (/** @type {unknown} */ ({ mayPaint: false, palette: ["#000000"] }));
  const enabled = COMMANDS.filter((command) => command.isEnabled(editor)).map(({ name }) => name);
  assert.deepEqual(enabled, [
    "author",
    "hand",
    "colour_1",
    "zoom_out",
    "fit",
    "zoom_in",
    "grid",
    "copy",
    "download",
    "save",
    "keys",
    "close",
  ]);
});

test("each command is in a group that is listed", () => {
  for (const { group } of COMMANDS) assert.ok(GROUPS.includes(group), group);
});
