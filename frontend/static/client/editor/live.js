/**
 * A tile that everybody paints at once: what the server has, with what was painted here on top until it has that.
 *
 * @typedef {import("./clipboard.js").Change} Change
 * @typedef {import("./strokes.js").Painted} Painted
 * @typedef {import("./strokes.js").Refusal} Refusal
 */

import { fromBase64 } from "../model/tile-pixels.js";
import { difference, StrokeSender } from "./strokes.js";

export class LiveTile {
  /** Durable strokes of one's own that the feed has not brought yet. @type {{version: number, stroke: Map<number, number>}[]} */
  #durable = [];

  /**
   * @param {{id: number, version: number}} tile
   * @param {Uint8Array} pixels  of that version
   * @param {number} artistId  who paints here
   * @param {(pixels: Change[]) => Promise<Painted>} send
   * @param {{
   *   show: (changes: Change[]) => void,
   *   refused: (refusal: Refusal) => void,
   *   outdated: () => void,
   *   changed: () => void,
   * }} listener  `show` what others painted; `outdated`: the tile has to be loaded again, see `reset`
   */
  constructor(tile, pixels, artistId, send, listener) {
    this.tileId = tile.id;
    this.version = tile.version;
    this.confirmed = pixels.slice();
    this.artistId = artistId;
    this.listener = listener;
    this.sender = new StrokeSender(send, {
      durable: (stroke, { version }) => {
        if (version > this.version) this.#durable.push({ version, stroke });
      },
      refused: (stroke, refusal) => {
        this.#show([...stroke.keys()].map((offset) => [offset, this.confirmed[offset]]));
        listener.refused(refusal);
      },
      changed: listener.changed,
    });
  }

  /** Send what was painted here. @param {Change[]} changes */
  paint(changes) {
    this.sender.add(changes);
  }

  /**
   * Take an event of the feed about this tile.
   * @param {{kind: string, seq: number, version?: number, artist_id?: number, pixels?: Change[],
   *   tile?: {version: number, pixels: string} | null}} event
   */
  receive(event) {
    if (event.kind === "tile.painted") this.#receiveStroke(event);
    else if (event.kind === "tile.updated") {
      if (event.tile) this.reset(event.tile.version, fromBase64(event.tile.pixels));
      else this.listener.outdated();
    }
  }

  /**
   * The tile as it is on the server now; what was painted here and is not durable stays on top.
   * @param {number} version
   * @param {Uint8Array} pixels
   */
  reset(version, pixels) {
    if (version < this.version) return;
    const changes = difference(this.confirmed, pixels);
    this.confirmed = pixels.slice();
    this.#reach(version);
    this.#show(changes);
  }

  /** @param {{seq: number, version?: number, artist_id?: number, pixels?: Change[]}} event */
  #receiveStroke({ seq, version = 0, artist_id: artistId, pixels = [] }) {
    if (version <= this.version) return;
    if (artistId === this.artistId) this.sender.seen(pixels, { seq, version });
    const own = this.#durable.find((durable) => durable.version === version)?.stroke;
    // Of a draft the feed tells that it changed, not how it looks; one's own strokes are known.
    const changes = pixels.length || !own ? pixels : [...own];
    if (version !== this.version + 1 || !changes.length) {
      this.listener.outdated();
      return;
    }
    for (const [offset, colour] of changes) this.confirmed[offset] = colour;
    this.#reach(version);
    // What was painted here is shown already, and to the gesture under way it is not somebody else's.
    if (!own) this.#show(changes);
  }

  /** @param {number} version */
  #reach(version) {
    this.version = version;
    this.#durable = this.#durable.filter((durable) => durable.version > version);
  }

  /** Show changes where nothing of one's own lies on top. @param {Change[]} changes */
  #show(changes) {
    this.listener.show(
      changes.filter(
        ([offset]) => !this.sender.has(offset) && !this.#durable.some(({ stroke }) => stroke.has(offset)),
      ),
    );
  }
}
