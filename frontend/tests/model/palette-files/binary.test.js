import assert from "node:assert/strict";
import { test } from "node:test";

import { readPaletteFile } from "../../../static/client/model/palette-files/files.js";

/** @param {string} hex  bytes in hexadecimal, spaces between them as one likes */
function bytes(hex) {
  return Uint8Array.from(hex.replace(/\s/g, "").match(/../g) ?? [], (byte) => parseInt(byte, 16));
}

/** @param {Uint8Array} file */
function refusal(file) {
  try {
    readPaletteFile(file);
  } catch (fault) {
    const { reason, offset } = /** @type {{reason: string, offset: number}} */ (fault);
    return [reason, offset];
  }
  return null;
}

/**
 * An Adobe colour table ("Color Table" in Adobe's Photoshop File Formats Specification): 256 colours, which
 * begin with black, red and white; then their number and the transparent one, if given.
 * @param {string} end
 */
function act(end = "") {
  return bytes(`000000 ff004d ffffff ${"000000".repeat(253)} ${end}`);
}

/**
 * A sprite of Aseprite with one frame (ase-file-specs.md): little-endian; header of 128 bytes, frame header
 * of 16, chunks.
 * @param {string} chunks
 * @param {{depth?: string, count?: string}} [options]
 */
function sprite(chunks, { depth = "2000", count = "01" } = {}) {
  const header = `00000000 e0a5 0100 0100 0100 ${depth} 01000000 6400 ${"00".repeat(108)}`;
  const frame = `00000000 faf1 ${count}00 6400 0000 00000000`;
  return bytes(`${header} ${frame} ${chunks}`);
}

// Its size is 47, its type 0x2019; 3 colours, 0 to 2; black, half-opaque red with the name "r", clear.
const PALETTE = `2f000000 1920 03000000 00000000 02000000 ${"00".repeat(8)}
  0000 000000ff  0100 ff004d80 0100 72  0000 12345600`;

test("Photoshop: 256 colours without a number are read, and merged", () => {
  assert.deepEqual(readPaletteFile(act()), { colours: ["#000000", "#ff004d", "#ffffff"], merged: 253 });
});

test("Photoshop: newer tables say how many colours they have, and which one is transparent", () => {
  assert.deepEqual(readPaletteFile(act("0003 ffff")).colours, ["#000000", "#ff004d", "#ffffff"]);
  assert.deepEqual(readPaletteFile(act("0003 0000")).colours, ["#ff004d", "#ffffff"]);
});

for (const first of ["fffeb0", "feffb0"])
  test(`Photoshop: a table that begins with #${first}, like a text in UTF-16, is a table`, () => {
    const table = bytes(`${first} 102030 ${"000000".repeat(254)}`);
    assert.deepEqual(readPaletteFile(table).colours, [`#${first}`, "#102030", "#000000"]);
  });

test("Aseprite: the palette of the first frame, without clear colours and names", () => {
  assert.deepEqual(readPaletteFile(sprite(PALETTE)).colours, ["#000000", "#ff004d"]);
});

test("Aseprite: in an indexed sprite, the transparent index is no colour", () => {
  const three = `2c000000 1920 03000000 00000000 02000000 ${"00".repeat(8)}
    0000 000000ff  0000 ff004dff  0000 ffffffff`;
  assert.deepEqual(readPaletteFile(sprite(three, { depth: "0800" })).colours, ["#ff004d", "#ffffff"]);
});

test("Aseprite: in an indexed sprite with a background, all colours are", () => {
  const background = `18000000 0420 0b00 ${"00".repeat(14)} 0000`;
  const two = `26000000 1920 02000000 00000000 01000000 ${"00".repeat(8)} 0000 000000ff  0000 ff004dff`;
  const file = sprite(`${background} ${two}`, { depth: "0800", count: "02" });
  assert.deepEqual(readPaletteFile(file).colours, ["#000000", "#ff004d"]);
});

test("Aseprite: other chunks are skipped, and palettes of older versions are read", () => {
  const skipped = "08000000 0520 ffff";
  const old = "10000000 0400 0100 0102 000000 ff004d";
  const file = sprite(`${skipped} ${old}`, { count: "02" });
  assert.deepEqual(readPaletteFile(file).colours, ["#000000", "#ff004d"]);
});

test("Aseprite: channels of the oldest version are from 0 to 63", () => {
  const oldest = "10000000 1100 0100 0002 000000 3f0010";
  assert.deepEqual(readPaletteFile(sprite(oldest)).colours, ["#000000", "#ff0041"]);
});

for (const [what, file, expected] of /** @type {[string, Uint8Array, [string, number | undefined]][]} */ ([
  ["bytes of no known format", bytes("00010203"), ["unknown", undefined]],
  ["text that is not UTF-8", bytes("ffe4f6fc"), ["unknown", undefined]],
  ["a table with more colours than there is room for", act("0101 ffff"), ["count", 768]],
  ["a sprite that ends in its header", sprite("").slice(0, 100), ["cut_off", 0]],
  ["a sprite without the magic number of a frame", sprite("").fill(0, 132, 134), ["header", 132]],
  ["a sprite that ends before a chunk", sprite(""), ["cut_off", 144]],
  ["a sprite that ends in a chunk", sprite(PALETTE).slice(0, -1), ["cut_off", 144]],
  ["a chunk without a size", sprite("00000000 1920"), ["cut_off", 144]],
  [
    "a palette that is longer than its chunk",
    sprite(PALETTE.replace("02000000", "03000000")),
    ["cut_off", 191],
  ],
  ["a sprite without a palette", sprite("06000000 0520"), ["no_colours", undefined]],
  ["a file of more than 8 MB", new Uint8Array(8 * 1024 * 1024 + 1), ["too_large", undefined]],
]))
  test(`refused, with its offset: ${what}`, () => {
    assert.deepEqual(refusal(file), expected);
  });
