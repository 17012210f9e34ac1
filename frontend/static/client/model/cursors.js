/**
 * Where the other artists on a canvas point and paint, and the view of the one who is followed.
 *
 * Fires `change` when `list` or `following` changed, and `view` when the followed artist sees another part of
 * the canvas: `detail` is that rectangle, in pixels of the canvas.
 */

import { store } from "../store.js";
import { ignored } from "./ignored.js";

/** @import { Change } from "./canvas-pixels.js" */
/** @import { LiveFeed } from "./feed.js" */

/** @typedef {{id: number, name: string, x: number, y: number, isPainting: boolean}} Cursor in pixels */
/** @typedef {{x: number, y: number, width: number, height: number}} Seen a part of the canvas */
/**
 * @typedef {{at: [number, number] | null, view: Seen | null, movedAt: number, paintedAt: number}} Known
 *   times in milliseconds since the page was opened
 */

/** Milliseconds between two points that are sent; the service takes 20 per second. */
const SEND_MS = 60;

/** Milliseconds after which a point has the view with it again, for those who missed it or came later. */
const VIEW_MS = 2000;

/** Milliseconds after which a cursor that does not move is forgotten. */
const IDLE_MS = 8000;

/** Milliseconds after a stroke in which an artist is shown as painting. */
const PAINTING_MS = 1500;

const [SHOWN, SHARED] = ["tessera-cursors", "tessera-pointing"];
const OFF = "off";

/**
 * The cursors that travel over a feed.
 * @type {WeakMap<object, Cursors>}
 */
const OVER = new WeakMap();

/**
 * @param {object | null} feed
 * @returns {Cursors | null}
 */
export function cursorsOver(feed) {
  return (feed && OVER.get(feed)) ?? null;
}

export class Cursors extends EventTarget {
  /** @type {Map<number, Known>} */
  #known = new Map();
  /**
   * The artist whose view is followed.
   * @type {number | null}
   */
  following = null;
  /** @type {LiveFeed | null} */
  #feed = null;
  /** @type {[number, number] | null} */
  #at = null;
  /** @type {Seen | null} */
  #view = null;
  #sentView = "";
  #viewSentAt = -VIEW_MS;
  #sending = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #fading = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * Take cursors from a feed and send one's own over it.
   * @param {LiveFeed} feed
   * @param {AbortSignal} signal ends it
   */
  attach(feed, signal) {
    this.#feed = feed;
    OVER.set(feed, this);
    feed.addEventListener("cursors", (event) => this.#take(/** @type {CustomEvent} */ (event).detail), {
      signal,
    });
    feed.addEventListener("presence", () => this.#forgetGone(), { signal });
    ignored.addEventListener("change", () => this.#fire(), { signal });
    void ignored.load(); // the session may be older than this part of the client
    signal.addEventListener("abort", () => {
      clearTimeout(this.#sending);
      clearTimeout(this.#fading);
    });
  }

  /** Whether cursors of others are shown. */
  get isShown() {
    return store.get(SHOWN) !== OFF;
  }

  set isShown(isShown) {
    store.set(SHOWN, isShown ? "on" : OFF);
    this.#fire();
  }

  /** Whether others see where the user points. */
  get isShared() {
    return store.get(SHARED) !== OFF;
  }

  set isShared(isShared) {
    this.point(null, this.#view);
    store.set(SHARED, isShared ? "on" : OFF);
    this.#fire();
  }

  /**
   * The cursors to show: not those of artists whom the user ignores.
   * @returns {Cursor[]}
   */
  get list() {
    if (!this.isShown) return [];
    const now = performance.now();
    return [...this.#known].flatMap(([id, { at, movedAt, paintedAt }]) => {
      const person = this.#feed?.people.get(id);
      if (!at || !person || ignored.has(id) || now - movedAt > IDLE_MS) return [];
      const isPainting = now - paintedAt < PAINTING_MS;
      return [{ id, name: person.username, x: at[0], y: at[1], isPainting }];
    });
  }

  /**
   * Show the others where the user points and what they see.
   * @param {[number, number] | null} at
   * @param {Seen | null} view
   */
  point(at, view) {
    [this.#at, this.#view] = [at, view];
    if (!this.isShared) return;
    this.#sending ??= setTimeout(() => {
      this.#sending = undefined;
      this.#send();
    }, SEND_MS);
  }

  /**
   * Show that an artist paints, also one who points nowhere.
   * @param {number} id
   * @param {Change} change of a tile of `tileSize` pixels per side
   * @param {number} tileSize
   */
  paint(id, { x, y, painted }, tileSize) {
    const last = painted?.at(-1);
    if (!last || !this.#feed?.people.has(id)) return;
    const at = [
      x * tileSize + (last[0] % tileSize) + 0.5,
      y * tileSize + Math.floor(last[0] / tileSize) + 0.5,
    ];
    const now = performance.now();
    const known = this.#known.get(id);
    this.#known.set(id, {
      at: /** @type {[number, number]} */ (at),
      view: known?.view ?? null,
      movedAt: now,
      paintedAt: now,
    });
    this.#fire();
  }

  /**
   * Follow the view of an artist, or nobody's any more.
   * @param {number | null} id
   */
  follow(id) {
    if (this.following === id) return;
    this.following = id;
    this.#fire();
    const view = id !== null && this.#known.get(id)?.view;
    if (view) this.dispatchEvent(new CustomEvent("view", { detail: view }));
  }

  /** The name of the artist who is followed; null while nobody is. */
  get followed() {
    return this.following === null ? null : (this.#feed?.people.get(this.following)?.username ?? null);
  }

  #send() {
    const { x = 0, y = 0, width = 0, height = 0 } = this.#view ?? {};
    const view = [x, y, width, height].map((value) => Math.round(value * 10) / 10);
    // Two who follow each other, on screens of different shapes, would zoom out step by step.
    const isOwnView = this.#view !== null && this.following === null;
    const now = performance.now();
    const isDue = isOwnView && (view.join() !== this.#sentView || now - this.#viewSentAt > VIEW_MS);
    this.#feed?.tell({ type: "point", at: this.#at, ...(isDue && { view }) });
    if (isDue) [this.#sentView, this.#viewSentAt] = [view.join(), now];
  }

  /** @param {{id: number, at: [number, number] | null, view?: number[]}[]} moved */
  #take(moved) {
    const now = performance.now();
    for (const { id, at, view } of moved) {
      const known = this.#known.get(id);
      const [x, y, width, height] = view ?? [];
      const seen = view ? { x, y, width, height } : (known?.view ?? null);
      this.#known.set(id, { at, view: seen, movedAt: now, paintedAt: known?.paintedAt ?? -PAINTING_MS });
      if (view && id === this.following) this.dispatchEvent(new CustomEvent("view", { detail: seen }));
    }
    this.#fire();
  }

  #forgetGone() {
    const people = this.#feed?.people;
    if (!people?.size) return; // while the feed reconnects, nobody is listed
    for (const id of this.#known.keys()) if (!people.has(id)) this.#known.delete(id);
    if (this.following !== null && !people.has(this.following)) this.following = null;
    this.#fire();
  }

  #fire() {
    this.dispatchEvent(new Event("change"));
    clearTimeout(this.#fading);
    if (this.list.length) this.#fading = setTimeout(() => this.#fire(), PAINTING_MS);
  }
}
