/** The binary messages of the subprotocol tessera.v2.binary; docs/live.md describes them byte by byte. */

/** @import { FeedEvent } from "./canvas-pixels.js" */

/** @typedef {{type: "batch", events: FeedEvent[]}} Batch */
/** @typedef {{type: "ack", ref: number, seq: number, version: number}} Ack */
/** @typedef {[offset: number, colour: number]} Pixel */
/** @typedef {[x: number, y: number, colour: number]} Placed */

const BATCH = 1;
const ACKS = 2;
const PAINT = 1;

const NUMBER_BYTES = 8;

/** Flags of a record in a batch; the bits above them are a length or a number of pixels. */
const IS_JSON = 1;
const IS_OTHER_TILE = 2;
const IS_OTHER_ARTIST = 4;
const IS_ONE_COLOUR = 8;

/** The head of the record of a placement, and the flags that follow it. */
const PLACEMENT = 1;
const BY_OTHER_ARTIST = 1;
const IN_ONE_COLOUR = 2;

/**
 * Read a message from the server.
 * @param {ArrayBuffer} bytes
 * @returns {(Batch | Ack)[]} as in tessera.v1.json; none for a message of an unknown type
 * @throws {RangeError} if the bytes break the format
 */
export function decodeMessages(bytes) {
  const reader = new Reader(bytes);
  switch (reader.byte()) {
    case BATCH:
      return [{ type: "batch", events: eventsOf(reader) }];
    case ACKS:
      return acksOf(reader);
    default:
      return [];
  }
}

/**
 * Write the message that paints a stroke.
 * @param {number} ref
 * @param {number} tileId
 * @param {Pixel[]} pixels
 */
export function encodePaint(ref, tileId, pixels) {
  const colour = pixels[0]?.[1] ?? 0;
  const isOneColour = pixels.length > 0 && pixels.every((pixel) => pixel[1] === colour);
  const bytes = [PAINT];
  put(bytes, ref);
  put(bytes, tileId);
  put(bytes, 2 * pixels.length + (isOneColour ? 1 : 0));
  if (isOneColour) bytes.push(colour);
  /** @type {number | null} */
  let last = null;
  for (const [offset, shown] of pixels) {
    put(bytes, last === null ? offset : fold(offset - last));
    if (!isOneColour) bytes.push(shown);
    last = offset;
  }
  return Uint8Array.from(bytes);
}

/**
 * @param {Reader} reader
 * @returns {FeedEvent[]}
 */
function eventsOf(reader) {
  const events = [];
  let tile = 0;
  let version = 0;
  let artist = 0;
  for (let seq = reader.number(); !reader.isAtEnd; seq++) {
    const head = reader.number();
    if (head === PLACEMENT) {
      const flags = reader.number();
      if (flags & BY_OTHER_ARTIST) artist = moved(artist, reader.difference());
      const pixels = reader.positions(Math.floor(flags / 4), (flags & IN_ONE_COLOUR) > 0);
      events.push({ seq, kind: "pixels.placed", artist_id: artist, pixels });
      continue;
    }
    if (head & IS_JSON) {
      events.push(eventOf(reader.take(Math.floor(head / 2)), seq));
      continue;
    }
    version++;
    if (head & IS_OTHER_TILE) {
      tile = moved(tile, reader.difference());
      version = reader.number();
    }
    if (head & IS_OTHER_ARTIST) artist = moved(artist, reader.difference());
    const pixels = reader.pixels(Math.floor(head / 16), (head & IS_ONE_COLOUR) > 0);
    events.push({ seq, kind: "tile.painted", tile_id: tile, version, artist_id: artist, pixels });
  }
  return events;
}

/**
 * @param {Uint8Array} record
 * @param {number} seq
 * @returns {FeedEvent}
 */
function eventOf(record, seq) {
  let event;
  try {
    event = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(record));
  } catch {
    throw new RangeError("a record is not JSON");
  }
  if (event?.seq !== seq) throw new RangeError("a record has another number than its place");
  return event;
}

/**
 * @param {Reader} reader
 * @returns {Ack[]}
 */
function acksOf(reader) {
  /** @type {Ack[]} */
  const acks = [];
  while (!reader.isAtEnd)
    acks.push({ type: "ack", ref: reader.number(), seq: reader.number(), version: reader.number() });
  return acks;
}

/** Reads a message from its start to its end. Each method throws RangeError for what is not there. */
class Reader {
  #at = 0;

  /** @param {ArrayBuffer} bytes */
  constructor(bytes) {
    this.bytes = new Uint8Array(bytes);
  }

  get isAtEnd() {
    return this.#at === this.bytes.length;
  }

  byte() {
    const byte = this.bytes[this.#at++];
    if (byte === undefined) throw new RangeError("the message is truncated");
    return byte;
  }

  /** @param {number} count */
  take(count) {
    const end = this.#at + count;
    if (end > this.bytes.length) throw new RangeError("the message is truncated");
    const taken = this.bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** 7 bits per byte, the lowest first, in the shortest form; what JavaScript holds exactly. */
  number() {
    let value = 0;
    for (let index = 0; index < NUMBER_BYTES; index++) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** (7 * index);
      if (byte > 127) continue;
      if (byte === 0 && index > 0) throw new RangeError("a number is not in its shortest form");
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value;
    }
    throw new RangeError("a number is too large");
  }

  /** A signed number: 0, -1, 1, -2 … as 0, 1, 2, 3 … */
  difference() {
    const folded = this.number();
    return folded % 2 ? -(folded + 1) / 2 : folded / 2;
  }

  /**
   * The first offset, then differences.
   * @param {number} count
   * @param {boolean} isOneColour
   * @returns {Pixel[]}
   */
  pixels(count, isOneColour) {
    // checked before anything is read: each takes a byte at least
    if (count > this.bytes.length - this.#at) throw new RangeError("the message is truncated");
    /** @type {Pixel[]} */
    const pixels = [];
    const shared = isOneColour && count ? this.byte() : null;
    let offset = 0;
    for (let index = 0; index < count; index++) {
      offset = index ? moved(offset, this.difference()) : this.number();
      pixels.push([offset, shared ?? this.byte()]);
    }
    return pixels;
  }

  /**
   * Differences from the position before, at first from 0, 0.
   * @param {number} count
   * @param {boolean} isOneColour
   * @returns {Placed[]}
   */
  positions(count, isOneColour) {
    // checked before anything is read: each takes two bytes at least
    if (2 * count > this.bytes.length - this.#at) throw new RangeError("the message is truncated");
    /** @type {Placed[]} */
    const pixels = [];
    const shared = isOneColour && count ? this.byte() : null;
    let [x, y] = [0, 0];
    for (let index = 0; index < count; index++) {
      x = moved(x, this.difference());
      y = moved(y, this.difference());
      pixels.push([x, y, shared ?? this.byte()]);
    }
    return pixels;
  }
}

/**
 * @param {number[]} bytes
 * @param {number} number
 */
function put(bytes, number) {
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/**
 * Return 0, 1, 2, 3 … for 0, -1, 1, -2 …, so that small differences are small numbers.
 * @param {number} difference
 */
function fold(difference) {
  return difference < 0 ? -2 * difference - 1 : 2 * difference;
}

/**
 * @param {number} value
 * @param {number} difference
 */
function moved(value, difference) {
  const sum = value + difference;
  if (sum < 0 || sum > Number.MAX_SAFE_INTEGER) throw new RangeError("a difference leads out of range");
  return sum;
}
