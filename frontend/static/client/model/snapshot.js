/** Reads the binary snapshot of a canvas; `GET /canvases/{id}/snapshot` documents its layout. */

/** @typedef {{id: number, x: number, y: number, version: number, pixels: Uint8Array | null}} SnapshotTile */
/**
 * @typedef {{columns: number, rows: number, tileSize: number, palette: string[], seq: number,
 *   hasPixels: boolean, tiles: SnapshotTile[]}} Snapshot
 */

const MAGIC = 0x54535241; // "TSRA"
const [WITH_PIXELS, WITHOUT_PIXELS] = [1, 2];
const HEADER_BYTES = 24;
const TILE_HEADER_BYTES = 16;

/**
 * Unpack a snapshot. The tiles' pixels are views of one buffer, without copies.
 * @param {ArrayBuffer} bytes
 * @returns {Promise<Snapshot>}
 * @throws {RangeError} for other data, or an unknown format
 */
export async function readSnapshot(bytes) {
  const header = new DataView(bytes);
  const form = bytes.byteLength < HEADER_BYTES || header.getUint32(0) !== MAGIC ? 0 : header.getUint8(4);
  if (form !== WITH_PIXELS && form !== WITHOUT_PIXELS) throw new RangeError("not a snapshot");
  const hasPixels = form === WITH_PIXELS;
  const colours = header.getUint8(5);
  const tileSize = header.getUint16(10);
  const laid = await inflate(bytes.slice(HEADER_BYTES + 3 * colours));
  return {
    columns: header.getUint16(6),
    rows: header.getUint16(8),
    tileSize,
    seq: Number(header.getBigUint64(16)),
    palette: Array.from({ length: colours }, (_, index) => colourAt(header, HEADER_BYTES + 3 * index)),
    hasPixels,
    tiles: tilesOf(laid, header.getUint32(12), hasPixels ? tileSize * tileSize : 0),
  };
}

/**
 * @param {ArrayBuffer} laid
 * @param {number} count
 * @param {number} area pixels per tile, 0 if they come without
 * @returns {SnapshotTile[]}
 */
function tilesOf(laid, count, area) {
  const stride = TILE_HEADER_BYTES + area;
  if (laid.byteLength !== count * stride) throw new RangeError("the snapshot is truncated");
  const numbers = new DataView(laid);
  return Array.from({ length: count }, (_, index) => {
    const at = index * stride;
    return {
      id: Number(numbers.getBigUint64(at)),
      x: numbers.getUint16(at + 8),
      y: numbers.getUint16(at + 10),
      version: numbers.getUint32(at + 12),
      pixels: area ? new Uint8Array(laid, at + TILE_HEADER_BYTES, area) : null,
    };
  });
}

/**
 * @param {DataView} header
 * @param {number} at
 */
function colourAt(header, at) {
  const number = (header.getUint16(at) << 8) | header.getUint8(at + 2);
  return `#${number.toString(16).padStart(6, "0")}`;
}

/**
 * @param {ArrayBuffer} packed a zlib stream, "deflate" in web APIs
 * @returns {Promise<ArrayBuffer>}
 */
export async function inflate(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}
