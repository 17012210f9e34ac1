/**
 * Palettes as text. Each format has a reader, from text to colours as `#rrggbb`, and a writer. Colours that
 * are fully transparent are left out, because a canvas has transparency besides its palette; others become
 * opaque.
 *
 * @typedef {{colour: string, line: number}} Entry  a colour and the line that it is from, counted from 1
 */

import { formatColour, parseHex } from "../colours.js";
import { PaletteFault } from "./fault.js";

const GIMP = "GIMP Palette";
const JASC = "JASC-PAL";
const JASC_VERSION = "0100";

/**
 * Read GIMP's format: the header, optional `Name:`, `Columns:` and `Channels:`, comments after `#`, and a
 * colour per line, `red green blue name`. Aseprite writes an alpha before the name (`Channels: RGBA`).
 * https://developer.gimp.org/core/standards/gpl/
 * @param {string} text
 * @returns {Entry[]}
 */
export function readGpl(text) {
  const lines = linesOf(text);
  if (lines[0]?.trim() !== GIMP) throw new PaletteFault("header", { line: 1 });
  let hasAlpha = false;
  const entries = /** @type {Entry[]} */ ([]);
  for (const [at, raw] of lines.entries()) {
    const content = raw.trim();
    if (at === 0 || !content || content.startsWith("#")) continue;
    const [, name, value] = /^(Name|Columns|Channels)\s*:(.*)$/i.exec(content) ?? [];
    if (name) {
      if (name.toLowerCase() === "channels") hasAlpha = value?.trim().toUpperCase() === "RGBA";
      continue;
    }
    const channels = content.split(/\s+/).slice(0, hasAlpha ? 4 : 3);
    add(entries, channels, at + 1);
  }
  return entries;
}

/**
 * @param {readonly string[]} colours
 * @param {string} name
 */
export function writeGpl(colours, name) {
  const rows = colours.map((colour) => `${decimals(colour, 3)}\t${colour}`);
  return [GIMP, `Name: ${name}`, "Columns: 8", "#", ...rows, ""].join("\n");
}

/**
 * Read the format of Paint Shop Pro: header, version, number of colours, and `red green blue` per line. Some
 * programs add an alpha. https://liero.nl/lierohack/docformats/other-jasc.html
 * @param {string} text
 * @returns {Entry[]}
 */
export function readJasc(text) {
  const lines = linesOf(text);
  if (lines[0]?.trim() !== JASC) throw new PaletteFault("header", { line: 1 });
  if (lines[1]?.trim() !== JASC_VERSION) throw new PaletteFault("header", { line: 2 });
  const count = Number(lines[2]?.trim() || Number.NaN);
  if (!Number.isInteger(count)) throw new PaletteFault("count", { line: 3 });
  const entries = /** @type {Entry[]} */ ([]);
  let found = 0;
  for (const [at, raw] of lines.entries()) {
    if (at < 3 || !raw.trim()) continue;
    found += 1;
    if (found > count) throw new PaletteFault("count", { line: at + 1 });
    add(entries, raw.trim().split(/\s+/).slice(0, 4), at + 1);
  }
  if (found < count) throw new PaletteFault("cut_off", { line: lines.length });
  return entries;
}

/** @param {readonly string[]} colours */
export function writeJasc(colours) {
  const rows = colours.map((colour) => decimals(colour, 1));
  return [JASC, JASC_VERSION, colours.length, ...rows, ""].join("\r\n");
}

/**
 * Read hexadecimal numbers: the "HEX File" of https://lospec.com/palette-list, a colour per line, and lists
 * as people paste them, with or without `#`, separated by spaces, commas, quotes or brackets.
 * @param {string} text
 * @returns {Entry[]}
 */
export function readHex(text) {
  const entries = /** @type {Entry[]} */ ([]);
  for (const [at, raw] of linesOf(text).entries()) {
    for (const word of raw.split(/[\s,;"'[\](){}]+/).filter(Boolean)) {
      const opaque = /^#[\da-f]{8}$/i.test(word) ? word.slice(0, 7) : word; // as CSS: the alpha is last
      const colour = parseHex(opaque);
      // What does not even begin with a colour is something else, of which a line says nothing.
      if (!colour)
        throw entries.length ? new PaletteFault("colour", { line: at + 1 }) : new PaletteFault("unknown");
      if (opaque === word || !word.endsWith("00")) entries.push({ colour, line: at + 1 });
    }
  }
  return entries;
}

/** @param {readonly string[]} colours */
export function writeHex(colours) {
  return `${colours.map((colour) => colour.slice(1)).join("\n")}\n`;
}

/**
 * Read Paint.NET's format: `aarrggbb` per line, comments after `;`.
 * https://www.getpaint.net/doc/latest/WorkingWithPalettes.html
 * @param {string} text
 * @returns {Entry[]}
 */
export function readPaintNet(text) {
  const entries = /** @type {Entry[]} */ ([]);
  for (const [at, raw] of linesOf(text).entries()) {
    const content = raw.replace(/;.*/, "").trim().toLowerCase();
    if (!content) continue;
    const [, alpha = "ff", digits] = /^([\da-f]{2})?([\da-f]{6})$/.exec(content) ?? [];
    if (!digits) throw new PaletteFault("colour", { line: at + 1 });
    if (alpha !== "00") entries.push({ colour: `#${digits}`, line: at + 1 });
  }
  return entries;
}

/**
 * @param {readonly string[]} colours
 * @param {string} name
 */
export function writePaintNet(colours, name) {
  const rows = colours.map((colour) => `FF${colour.slice(1).toUpperCase()}`);
  return ["; paint.net Palette File", `; ${name}`, ...rows, ""].join("\r\n");
}

/**
 * Return whether lines are of Paint.NET's format rather than plain hexadecimal numbers.
 * @param {string} text
 */
export function looksLikePaintNet(text) {
  // No \s, which matches line breaks: it would try each of many empty lines from each of them.
  return /^[ \t]*(;|[\da-f]{8}[ \t]*(;|$))/im.test(text);
}

/** @param {string} text */
function linesOf(text) {
  return text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
}

/**
 * Add a colour of three channels, or four with an alpha.
 * @param {Entry[]} entries
 * @param {string[]} channels decimal
 * @param {number} line
 */
function add(entries, channels, line) {
  const values = channels.filter((channel) => /^\d{1,3}$/.test(channel)).map(Number);
  if (values.length < 3 || values.length < channels.length || values.some((value) => value > 255))
    throw new PaletteFault("colour", { line });
  const [red = 0, green = 0, blue = 0, alpha = 255] = values;
  if (alpha) entries.push({ colour: formatColour([red, green, blue]), line });
}

/**
 * @param {string} colour
 * @param {number} width of each number, padded with spaces
 */
function decimals(colour, width) {
  return [1, 3, 5].map((at) => String(parseInt(colour.slice(at, at + 2), 16)).padStart(width)).join(" ");
}
