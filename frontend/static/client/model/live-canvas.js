/**
 * The live state of a canvas: pixels, claims, and the feed that keeps both current. Fires CustomEvents:
 * `picture` (all pixels changed), `cell` (`detail`: the Change of one), `block` (pixels of a large canvas
 * have come; `detail`: their block), `claims`, `canvas` (name, rules, counts), `details` (details of a tile),
 * `progress` (`loaded` changed), and `change`, as the feed does.
 */

import { api } from "../api.js";
import { session } from "../session.js";
import { CanvasPixels } from "./canvas-pixels.js";
import { Chat } from "./chat.js";
import { Claims } from "./claims.js";
import { Cursors } from "./cursors.js";
import { LiveFeed } from "./feed.js";
import { readAll } from "./paging.js";
import { loadOverview, Parts, WHOLE_UP_TO } from "./parts.js";
import { readSnapshot } from "./snapshot.js";

/** @import { CanvasView, CanvasRole, TileView } from "#api" */
/** @import { Cell, FeedEvent } from "./canvas-pixels.js" */
/** @import { Picture } from "./parts.js" */

export class LiveCanvas extends EventTarget {
  /** @type {CanvasPixels | null} */
  pixels = null;
  /**
   * Loads the pixels of a large canvas; null of one whose pixels are all here.
   * @type {Parts | null}
   */
  parts = null;
  /** @type {CanvasView | null} */
  canvas = null;
  /** @type {LiveFeed | null} */
  feed = null;
  claims = new Claims([], []);
  /**
   * The user's role on the canvas; the owner has none.
   * @type {CanvasRole | null}
   */
  role = null;
  /**
   * How much of the picture has arrived, from 0 to 1, while it is loaded; null where that is not known.
   * @type {number | null}
   */
  loaded = null;
  /** Whether there are, or may be, submissions to review. */
  hasReviews = false;
  #roleChanges = 0;
  #life = new AbortController();
  /**
   * The coarsest picture of a large canvas, under way before anything is known of it.
   * @type {Promise<Picture | null> | null}
   */
  #overview = null;
  /** Ends with the pixels that are shown. */
  #picture = new AbortController();

  /** @param {number} id */
  constructor(id) {
    super();
    this.id = id;
    this.chat = new Chat(id);
    this.cursors = new Cursors();
  }

  /** Load the canvas and follow it. Throws ApiError. */
  async open() {
    const described = this.#get(`/canvases/${this.id}`);
    described.catch(() => {}); // thrown where it is awaited, after the pixels
    this.#overview = loadOverview(api, this.id, this.#life.signal);
    this.#overview.catch(() => {}); // it is loaded again where it is needed
    const seq = await this.#loadPicture();
    this.#describe(await this.#matching(await described));
    await this.#loadClaims();
    if (this.#life.signal.aborted) return;
    const wsTicket = () => session.wsTicket();
    this.feed = new LiveFeed({ api, wsTicket, canvasId: this.id, seq, reload: () => this.#reload() });
    this.feed.addEventListener("change", (event) =>
      this.#apply(/** @type {CustomEvent<FeedEvent>} */ (event).detail),
    );
    this.chat.follow(this.feed);
    this.cursors.attach(this.feed, this.#life.signal);
    session.addEventListener("change", () => this.#handleSession(), { signal: this.#life.signal });
    this.feed.addEventListener("status", () => void this.#renewSession());
    this.feed.start();
    void this.#findRole();
    void this.#findReviews();
  }

  close() {
    this.#life.abort();
    this.#picture.abort();
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

  /**
   * Load the details of the tile in a cell, unless they are known.
   * @param {Cell} cell
   */
  async describeCell({ x, y }) {
    const tile = this.pixels?.tileAt(x, y);
    if (tile && !tile.details) await this.loadTile(tile.id).catch(() => {}); // it may be gone
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
      query: { pixels_up_to: WHOLE_UP_TO },
      signal: this.#life.signal,
      progress: (received, total) => this.#report(total && received / total),
    });
    const snapshot = await readSnapshot(bytes);
    this.#life.signal.throwIfAborted(); // unpacking does not stop at the abort
    this.#picture.abort();
    this.pixels = new CanvasPixels(snapshot);
    this.parts = snapshot.hasPixels ? null : this.#followParts(this.pixels, snapshot.seq);
    this.#fire("picture");
    return snapshot.seq;
  }

  /**
   * @param {CanvasPixels} pixels
   * @param {number} first number of the last change that they contain
   */
  #followParts(pixels, first) {
    const { signal } = (this.#picture = new AbortController());
    const seq = () => Math.max(first, this.feed?.seq ?? 0);
    const overview = this.#overview;
    this.#overview = null;
    const parts = new Parts({ api, canvasId: this.id, pixels, seq, signal, overview });
    parts.addEventListener("block", (event) =>
      this.#fire("block", /** @type {CustomEvent<number>} */ (event).detail),
    );
    return parts;
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

  /**
   * Return the canvas as of the picture or later: what was requested with it may be older than its palette.
   * @param {CanvasView} canvas
   * @returns {Promise<CanvasView>}
   */
  async #matching(canvas) {
    const isCurrent = String(canvas.palette) === String(this.pixels?.palette);
    return isCurrent ? canvas : this.#get(`/canvases/${this.id}`);
  }

  /** @param {CanvasView} canvas */
  #describe(canvas) {
    this.canvas = canvas;
    this.pixels?.usePalette(canvas.palette);
    this.#fire("canvas");
  }

  /** @param {FeedEvent} event */
  #apply(event) {
    const changes = this.pixels?.apply(event) ?? [];
    this.parts?.note(event);
    for (const change of changes) {
      this.#fire("cell", change);
      if (change.painted) this.cursors.paint(event.artist_id, change, this.pixels?.canvas.tileSize ?? 1);
    }
    if (this.claims.apply(event)) this.#fire("claims");
    if (event.kind === "canvas.updated" || event.kind === "canvas.handed_over")
      this.#handleUpdate(event.canvas);
    if (event.kind === "member.changed" || event.kind === "member.removed") this.#handleMember(event);
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
    void this.#findRole();
  }

  /** Find out what the user is on this canvas; a change while that is under way is newer. */
  async #findRole() {
    const account = session.account?.id;
    this.#setRole(null);
    if (account === undefined) return;
    const changes = this.#roleChanges;
    const found = await this.#get(`/canvases/${this.id}/membership`).catch(() => null); // shown as none
    if (account === session.account?.id && changes === this.#roleChanges) this.#setRole(found?.role ?? null);
  }

  /** @param {FeedEvent} event */
  #handleMember({ artist_id, role }) {
    if (artist_id !== session.account?.id) return;
    this.#roleChanges += 1;
    this.#setRole(role);
  }

  /** @param {CanvasRole | null} role */
  #setRole(role) {
    if (role === this.role) return;
    this.role = role;
    this.#fire("canvas");
  }

  /** Submissions stay pending after the canvas leaves review mode. */
  async #findReviews() {
    const mode = this.canvas?.collaboration_mode;
    const isReviewed = mode === "review";
    const waiting =
      session.account && !isReviewed && mode !== "place"
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
