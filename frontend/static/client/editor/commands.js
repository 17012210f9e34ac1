/**
 * The commands of the editor, in one table: tool bar, buttons, titles, `aria-keyshortcuts` and the keyboard
 * are made from it.
 */

import { isBracketWithAlt, keyName } from "../ui/keys.js";
import { flipHorizontally, flipVertically, rotate } from "./clipboard.js";
import { MAX_BRUSH, TOOLS } from "./tools.js";

/** @import { Editor } from "./editor.js" */

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {"tool" | "colour" | "view" | "history" | "brush" | "edit" | "window"} group
 * @property {string[]} keys what runs it; titles show the first
 * @property {string} icon
 * @property {string} label key of the message that names it
 * @property {(editor: Editor) => void} run
 * @property {(editor: Editor) => boolean} isEnabled
 * @property {(editor: Editor) => boolean} [isPressed] of a command that switches something on and off
 */

/** Colours that have a number key: 1 to 9, and 0 for the tenth. */
const COLOUR_KEYS = 10;

/** How much closer one step of zooming leads. */
const ZOOM_STEP = 1.5;

const always = () => true;
const mayPaint = (/** @type {Editor} */ editor) => editor.mayPaint;

/** @type {readonly Command[]} */
export const COMMANDS = [
  ...Object.entries(TOOLS).map(
    ([tool, { key, icon }]) =>
      /** @type {Command} */
      ({
        name: tool,
        group: "tool",
        keys: [key.toUpperCase()],
        icon,
        label: `editor.tool_${tool}`,
        run: (editor) => editor.set({ tool }),
        isEnabled: tool === "hand" ? always : mayPaint,
      }),
  ),
  ...Array.from(
    { length: COLOUR_KEYS },
    (_, index) =>
      /** @type {Command} */
      ({
        name: `colour_${index + 1}`,
        group: "colour",
        keys: [String((index + 1) % COLOUR_KEYS)],
        icon: "",
        label: "editor.palette",
        run: (editor) => editor.pickColour(index + 1),
        isEnabled: (editor) => index < editor.palette.length,
      }),
  ),
  {
    name: "zoom_out",
    group: "view",
    keys: ["-"],
    icon: "zoom_out",
    label: "editor.zoom_out",
    run: (editor) => editor.grid?.zoom(1 / ZOOM_STEP),
    isEnabled: always,
  },
  {
    name: "fit",
    group: "view",
    keys: ["F"],
    icon: "fit",
    label: "editor.fit",
    run: (editor) => editor.grid?.fit(),
    isEnabled: always,
  },
  {
    name: "zoom_in",
    group: "view",
    keys: ["+", "="],
    icon: "zoom_in",
    label: "editor.zoom_in",
    run: (editor) => editor.grid?.zoom(ZOOM_STEP),
    isEnabled: always,
  },
  {
    name: "grid",
    group: "view",
    keys: [],
    icon: "grid",
    label: "editor.grid",
    run: ({ grid }) => {
      if (grid) grid.hasGrid = !grid.hasGrid;
    },
    isEnabled: always,
    isPressed: ({ grid }) => grid?.hasGrid ?? true,
  },
  {
    name: "undo",
    group: "history",
    keys: ["Ctrl+Z"],
    icon: "undo",
    label: "editor.undo",
    run: ({ pen }) => pen.undo(),
    isEnabled: ({ mayPaint, pen }) => mayPaint && (pen.painting.canUndo || pen.floating !== null),
  },
  {
    name: "redo",
    group: "history",
    keys: ["Ctrl+Y", "Ctrl+Shift+Z"],
    icon: "redo",
    label: "editor.redo",
    run: ({ pen }) => pen.redo(),
    isEnabled: ({ mayPaint, pen }) => mayPaint && pen.painting.canRedo,
  },
  {
    name: "brush_smaller",
    group: "brush",
    keys: ["["],
    icon: "",
    label: "editor.brush_smaller",
    run: (editor) => editor.set({ brush: editor.settings.brush - 1 }),
    isEnabled: ({ mayPaint, settings }) => mayPaint && settings.brush > 1,
  },
  {
    name: "brush_larger",
    group: "brush",
    keys: ["]"],
    icon: "",
    label: "editor.brush_larger",
    run: (editor) => editor.set({ brush: editor.settings.brush + 1 }),
    isEnabled: ({ mayPaint, settings }) => mayPaint && settings.brush < MAX_BRUSH,
  },
  {
    name: "copy",
    group: "edit",
    keys: ["Ctrl+C"],
    icon: "copy",
    label: "editor.copy",
    run: (editor) => editor.copy(),
    isEnabled: always,
  },
  {
    name: "cut",
    group: "edit",
    keys: ["Ctrl+X"],
    icon: "cut",
    label: "editor.cut",
    run: (editor) => {
      editor.copy();
      editor.pen.erase();
    },
    isEnabled: mayPaint,
  },
  {
    name: "paste",
    group: "edit",
    keys: ["Ctrl+V"],
    icon: "paste",
    label: "editor.paste",
    run: (editor) => editor.paste(),
    isEnabled: ({ mayPaint, canPaste }) => mayPaint && canPaste,
  },
  {
    name: "flip_horizontal",
    group: "edit",
    keys: [],
    icon: "flip_horizontal",
    label: "editor.flip_horizontal",
    run: ({ pen }) => pen.turn(flipHorizontally),
    isEnabled: mayPaint,
  },
  {
    name: "flip_vertical",
    group: "edit",
    keys: [],
    icon: "flip_vertical",
    label: "editor.flip_vertical",
    run: ({ pen }) => pen.turn(flipVertically),
    isEnabled: mayPaint,
  },
  {
    name: "rotate",
    group: "edit",
    keys: [],
    icon: "rotate",
    label: "editor.rotate",
    run: ({ pen }) => pen.turn(rotate),
    isEnabled: mayPaint,
  },
  {
    name: "erase",
    group: "edit",
    keys: ["Delete", "Backspace"],
    icon: "trash",
    label: "editor.erase",
    run: ({ pen }) => pen.erase(),
    isEnabled: mayPaint,
  },
  {
    name: "import",
    group: "edit",
    keys: [],
    icon: "picture",
    label: "editor.import",
    run: (editor) => editor.openImport(),
    isEnabled: mayPaint,
  },
  {
    name: "save",
    group: "window",
    keys: ["Ctrl+S"],
    icon: "",
    label: "editor.save",
    run: (editor) => void editor.save(),
    isEnabled: always,
  },
  {
    name: "close",
    group: "window",
    keys: [],
    icon: "close",
    label: "editor.close",
    run: (editor) => void editor.close(),
    isEnabled: always,
  },
];

const BY_NAME = new Map(COMMANDS.map((command) => [command.name, command]));
const BY_KEY = new Map(COMMANDS.flatMap((command) => command.keys.map((key) => [key, command])));

/**
 * Return a command of the table.
 * @param {string} name
 */
export function commandNamed(name) {
  return /** @type {Command} */ (BY_NAME.get(name));
}

/** @param {Command["group"]} group */
export function commandsOf(group) {
  return COMMANDS.filter((command) => command.group === group);
}

/**
 * Return the command of a key, or null. On a Mac, Cmd counts as Ctrl.
 * @param {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} event
 */
export function commandOf(event) {
  const { ctrlKey, metaKey, altKey, shiftKey } = event;
  const hasBracket = isBracketWithAlt(event);
  if (altKey && !hasBracket) return null;
  const isChord = (ctrlKey || metaKey) && !hasBracket; // Windows reports AltGr as Ctrl and Alt
  const name = keyName(event);
  return BY_KEY.get(isChord ? `Ctrl+${shiftKey ? "Shift+" : ""}${name}` : name) ?? null;
}

/**
 * Name the keys of a command as `aria-keyshortcuts` does.
 * @param {Command} command
 */
export function ariaKeys({ keys }) {
  return keys.map((key) => (key === "+" ? "Plus" : key.replace("Ctrl", "Control"))).join(" ");
}
