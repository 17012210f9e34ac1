/**
 * The commands of the editor, in one table: tool bar, buttons, titles, `aria-keyshortcuts`, the keyboard and
 * the list of keys are made from it.
 */

import { flipHorizontally, flipVertically, rotate } from "../model/pieces.js";
import { COMBINATIONS } from "../model/regions.js";
import { COMBINATION_KEYS, isHarmless, MAX_BRUSH, TOOLS } from "./tools.js";

/** @import { Editor } from "./editor.js" */

/** @typedef {typeof GROUPS[number]} Group */
/**
 * @typedef {object} Command
 * @property {string} name
 * @property {Group} group
 * @property {string[]} keys what runs it, unless the artist has changed that; titles show the first
 * @property {string} icon
 * @property {string} label key of the message that names it
 * @property {(editor: Editor) => void} run
 * @property {(editor: Editor) => boolean} isEnabled
 * @property {(editor: Editor) => boolean} [isPressed] of a command that switches something on and off
 */

/** In the order in which keys are listed. */
export const GROUPS = /** @type {const} */ ([
  "tool",
  "colour",
  "brush",
  "selection",
  "combination",
  "scale",
  "edit",
  "history",
  "view",
  "window",
]);

/** Colours that have a number key: 1 to 9, and 0 for the tenth. */
const COLOUR_KEYS = 10;

/** How much closer one step of zooming leads. */
const ZOOM_STEP = 1.5;

const always = () => true;
const mayPaint = (/** @type {Editor} */ editor) => editor.mayPaint;
const hasSelection = (/** @type {Editor} */ { mayPaint, pen }) => mayPaint && pen.selection !== null;

/**
 * @param {string} name
 * @param {string} key
 * @param {number} right pixels
 * @param {number} down
 * @returns {Command}
 */
const scaling = (name, key, right, down) => ({
  name,
  group: "scale",
  keys: [key],
  icon: "",
  label: `editor.${name}`,
  run: ({ pen }) => pen.grow(right, down),
  isEnabled: hasSelection,
});

/**
 * @param {string} name
 * @param {Command["icon"]} icon
 * @param {string[]} keys
 * @param {Command["run"]} run
 * @returns {Command} one that changes the tile
 */
const editing = (name, icon, keys, run) => ({
  name,
  group: "edit",
  keys,
  icon,
  label: `editor.${name}`,
  run,
  isEnabled: mayPaint,
});

/** @type {readonly Command[]} */
export const COMMANDS = [
  ...Object.entries(TOOLS).map(
    ([tool, { keys, icon }]) =>
      /** @type {Command} */
      ({
        name: tool,
        group: "tool",
        keys,
        icon,
        label: `editor.tool_${tool}`,
        run: (editor) => editor.set({ tool }),
        isEnabled: isHarmless(tool) ? always : mayPaint,
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
        label: "editor.colour_key",
        run: (editor) => editor.pickColour(index + 1),
        isEnabled: (editor) => index < editor.palette.length,
      }),
  ),
  {
    name: "swap",
    group: "colour",
    keys: ["X"],
    icon: "swap",
    label: "editor.swap",
    run: (editor) => editor.swapColours(),
    isEnabled: mayPaint,
  },
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
    name: "select_all",
    group: "selection",
    keys: ["Ctrl+A"],
    icon: "select_all",
    label: "editor.select_all",
    run: ({ pen }) => pen.selectAll(),
    isEnabled: mayPaint,
  },
  {
    name: "deselect",
    group: "selection",
    keys: ["Ctrl+D"],
    icon: "deselect",
    label: "editor.deselect",
    run: ({ pen }) => pen.deselect(),
    isEnabled: hasSelection,
  },
  ...COMBINATIONS.map(
    (combination) =>
      /** @type {Command} */
      ({
        name: `combine_${combination}`,
        group: "combination",
        keys: [COMBINATION_KEYS[combination]],
        icon: `combine_${combination}`,
        label: `editor.combine_${combination}`,
        run: (editor) => editor.set({ combination }),
        isEnabled: mayPaint,
        isPressed: ({ settings }) => settings.combination === combination,
      }),
  ),
  scaling("wider", "Ctrl+ArrowRight", 1, 0),
  scaling("narrower", "Ctrl+ArrowLeft", -1, 0),
  scaling("taller", "Ctrl+ArrowDown", 0, 1),
  scaling("shorter", "Ctrl+ArrowUp", 0, -1),
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
    name: "download",
    group: "edit",
    keys: [],
    icon: "download",
    label: "editor.download",
    run: (editor) => editor.download(),
    isEnabled: always,
  },
  editing("cut", "cut", ["Ctrl+X"], (editor) => {
    editor.copy();
    editor.pen.erase();
  }),
  {
    name: "paste",
    group: "edit",
    keys: ["Ctrl+V"],
    icon: "paste",
    label: "editor.paste",
    run: (editor) => editor.paste(),
    isEnabled: ({ mayPaint, canPaste }) => mayPaint && canPaste,
  },
  editing("flip_horizontal", "flip_horizontal", ["Shift+H"], ({ pen }) =>
    pen.turn(flipHorizontally, "editor.flip_horizontal"),
  ),
  editing("flip_vertical", "flip_vertical", ["Shift+V"], ({ pen }) =>
    pen.turn(flipVertically, "editor.flip_vertical"),
  ),
  editing("rotate", "rotate", [], ({ pen }) => pen.turn(rotate, "editor.rotate")),
  editing("outline", "outline", ["Shift+O"], ({ pen, settings }) => pen.outline(settings.colour)),
  editing("replace", "replace", ["Shift+R"], ({ pen, settings }) =>
    pen.replace(settings.second, settings.colour),
  ),
  editing("erase", "trash", ["Delete", "Backspace"], ({ pen }) => pen.erase()),
  editing("import", "picture", [], (editor) => editor.openImport()),
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
    name: "keys",
    group: "window",
    keys: ["?"],
    icon: "keys",
    label: "editor.keys",
    run: (editor) => editor.showKeys(true),
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

/**
 * Return a command of the table.
 * @param {string} name
 */
export function commandNamed(name) {
  return /** @type {Command} */ (BY_NAME.get(name));
}

/** @param {Group} group */
export function commandsOf(group) {
  return COMMANDS.filter((command) => command.group === group);
}
