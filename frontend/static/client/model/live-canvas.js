/**
 * The live state of a canvas: pixels, claims, and the feed that keeps both current. Fires CustomEvents:
 * `picture` (all pixels changed), `cell` (`detail`: the changed cell), `claims`, `canvas` (name, rules,
 * counts), `details` (details of a tile), `progress` (`loaded` changed), and `change`, as the feed does.
 */

import { api } from "../api.js";
import { session } from "../session.js";
import { CanvasPixels } from "./canvas-pixels.js";
import { Claims } from "./claims.js";
import { LiveFeed } from "./feed.js";
import { readAll } from "./paging.js";
import { readSnapshot } from "./snapshot.js";

/** @import { CanvasView, TileView } from "#api" */
/** @import { Cell, FeedEvent } from "./canvas-pixels.js" */

export class LiveCanvas extends EventTarget {
  /** @type {CanvasPixels | null} */
  pixels = null;
  /** @type {CanvasView | null} */
  canvas = null;
  /** @type {LiveFeed | null} */
  feed = null;
  claims = new Claims([], []);
  /**
   * How much of the picture has arrived, from 0 to 1, while it is loaded; null where that is not known.
   * @type {number | null}
   */
  loaded = null;
  /** Whether there are, or may be, submissions to review. */
  hasReviews = false;
  #life = new AbortController();

  /** @param {number} id */
  constructor(id) {
    super();
    this.id = id;
  }

  /** Load the canvas and follow it. Throws ApiError. */
  async open() {
    const described = this.#get(`/canvases/${this.id}`);
    described.catch(() => {}); // thrown where it is awaited, after the pixels
    const seq = await this.#loadPicture();
    this.#describe(await described);
    await this.#loadClaims();
    if (this.#life.signal.aborted) return;
    const wsTicket = () => session.wsTicket();
    this.feed = new LiveFeed({ api, wsTicket, canvasId: this.id, seq, reload: () => this.#reload() });
    this.feed.addEventListener("change", (event) =>
      this.#apply(/** @type {CustomEvent<FeedEvent>} */ (event).detail),
    );
    session.addEventListener("change", () => this.#handleSession(), { signal: this.#life.signal });
    this.feed.addEventListener("status", () => void this.#renewSession());
    this.feed.start();
    void this.#findReviews();
  }

  close() {
    this.#life.abort();
    this.feed?.stop();
  }

  /**
   * Load the details of a tile, including its pixels.
   * @param {number} id
   * @returns {Promise<TileView>}
   */
  async loadTile(id) {
    const view = await this.#get(`/tiles/${id}`);
    this.#describeTile(view);
    return view;
  }

  /**
   * Load the tile in a cell, including the user's own draft, which no snapshot contains.
   * @param {Cell} cell
   * @returns {Promise<TileView | null>}
   */
  async loadTileIn({ x, y }) {
    const query = { x, y, columns: 1, rows: 1 };
    const [view] = (await this.#get(`/canvases/${this.id}/region`, query)).items;
    if (view) this.#describeTile(view);
    return view ?? null;
  }

  /** @param {TileView} view */
  #describeTile(view) {
    this.pixels?.describe(view);
    this.#fire("details");
  }

  /**
   * @param {string} path
   * @param {Record<string, number>} [query]
   */
  #get(path, query = {}) {
    return api.get(path, { query, signal: this.#life.signal });
  }

  async #reload() {
    const seq = await this.#loadPicture();
    this.#describe(await this.#get(`/canvases/${this.id}`));
    await this.#loadClaims();
    return seq;
  }

  async #loadPicture() {
    const { bytes } = await api.bytes(`/canvases/${this.id}/snapshot`, {
      signal: this.#life.signal,
      progress: (received, total) => this.#report(total && received / total),
    });
    const snapshot = await readSnapshot(bytes);
    this.#life.signal.throwIfAborted(); // unpacking does not stop at the abort
    this.pixels = new CanvasPixels(snapshot);
    this.#fire("picture");
    return snapshot.seq;
  }

  /** @param {number | null} loaded */
  #report(loaded) {
    this.loaded = loaded;
    this.#fire("progress");
  }

  /** loaded after the snapshot; applying a change that it already contains has no effect */
  async #loadClaims() {
    const hasAreas = this.canvas?.collaboration_mode === "area-lock";
    const [locks, areas] = await Promise.all([
      readAll(`/canvases/${this.id}/locks`, this.#life.signal),
      hasAreas ? readAll(`/canvases/${this.id}/areas`, this.#life.signal) : [],
    ]);
    this.claims = new Claims(locks, areas);
    this.#fire("claims");
  }

  /** @param {CanvasView} canvas */
  #describe(canvas) {
    this.canvas = canvas;
    this.#fire("canvas");
  }

  /** @param {FeedEvent} event */
  #apply(event) {
    const cell = this.pixels?.apply(event);
    if (cell) this.#fire("cell", cell);
    if (this.claims.apply(event)) this.#fire("claims");
    if (event.kind === "canvas.updated") this.#handleUpdate(event.canvas);
    if (event.kind === "tile.created" || event.kind === "tile.deleted")
      this.#countTiles(event.kind === "tile.created" ? 1 : -1);
    this.#fire("change", event);
  }

  /** Find out whether the session has ended for good, or only its tokens, as after a change of roles. */
  async #renewSession() {
    if (this.feed?.reason !== "session_ended" || !session.account) return;
    const isRenewed = await session.renew().catch(() => false);
    if (isRenewed) this.feed?.restart();
  }

  /** Follow the canvas as another account. */
  #handleSession() {
    this.feed?.restart();
    void this.#findReviews();
  }

  /** Submissions stay pending after the canvas leaves review mode. */
  async #findReviews() {
    const isReviewed = this.canvas?.collaboration_mode === "review";
    const waiting =
      session.account && !isReviewed
        ? this.#get(`/canvases/${this.id}/reviews`, { limit: 1 })
        : { items: [] };
    // not worth an error: checked again when the account or the rules change
    const { items } = await Promise.resolve(waiting).catch(() => ({ items: [] }));
    this.hasReviews = session.account !== null && (isReviewed || items.length > 0);
    this.#fire("canvas");
  }

  /** @param {CanvasView} canvas with new rules */
  #handleUpdate(canvas) {
    const isOtherMode = canvas.collaboration_mode !== this.canvas?.collaboration_mode;
    this.#describe(canvas);
    if (!isOtherMode) return;
    this.feed?.refresh(); // areas begin or cease to count, and no event lists them
    void this.#findReviews();
  }

  /** @param {number} more */
  #countTiles(more) {
    if (this.canvas) this.#describe({ ...this.canvas, tile_count: this.canvas.tile_count + more });
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
