import assert from "node:assert/strict";
import test from "node:test";
import { deflateSync } from "node:zlib";
import { readSnapshot } from "../../static/client/model/snapshot.js";

/**
 * As the tiles service packs it: two tiles of 2 x 2 on a canvas of 3 x 1.
 * @param {number} tilesPacked
 */
function packed(tilesPacked = 2) {
  const head = Buffer.alloc(24);
  head.write("TSRA");
  head.writeUInt8(1, 4);
  head.writeUInt8(2, 5);
  head.writeUInt16BE(3, 6);
  head.writeUInt16BE(1, 8);
  head.writeUInt16BE(2, 10);
  head.writeUInt32BE(2, 12);
  head.writeBigUInt64BE(2n ** 40n, 16);
  const tiles = [
    [7, 0, 3],
    [8, 2, 5],
  ]
    .slice(0, tilesPacked)
    .map(([id, x, version]) => {
      const tile = Buffer.alloc(20);
      tile.writeBigUInt64BE(BigInt(id));
      tile.writeUInt16BE(x, 8);
      tile.writeUInt32BE(version, 12);
      tile.set([0, 1, 2, id], 16);
      return tile;
    });
  const bytes = Buffer.concat([head, Buffer.from([1, 2, 3, 255, 0, 9]), deflateSync(Buffer.concat(tiles))]);
  return new Uint8Array(bytes).buffer;
}

test("a snapshot contains dimensions, palette and sequence number", async () => {
  const { tiles, ...head } = await readSnapshot(packed());
  assert.deepEqual(head, {
    columns: 3,
    rows: 1,
    tileSize: 2,
    seq: 2 ** 40,
    palette: ["#010203", "#ff0009"],
    hasPixels: true,
  });
  assert.equal(tiles.length, 2);
});

test("a snapshot's tiles have position, version and pixels", async () => {
  const { tiles } = await readSnapshot(packed());
  assert.deepEqual(
    { ...tiles[1], pixels: [...(tiles[1].pixels ?? [])] },
    { id: 8, x: 2, y: 0, version: 5, pixels: [0, 1, 2, 8] },
  );
});

test("other data is rejected", async () => {
  await assert.rejects(readSnapshot(new ArrayBuffer(40)), RangeError);
});

test("a truncated snapshot is rejected", async () => {
  await assert.rejects(readSnapshot(packed(1)), RangeError);
});
