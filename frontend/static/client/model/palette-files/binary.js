/**
 * Palettes as bytes. Each format has a reader and a writer, as in `text.js`; entries name their offset.
 *
 * @typedef {{colour: string, offset: number}} Entry  a colour and the byte where it begins, counted from 0
 */

import { formatColour, parseColour } from "../colours.js";
import { PaletteFault } from "./fault.js";

const ACT_COLOURS = 256;
const ACT_BYTES = 3 * ACT_COLOURS;
const ACT_NONE = 0xffff;

/** Whole sizes of Adobe's colour tables: without and with the number of colours. */
export const ACT_SIZES = [ACT_BYTES, ACT_BYTES + 4];

/**
 * Read Adobe's colour table: 256 colours of three bytes; then, in newer files, their number and the index of
 * the transparent one, as big-endian words.
 * https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/#50577411_pgfId-1070626
 * @param {Uint8Array} bytes
 * @returns {Entry[]}
 */
export function readAct(bytes) {
  if (!ACT_SIZES.includes(bytes.length)) throw new PaletteFault("cut_off", { offset: bytes.length });
  const isCounted = bytes.length > ACT_BYTES;
  const view = viewOf(bytes);
  const count = isCounted ? view.getUint16(ACT_BYTES) : ACT_COLOURS;
  if (count > ACT_COLOURS) throw new PaletteFault("count", { offset: ACT_BYTES });
  const transparent = isCounted ? view.getUint16(ACT_BYTES + 2) : ACT_NONE;
  return Array.from({ length: count }, (_, index) => entryAt(view, 3 * index)).filter(
    (_, index) => index !== transparent,
  );
}

/** @param {readonly string[]} colours */
export function writeAct(colours) {
  const bytes = new Uint8Array(ACT_BYTES + 4);
  colours.forEach((colour, index) => {
    bytes.set(parseColour(colour), 3 * index);
  });
  const view = viewOf(bytes);
  view.setUint16(ACT_BYTES, colours.length);
  view.setUint16(ACT_BYTES + 2, ACT_NONE);
  return bytes;
}

const HEADER_BYTES = 128;
const FRAME_BYTES = 16;
const CHUNK_BYTES = 6;
const MAGIC = 0xa5e0;
const FRAME_MAGIC = 0xf1fa;
const LAYER = 0x2004;
const PALETTE = 0x2019;
const OLD_PALETTE = 0x0004;
const OLDER_PALETTE = 0x0011;
const BACKGROUND = 8; // a flag of the layer on which no index is transparent
const INDEXED = 8;
const RGBA = 32;
const HAS_NAME = 1;

/**
 * Return whether a file is a sprite of Aseprite.
 * @param {Uint8Array} bytes
 */
export function isAseprite(bytes) {
  return bytes.length >= 6 && viewOf(bytes).getUint16(4, true) === MAGIC;
}

/**
 * Read the palette of a sprite's first frame, without the colour that stands for transparency if it does.
 * https://github.com/aseprite/aseprite/blob/main/docs/ase-file-specs.md
 * @param {Uint8Array} bytes
 * @returns {Entry[]}
 */
export function readAseprite(bytes) {
  const view = viewOf(bytes);
  need(view, 0, HEADER_BYTES + FRAME_BYTES);
  if (view.getUint16(4, true) !== MAGIC) throw new PaletteFault("header", { offset: 4 });
  if (view.getUint16(HEADER_BYTES + 4, true) !== FRAME_MAGIC)
    throw new PaletteFault("header", { offset: HEADER_BYTES + 4 });
  const count = view.getUint32(HEADER_BYTES + 12, true) || view.getUint16(HEADER_BYTES + 6, true);
  /** @type {Map<number, Map<number, Entry | null>>} */
  const found = new Map();
  let hasBackground = false;
  let at = HEADER_BYTES + FRAME_BYTES;
  for (let chunk = 0; chunk < count; chunk++) {
    need(view, at, CHUNK_BYTES);
    const size = view.getUint32(at, true);
    if (size < CHUNK_BYTES) throw new PaletteFault("cut_off", { offset: at });
    need(view, at, size);
    const type = view.getUint16(at + 4, true);
    if (type === LAYER) {
      need(view, at + CHUNK_BYTES, 2, at + size);
      hasBackground ||= Boolean(view.getUint16(at + CHUNK_BYTES, true) & BACKGROUND);
    }
    const read = READERS.get(type);
    if (read) found.set(type, read(view, at + CHUNK_BYTES, at + size, found.get(type) ?? new Map()));
    at += size;
  }
  const entries = found.get(PALETTE) ?? found.get(OLD_PALETTE) ?? found.get(OLDER_PALETTE);
  if (!entries) throw new PaletteFault("no_colours");
  if (view.getUint16(12, true) === INDEXED && !hasBackground) entries.delete(view.getUint8(28));
  return [...entries].sort(([one], [other]) => one - other).flatMap(([, entry]) => entry ?? []);
}

/**
 * Readers of the chunks that hold palettes, by type: each adds entries by index, null for a transparent one.
 * @type {Map<number, (view: DataView, at: number, end: number, entries: Map<number, Entry | null>)
 *   => Map<number, Entry | null>>}
 */
const READERS = new Map([
  [PALETTE, readPalette],
  [OLD_PALETTE, (view, at, end, entries) => readPackets(view, at, end, entries, 255)],
  [OLDER_PALETTE, (view, at, end, entries) => readPackets(view, at, end, entries, 63)],
]);

/**
 * @param {DataView} view
 * @param {number} at
 * @param {number} end
 * @param {Map<number, Entry | null>} entries
 */
function readPalette(view, at, end, entries) {
  need(view, at, 20, end);
  const [first, last] = [view.getUint32(at + 4, true), view.getUint32(at + 8, true)];
  let offset = at + 20;
  for (let index = first; index <= last; index++) {
    need(view, offset, 6, end);
    const flags = view.getUint16(offset, true);
    entries.set(index, view.getUint8(offset + 5) ? entryAt(view, offset + 2) : null);
    offset += 6;
    if (flags & HAS_NAME) {
      need(view, offset, 2, end);
      offset += 2 + view.getUint16(offset, true);
    }
  }
  return entries;
}

/**
 * Read a palette of older versions: packets that skip colours and give some.
 * @param {DataView} view
 * @param {number} at
 * @param {number} end
 * @param {Map<number, Entry | null>} entries
 * @param {number} most value of a channel
 */
function readPackets(view, at, end, entries, most) {
  need(view, at, 2, end);
  const packets = view.getUint16(at, true);
  let [offset, index] = [at + 2, 0];
  for (let packet = 0; packet < packets; packet++) {
    need(view, offset, 2, end);
    index += view.getUint8(offset);
    const count = view.getUint8(offset + 1) || 256;
    need(view, offset + 2, 3 * count, end);
    for (let nth = 0; nth < count; nth++, index++)
      entries.set(index, entryAt(view, offset + 2 + 3 * nth, most));
    offset += 2 + 3 * count;
  }
  return entries;
}

/**
 * Write a sprite of one pixel, an empty layer and the palette.
 * @param {readonly string[]} colours
 * @param {string} name of the layer
 */
export function writeAseprite(colours, name) {
  const layer = layerChunk(name);
  const palette = paletteChunk(colours);
  const frame = FRAME_BYTES + layer.length + palette.length;
  const bytes = new Uint8Array(HEADER_BYTES + frame);
  const view = viewOf(bytes);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, MAGIC, true);
  view.setUint16(6, 1, true); // frames
  view.setUint16(8, 1, true); // width
  view.setUint16(10, 1, true); // height
  view.setUint16(12, RGBA, true);
  view.setUint32(14, 1, true); // the layer's opacity is valid
  view.setUint16(18, 100, true); // milliseconds per frame
  view.setUint16(32, colours.length, true);
  view.setUint8(34, 1); // pixels are
  view.setUint8(35, 1); // square
  view.setUint32(HEADER_BYTES, frame, true);
  view.setUint16(HEADER_BYTES + 4, FRAME_MAGIC, true);
  view.setUint16(HEADER_BYTES + 6, 2, true);
  view.setUint16(HEADER_BYTES + 8, 100, true);
  view.setUint32(HEADER_BYTES + 12, 2, true);
  bytes.set(layer, HEADER_BYTES + FRAME_BYTES);
  bytes.set(palette, HEADER_BYTES + FRAME_BYTES + layer.length);
  return bytes;
}

/** @param {string} name */
function layerChunk(name) {
  const text = new TextEncoder().encode(name);
  const bytes = chunk(LAYER, 18 + text.length);
  const view = viewOf(bytes);
  view.setUint16(CHUNK_BYTES, 3, true); // visible and editable
  view.setUint8(CHUNK_BYTES + 12, 255); // opacity
  view.setUint16(CHUNK_BYTES + 16, text.length, true);
  bytes.set(text, CHUNK_BYTES + 18);
  return bytes;
}

/** @param {readonly string[]} colours */
function paletteChunk(colours) {
  const bytes = chunk(PALETTE, 20 + 6 * colours.length);
  const view = viewOf(bytes);
  view.setUint32(CHUNK_BYTES, colours.length, true);
  view.setUint32(CHUNK_BYTES + 8, colours.length - 1, true);
  colours.forEach((colour, index) => {
    bytes.set([...parseColour(colour), 255], CHUNK_BYTES + 20 + 6 * index + 2);
  });
  return bytes;
}

/**
 * @param {number} type
 * @param {number} size of its content
 */
function chunk(type, size) {
  const bytes = new Uint8Array(CHUNK_BYTES + size);
  viewOf(bytes).setUint32(0, bytes.length, true);
  viewOf(bytes).setUint16(4, type, true);
  return bytes;
}

/**
 * @param {DataView} view
 * @param {number} offset
 * @param {number} [most] value of a channel
 * @returns {Entry}
 */
function entryAt(view, offset, most = 255) {
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((channel) =>
    Math.min(255, Math.round((view.getUint8(offset + channel) * 255) / most)),
  );
  return { colour: formatColour([red, green, blue]), offset };
}

/**
 * Throw PaletteFault unless bytes lie before the end.
 * @param {DataView} view
 * @param {number} at
 * @param {number} count
 * @param {number} [end]
 */
function need(view, at, count, end = view.byteLength) {
  if (at + count > end) throw new PaletteFault("cut_off", { offset: Math.min(at, end) });
}

/** @param {Uint8Array} bytes */
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
