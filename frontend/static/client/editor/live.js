/**
 * A tile that several artists paint at once: what the server has, with what was painted here on top until it
 * has that too.
 *
 */

import { fromBase64 } from "../model/tile-pixels.js";
import { difference, StrokeSender } from "./strokes.js";

/** @import { Change } from "../model/pieces.js" */
/** @import { Painted, Refusal } from "./strokes.js" */

/**
 * Milliseconds in which missed events arrive after a reconnection, which show the strokes that were durable.
 */
const CATCH_UP = 300;

/** Milliseconds that closing waits for the last strokes, and between two looks at them. */
const LONGEST_WAIT = 2000;
const POLL_INTERVAL = 20;

export class LiveTile {
  /**
   * This artist's durable strokes that the feed has not delivered yet.
   * @type {{version: number, stroke: Map<number, number>}[]}
   */
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

  /** Whether every stroke has reached the server. */
  get isSettled() {
    return this.sender.isIdle;
  }

  /**
   * Wait until every stroke has reached the server, but not for long.
   * @returns {Promise<boolean>} whether they did
   */
  async settle() {
    const end = performance.now() + LONGEST_WAIT;
    while (!this.isSettled && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
    return this.isSettled;
  }

  /**
   * Send strokes while the feed is live.
   * @param {string} status of the feed
   */
  follow(status) {
    if (status === "live") setTimeout(() => this.sender.resume(), CATCH_UP);
    else this.sender.pause();
  }

  /**
   * Send what was painted here.
   * @param {Change[]} changes
   */
  paint(changes) {
    if (changes.length) this.sender.add(changes);
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
    this.#advance(version);
    this.#show(changes);
  }

  /** @param {{seq: number, version?: number, artist_id?: number, pixels?: Change[]}} event */
  #receiveStroke({ seq, version = 0, artist_id: artistId, pixels = [] }) {
    if (version <= this.version) return;
    if (artistId === this.artistId) this.sender.seen(pixels, { seq, version });
    const own = this.#durable.find((durable) => durable.version === version)?.stroke;
    // Of a draft, the feed carries no pixels; this artist's own strokes are known.
    const changes = pixels.length || !own ? pixels : [...own];
    if (version !== this.version + 1 || !changes.length) {
      this.listener.outdated();
      return;
    }
    for (const [offset, colour] of changes) this.confirmed[offset] = colour;
    this.#advance(version);
    // This artist's own stroke is shown already, and must not count as another's to the gesture under way.
    if (!own) this.#show(changes);
  }

  /** @param {number} version */
  #advance(version) {
    this.version = version;
    this.#durable = this.#durable.filter((durable) => durable.version > version);
  }

  /**
   * Show changes where no stroke of this artist lies on top.
   * @param {Change[]} changes
   */
  #show(changes) {
    this.listener.show(
      changes.filter(
        ([offset]) => !this.sender.has(offset) && !this.#durable.some(({ stroke }) => stroke.has(offset)),
      ),
    );
  }
}
