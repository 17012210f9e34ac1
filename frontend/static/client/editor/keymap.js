/** Which keys run which commands: those of the table, and what the artist has changed in this browser. */

import { store } from "../store.js";
import { isBracketWithAlt, keyNames } from "../ui/keys.js";
import { COMMANDS, commandNamed } from "./commands.js";

/** @import { Store } from "../store.js" */
/** @import { Command } from "./commands.js" */
/**
 * @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">} KeyPress
 */

const STORED = "tessera.keys";

/**
 * Keys that mean the same everywhere: they move the cursor and paint, lead out of things and from one to the
 * next, and those with Ctrl close or open windows of the browser, which does not ask the page.
 */
const RESERVED = [
  /^(Shift\+)?(Arrow\w+|Enter|Escape|Tab| )$/,
  /^Ctrl\+(Shift\+)?[NTW]$/,
  /^F\d+$/,
  /(Shift|Control|Alt|Meta|CapsLock|Dead|Unidentified|Process)$/,
];

/** Fires `change` when a key has another meaning. */
export class Keymap extends EventTarget {
  /**
   * Keys of the commands that the artist has changed, by name.
   * @type {Map<string, string[]>}
   */
  #changed;
  /** @type {Map<string, Command>} */
  #byKey = new Map();

  /** @param {Store} store */
  constructor(store) {
    super();
    this.store = store;
    this.#changed = read(store);
    this.#index();
  }

  /** Whether the artist has changed any key. */
  get isChanged() {
    return this.#changed.size > 0;
  }

  /**
   * Return the keys that run a command.
   * @param {Command} command
   */
  keysOf({ name, keys }) {
    // A key of the table that the artist has given to another command runs that one.
    return (this.#changed.get(name) ?? keys).filter((key) => this.#byKey.get(key)?.name === name);
  }

  /**
   * Return the command of a key, or null. On a Mac, Cmd counts as Ctrl.
   * @param {KeyPress} press
   * @returns {Command | null}
   */
  commandOf(press) {
    for (const key of chordsOf(press)) {
      const command = this.#byKey.get(key);
      if (command) return command;
    }
    return null;
  }

  /**
   * Let one key run a command, in place of its others; the command that had it loses it.
   * @param {Command} command
   * @param {string} key
   */
  assign(command, key) {
    const holder = this.#byKey.get(key);
    if (holder && holder.name !== command.name)
      this.#changed.set(
        holder.name,
        this.keysOf(holder).filter((other) => other !== key),
      );
    this.#changed.set(command.name, [key]);
    this.#keep();
  }

  /**
   * Return the command that a key would be taken from, or null.
   * @param {Command} command that shall have it
   * @param {string} key
   */
  holderOf(command, key) {
    const holder = this.#byKey.get(key);
    return holder && holder.name !== command.name ? holder : null;
  }

  /** Give all commands the keys of the table. */
  reset() {
    this.#changed.clear();
    this.#keep();
  }

  #keep() {
    this.store.set(STORED, JSON.stringify(Object.fromEntries(this.#changed)));
    this.#index();
    this.dispatchEvent(new Event("change"));
  }

  #index() {
    const table = COMMANDS.filter(({ name }) => !this.#changed.has(name));
    const entries = [
      ...table.flatMap((command) => command.keys.map((key) => /** @type {const} */ ([key, command]))),
      ...[...this.#changed].flatMap(([name, keys]) =>
        keys.map((key) => /** @type {const} */ ([key, commandNamed(name)])),
      ),
    ];
    this.#byKey = new Map(entries);
  }
}

export const keymap = new Keymap(store);

/**
 * Return the names under which a press may be in the table, the most exact first. Shift counts where a
 * command has it, else only for the sign that it makes.
 * @param {KeyPress} press
 * @returns {string[]}
 */
export function chordsOf(press) {
  const { ctrlKey, metaKey, altKey, shiftKey } = press;
  const hasBracket = isBracketWithAlt(press);
  if (altKey && !hasBracket) return [];
  const names = keyNames(press);
  const isChord = (ctrlKey || metaKey) && !hasBracket; // Windows reports AltGr as Ctrl and Alt
  if (isChord) return names.map((name) => `Ctrl+${shiftKey ? "Shift+" : ""}${name}`);
  return shiftKey ? [...names.map((name) => `Shift+${name}`), ...names] : names;
}

/**
 * Return the name of a press for the table, or null if it cannot be a command's.
 * @param {KeyPress} press
 */
export function chordOf(press) {
  const chords = chordsOf(press);
  const [name = ""] = keyNames(press);
  // The Shift of a sign only makes the sign, which may be elsewhere on another keyboard.
  const isSign = name.length === 1 && !/[A-Z]/.test(name);
  const chord = isSign && press.shiftKey && !press.ctrlKey && !press.metaKey ? name : chords[0];
  return chord && !RESERVED.some((pattern) => pattern.test(chord)) ? chord : null;
}

/**
 * Name keys as `aria-keyshortcuts` does.
 * @param {string[]} keys
 */
export function ariaKeys(keys) {
  return keys.map((key) => key.replace(/\+$/, "Plus").replace("Ctrl", "Control")).join(" ");
}

/** @param {Store} store */
function read(store) {
  try {
    const stored = Object.entries(JSON.parse(store.get(STORED) ?? "{}") ?? {});
    return new Map(
      stored.filter(
        ([name, keys]) =>
          commandNamed(name) && Array.isArray(keys) && keys.every((key) => typeof key === "string"),
      ),
    );
  } catch {
    return new Map();
  }
}
