import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_CHARACTERS, readPaletteText } from "../../../static/client/model/palette-files/files.js";

/**
 * Return the colours of a text.
 * @param {string[]} lines
 */
function colours(...lines) {
  return readPaletteText(lines.join("\n")).colours;
}

/**
 * Return the reason and the line for which a text is refused.
 * @param {string[]} lines
 */
function refusal(...lines) {
  try {
    readPaletteText(lines.join("\n"));
  } catch (fault) {
    const { reason, line } = /** @type {{reason: string, line: number}} */ (fault);
    return [reason, line];
  }
  return null;
}

// As in GIMP's documentation: https://developer.gimp.org/core/standards/gpl/
const GIMP = [
  "GIMP Palette",
  "Name: Flag",
  "Columns: 3",
  "# a comment",
  "  0   0   0\tBlack",
  "255  0 77 Red",
];

test("GIMP: a colour per line, with or without a name", () => {
  assert.deepEqual(colours(...GIMP, "41 173 255"), ["#000000", "#ff004d", "#29adff"]);
});

test("GIMP: a name may be a number, unless the file has an alpha as Aseprite writes it", () => {
  assert.deepEqual(colours(...GIMP, "1 2 3 0"), ["#000000", "#ff004d", "#010203"]);
  const aseprite = [
    "GIMP Palette",
    "Channels: RGBA",
    "#",
    "0 0 0 0 Clear",
    "1 2 3 255 Ink",
    "9 9 9 255 Soot",
  ];
  assert.deepEqual(colours(...aseprite), ["#010203", "#090909"]);
});

test("Paint Shop Pro: header, version, number of colours, and lines of red, green, blue", () => {
  assert.deepEqual(colours("JASC-PAL\r", "0100\r", "2\r", "0 0 0\r", "255 0 77\r"), ["#000000", "#ff004d"]);
});

test("Paint.NET: alpha first, comments after semicolons", () => {
  assert.deepEqual(colours("; paint.net Palette File", "FF000000", "ffff004d ; red", "00123456"), [
    "#000000",
    "#ff004d",
  ]);
});

for (const [how, text] of /** @type {const} */ ([
  ["of Lospec's .hex files", "000000\nff004d\n"],
  ["with #", "#000 #ff004d"],
  ["separated by commas", "#000000,#FF004D"],
  ["of a script", '["#000000", "#ff004d"]'],
  ["with the alpha of CSS", "#000000ff; #ff004dff; #12345600"],
  ["after a byte order mark", "\uFEFF000000 ff004d"],
]))
  test(`a list of hexadecimal numbers ${how} is a palette`, () => {
    assert.deepEqual(readPaletteText(text).colours, ["#000000", "#ff004d"]);
  });

test("duplicates are merged, and counted", () => {
  assert.deepEqual(readPaletteText("000000 FFFFFF #fff 000"), { colours: ["#000000", "#ffffff"], merged: 2 });
});

test("a palette has at most 255 colours: the line of the next one is named", () => {
  const many = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(6, "0"));
  assert.equal(colours(...many.slice(0, 255)).length, 255);
  assert.deepEqual(refusal(...many), ["too_many", 256]);
});

test("a text of more than a million characters is refused, however few colours it has", () => {
  const longest = `#000000\n${"#ffffff\n".repeat(MOST_CHARACTERS / 8 - 1)}`;
  assert.deepEqual(colours(longest), ["#000000", "#ffffff"]);
  assert.deepEqual(refusal(`${longest}\n`), ["text_too_large", undefined]);
});

for (const [what, lines, expected] of /** @type {[string, string[], [string, number | undefined]][]} */ ([
  ["one colour", ["000000", "#000"], ["too_few", undefined]],
  ["nothing", [""], ["too_few", undefined]],
  ["a word among hexadecimal numbers", ["000000", "ffffff", "scarlet"], ["colour", 3]],
  ["a text that is no palette", ["<svg></svg>"], ["unknown", undefined]],
  ["a palette of Lospec's API", ['{"name": "PICO-8", "colors": ["000000"]}'], ["unknown", undefined]],
  ["GIMP's header with something else", ["GIMP Pattern", "0 0 0"], ["header", 1]],
  ["a channel above 255 in GIMP's format", [...GIMP, "256 0 0"], ["colour", 7]],
  ["two channels in GIMP's format", [...GIMP, "25 0"], ["colour", 7]],
  ["another version of Paint Shop Pro's", ["JASC-PAL", "0200", "1", "0 0 0"], ["header", 2]],
  ["no number of colours", ["JASC-PAL", "0100", "few", "0 0 0"], ["count", 3]],
  ["more colours than announced", ["JASC-PAL", "0100", "1", "0 0 0", "1 1 1"], ["count", 5]],
  ["fewer colours than announced", ["JASC-PAL", "0100", "3", "0 0 0", "1 1 1"], ["cut_off", 5]],
  ["a negative channel", ["JASC-PAL", "0100", "2", "0 0 0", "-1 0 0"], ["colour", 5]],
  ["seven digits in Paint.NET's format", ["FF000000", "FF00000"], ["colour", 2]],
]))
  test(`refused, with its line: ${what}`, () => {
    assert.deepEqual(refusal(...lines), expected);
  });
