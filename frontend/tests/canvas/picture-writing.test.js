import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../static/client/api.js";
import { PictureWriting } from "../../static/client/canvas/picture-writing.js";
import { fromBase64, toBase64 } from "../../static/client/model/tile-pixels.js";

/** @import { Step } from "../../static/client/canvas/picture-plan.js" */

const NEVER = new AbortController().signal;
const PART = Uint16Array.of(1, 0, 0, 256);

/** A service with tiles of 2 x 2 pixels, of which the test can change some before a request arrives. */
class Service {
  /** @type {Map<number, {id: number, version: number, pixels: string, pending?: object}>} */
  tiles = new Map();
  /** @type {string[]} */
  requests = [];
  /** @type {Error[]} */
  failures = [];
  /** Whether all changes wait for a review. */
  reviews = false;

  /** @param {number[]} pixels */
  add(...pixels) {
    const id = this.tiles.size + 1;
    this.tiles.set(id, { id, version: 1, pixels: toBase64(Uint8Array.from(pixels)) });
    return id;
  }

  /** @param {number} id */
  pixelsOf(id) {
    return [...fromBase64(this.tiles.get(id)?.pixels ?? "")];
  }

  /** @param {string} path */
  async get(path) {
    return this.#find(path);
  }

  /**
   * @param {string} path
   * @param {{pixels: string}} body
   */
  async post(path, { pixels }) {
    this.requests.push(`POST ${path}`);
    const failure = this.failures.shift();
    if (failure) throw failure;
    if (!this.reviews) return this.#find(`/tiles/${this.add(...fromBase64(pixels))}`);
    const tile = this.#find(`/tiles/${this.add(0, 0, 0, 0)}`);
    return Object.assign(tile, { pending: { pixels } });
  }

  /**
   * @param {string} path
   * @param {{pixels: string}} body
   * @param {{headers: Record<string, string>}} options
   */
  async put(path, { pixels }, { headers }) {
    this.requests.push(`PUT ${path}`);
    const failure = this.failures.shift();
    if (failure) throw failure;
    const tile = this.#find(path);
    if (headers["If-Match"] !== `"${tile.version}"`)
      throw new ApiError({ status: 412, code: "stale_version" });
    if (this.reviews) return { ...Object.assign(tile, { pending: { pixels } }) };
    tile.version += 1;
    tile.pixels = pixels;
    return { ...tile };
  }

  /** @param {string} path */
  async delete(path) {
    this.tiles.delete(this.#find(path).id);
  }

  /** @param {string} path */
  #find(path) {
    const tile = this.tiles.get(Number(path.split("/").at(-1)));
    if (!tile) throw new ApiError({ status: 404, code: "tile_not_found" });
    return tile;
  }
}

/**
 * @param {Service} service
 * @param {number} id
 * @returns {Step}
 */
function over(service, id) {
  const { version = 1 } = service.tiles.get(id) ?? {};
  const pixels = Uint8Array.from(service.pixelsOf(id));
  return { cell: { x: id, y: 0 }, tile: { id, version, creator: null, pixels }, part: PART };
}

/** @type {Step} */
const CLAIM = { cell: { x: 0, y: 0 }, tile: null, part: PART };

/** @param {Service} service */
function writingTo(service) {
  return new PictureWriting(/** @type {any} */ (service), 7);
}

test("tiles are painted over and empty cells claimed", async () => {
  const service = new Service();
  const id = service.add(9, 9, 9, 9);
  const writing = writingTo(service);
  await writing.paint([over(service, id), CLAIM], false, NEVER);
  assert.deepEqual(
    [service.pixelsOf(1), service.pixelsOf(2)],
    [
      [1, 9, 9, 9],
      [1, 0, 0, 0],
    ],
  );
  assert.deepEqual([writing.settled, writing.refused, writing.isUnderWay], [2, 0, false]);
});

test("what others painted meanwhile stays below the picture", async () => {
  const service = new Service();
  const step = over(service, service.add(9, 9, 9, 9));
  Object.assign(service.tiles.get(1) ?? {}, { version: 2, pixels: toBase64(Uint8Array.of(8, 8, 8, 8)) });
  await writingTo(service).paint([step], false, NEVER);
  assert.deepEqual(service.pixelsOf(1), [1, 8, 8, 8]);
});

test("it can be undone: tiles are as before, claimed ones are gone", async () => {
  const service = new Service();
  const writing = writingTo(service);
  await writing.paint([over(service, service.add(9, 9, 9, 9)), CLAIM], false, NEVER);
  await writing.undo(NEVER);
  assert.deepEqual([service.pixelsOf(1), service.tiles.size], [[9, 9, 9, 9], 1]);
});

test("undoing leaves tiles that others have painted since", async () => {
  const service = new Service();
  const writing = writingTo(service);
  await writing.paint([over(service, service.add(9, 9, 9, 9)), CLAIM], false, NEVER);
  for (const tile of service.tiles.values()) tile.version += 1;
  await writing.undo(NEVER);
  assert.deepEqual([service.pixelsOf(1), service.tiles.size, writing.refused], [[1, 9, 9, 9], 2, 2]);
});

test("of what waits for a review, claimed tiles can be given up, and the others are left", async () => {
  const service = new Service();
  service.reviews = true;
  const writing = writingTo(service);
  await writing.paint([over(service, service.add(9, 9, 9, 9)), CLAIM], false, NEVER);
  assert.deepEqual([writing.painted, writing.submitted, service.tiles.size], [0, 2, 2]);
  await writing.undo(NEVER);
  assert.deepEqual([...service.tiles.keys()], [1]);
});

test("a tile that has got a newer version is painted over what waits for a review", async () => {
  const service = new Service();
  const step = over(service, service.add(9, 9, 9, 9));
  const pending = { pixels: toBase64(Uint8Array.of(7, 7, 7, 7)) };
  Object.assign(service.tiles.get(1) ?? {}, { version: 2, pending });
  await writingTo(service).paint([step], false, NEVER);
  assert.deepEqual(service.pixelsOf(1), [1, 7, 7, 7]);
});

test("a refused tile is left out, and the others are painted", async () => {
  const service = new Service();
  service.failures = [new ApiError({ status: 409, code: "tile_locked" })];
  const writing = writingTo(service);
  await writing.paint([over(service, service.add(9, 9, 9, 9)), CLAIM], false, NEVER);
  assert.deepEqual([writing.done.length, writing.refused], [1, 1]);
});

test("a request is repeated when the service asks for time", async () => {
  const service = new Service();
  service.failures = [new ApiError({ status: 429, code: "paint_limit", retryAfter: 0.001 })];
  await writingTo(service).paint([CLAIM], false, NEVER);
  assert.deepEqual(service.requests, ["POST /tiles", "POST /tiles"]);
});

test("another failure ends it, and what was painted can be undone", async () => {
  const service = new Service();
  service.failures = [new ApiError({ status: 0, code: "unreachable" })];
  const writing = writingTo(service);
  await assert.rejects(writing.paint([CLAIM, CLAIM], false, NEVER), { code: "unreachable" });
  assert.equal(writing.isUnderWay, false);
});

test("cancelled, it paints no more tiles", async () => {
  const service = new Service();
  const cancelled = new AbortController();
  const writing = writingTo(service);
  writing.addEventListener("change", () => writing.settled === 2 && cancelled.abort());
  await writing.paint(
    Array.from({ length: 40 }, () => CLAIM),
    false,
    cancelled.signal,
  );
  assert.ok(service.tiles.size < 10, `${service.tiles.size} tiles`);
});
