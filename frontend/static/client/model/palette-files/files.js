/**
 * Reading and writing palettes in the formats of other programs.
 * @typedef {{id: string, extension: string, type: string,
 *   write: (colours: readonly string[], name: string) => string | Uint8Array}} Format
 * @typedef {{colours: string[], merged: number}} Imported  `merged`: how many duplicates were left out
 */

import { FEWEST_COLOURS, MOST_COLOURS } from "../palettes.js";
import { ACT_SIZES, isAseprite, readAct, readAseprite, writeAct, writeAseprite } from "./binary.js";
import { PaletteFault } from "./fault.js";
import {
  looksLikePaintNet,
  readGpl,
  readHex,
  readJasc,
  readPaintNet,
  writeGpl,
  writeHex,
  writeJasc,
  writePaintNet,
} from "./text.js";

/** Bytes of a file: a sprite may hold more than its palette. */
export const MOST_BYTES = 8 * 1024 * 1024;

/** Characters of a text: 255 colours need a few thousand, but a list may repeat them. */
export const MOST_CHARACTERS = 1024 * 1024;

/** Byte order marks. @type {readonly [number, number, string][]} */
const UTF_16 = [
  [0xff, 0xfe, "utf-16le"],
  [0xfe, 0xff, "utf-16be"],
];

/** What a text of any format begins with; bytes of colours may begin with a byte order mark by chance. */
const TEXT = /^[\t\n\r -~]/;

/** Of formats whose files have names of colours. */
const STARTS = ["GIMP", "JASC", ";"];

/** @type {readonly Format[]} */
export const FORMATS = [
  { id: "gpl", extension: ".gpl", type: "text/plain", write: writeGpl },
  { id: "hex", extension: ".hex", type: "text/plain", write: writeHex },
  { id: "jasc", extension: ".pal", type: "text/plain", write: writeJasc },
  { id: "act", extension: ".act", type: "application/octet-stream", write: writeAct },
  { id: "paint_net", extension: ".txt", type: "text/plain", write: writePaintNet },
  { id: "aseprite", extension: ".aseprite", type: "application/octet-stream", write: writeAseprite },
];

/**
 * Read a file. Its content tells its format, as the names of files are often wrong.
 * @param {Uint8Array} bytes
 * @returns {Imported}
 * @throws {PaletteFault}
 */
export function readPaletteFile(bytes) {
  if (bytes.length > MOST_BYTES) throw new PaletteFault("too_large");
  if (isAseprite(bytes)) return gather(readAseprite(bytes));
  const text = textOf(bytes);
  if (text !== null) return readPaletteText(text);
  if (ACT_SIZES.includes(bytes.length)) return gather(readAct(bytes));
  throw new PaletteFault("unknown");
}

/**
 * Read a palette from text: one of the text formats, or a list of hexadecimal numbers.
 * @param {string} text
 * @returns {Imported}
 * @throws {PaletteFault}
 */
export function readPaletteText(text) {
  if (text.length > MOST_CHARACTERS) throw new PaletteFault("text_too_large");
  const start = text.replace(/^\uFEFF/, "");
  if (start.startsWith("GIMP")) return gather(readGpl(text));
  if (start.startsWith("JASC")) return gather(readJasc(text));
  return gather(looksLikePaintNet(text) ? readPaintNet(text) : readHex(text));
}

/**
 * Merge duplicates and check the number of colours.
 * @param {readonly {colour: string, line?: number, offset?: number}[]} entries
 * @returns {Imported}
 */
function gather(entries) {
  /** @type {Set<string>} */
  const colours = new Set();
  for (const entry of entries) {
    colours.add(entry.colour);
    if (colours.size > MOST_COLOURS) throw new PaletteFault("too_many", entry);
  }
  if (colours.size < FEWEST_COLOURS) throw new PaletteFault("too_few");
  return { colours: [...colours], merged: entries.length - colours.size };
}

/**
 * Decode UTF-8, or UTF-16 with a byte order mark; returns null for bytes that are not text.
 *
 * Older programs write names of colours in the encoding of their machine, which a palette does not need.
 * @param {Uint8Array} bytes
 */
function textOf(bytes) {
  const encoding = UTF_16.find(([first, second]) => bytes[0] === first && bytes[1] === second)?.[2];
  if (!encoding && bytes.includes(0)) return null;
  try {
    const text = new TextDecoder(encoding ?? "utf-8", { fatal: true }).decode(bytes);
    return encoding && !TEXT.test(text) ? null : text;
  } catch {
    const text = new TextDecoder("windows-1252").decode(bytes);
    return !encoding && STARTS.some((start) => text.startsWith(start)) ? text : null;
  }
}
