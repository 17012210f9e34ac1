/**
 * Unsaved pictures, stored in this browser: one draft per account, canvas and cell.
 * @typedef {{pixels: string, base: string, version: number | null, title: string, description: string,
 *   isPublic: boolean, savedAt: number}} Draft `base`: what the pixels were painted over, `version` that
 *   tile's or null for an empty cell; `savedAt` in milliseconds since 1970
 */

/** @import { Store } from "../store.js" */

const PREFIX = "tessera.draft.";

/**
 * Maximum number of drafts; the oldest is dropped first. One takes up to 44 KB of the 5 MB that a browser
 * grants a site.
 */
const MAX_DRAFTS = 50;

export class Drafts {
  /**
   * @param {Store} store
   * @param {number | null} accountId  null for a guest
   */
  constructor(store, accountId) {
    this.store = store;
    this.accountId = accountId;
  }

  /**
   * Return the draft of a cell. A guest's draft becomes the account's after signing in.
   * @param {number} canvasId
   * @param {{x: number, y: number}} cell
   * @returns {Draft | null}
   */
  load(canvasId, cell) {
    const own = this.#read(keyOf(this.accountId, canvasId, cell));
    if (own || this.accountId === null) return own;
    return this.#read(keyOf(null, canvasId, cell));
  }

  /**
   * Store a draft. Return whether the browser keeps it for the next visit.
   * @param {number} canvasId
   * @param {{x: number, y: number}} cell
   * @param {Draft} draft
   */
  save(canvasId, cell, draft) {
    const isKept = this.store.set(keyOf(this.accountId, canvasId, cell), JSON.stringify(draft));
    this.#forgetOldest();
    return isKept;
  }

  /**
   * @param {number} canvasId
   * @param {{x: number, y: number}} cell
   */
  discard(canvasId, cell) {
    this.store.remove(keyOf(this.accountId, canvasId, cell));
    this.store.remove(keyOf(null, canvasId, cell));
  }

  /**
   * @param {string} key
   * @returns {Draft | null}
   */
  #read(key) {
    try {
      const draft = JSON.parse(this.store.get(key) ?? "null");
      return typeof draft?.pixels === "string" && typeof draft.base === "string" ? draft : null;
    } catch {
      return null;
    }
  }

  #forgetOldest() {
    const keys = this.store.keys().filter((key) => key.startsWith(PREFIX));
    if (keys.length <= MAX_DRAFTS) return;
    keys.sort((one, other) => (this.#read(one)?.savedAt ?? 0) - (this.#read(other)?.savedAt ?? 0));
    for (const key of keys.slice(0, keys.length - MAX_DRAFTS)) this.store.remove(key);
  }
}

/**
 * @param {number | null} accountId
 * @param {number} canvasId
 * @param {{x: number, y: number}} cell
 */
function keyOf(accountId, canvasId, { x, y }) {
  return `${PREFIX}${accountId ?? "guest"}.${canvasId}.${x}.${y}`;
}
