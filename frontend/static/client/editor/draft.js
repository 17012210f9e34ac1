/**
 * Unsaved pictures, stored in this browser: one draft per account, canvas and cell.
 * @typedef {{pixels: string, base: string, version: number | null, title: string, description: string,
 *   isPublic: boolean, savedAt: number}} Draft `base`: what the pixels were painted over, `version` that
 *   tile's or null for an empty cell; `savedAt` in milliseconds since 1970
 */

const PREFIX = "tessera.draft.";

/**
 * Maximum number of drafts; the oldest is dropped first. One takes up to 44 KB of the 5 MB that a browser
 * grants a site.
 */
const MAX_DRAFTS = 50;

export class Drafts {
  /**
   * @param {Storage} storage
   * @param {number | null} accountId  null for a guest
   */
  constructor(storage, accountId) {
    this.storage = storage;
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
   * Store a draft. Return whether the browser had room for it.
   * @param {number} canvasId
   * @param {{x: number, y: number}} cell
   * @param {Draft} draft
   */
  save(canvasId, cell, draft) {
    try {
      this.storage.setItem(keyOf(this.accountId, canvasId, cell), JSON.stringify(draft));
    } catch {
      return false; // the storage is full, or disabled
    }
    this.#forgetOldest();
    return true;
  }

  /**
   * @param {number} canvasId
   * @param {{x: number, y: number}} cell
   */
  discard(canvasId, cell) {
    this.storage.removeItem(keyOf(this.accountId, canvasId, cell));
    this.storage.removeItem(keyOf(null, canvasId, cell));
  }

  /**
   * @param {string} key
   * @returns {Draft | null}
   */
  #read(key) {
    try {
      const draft = JSON.parse(this.storage.getItem(key) ?? "null");
      return typeof draft?.pixels === "string" && typeof draft.base === "string" ? draft : null;
    } catch {
      return null;
    }
  }

  #forgetOldest() {
    const keys = [];
    for (let index = 0; index < this.storage.length; index++) {
      const key = this.storage.key(index);
      if (key?.startsWith(PREFIX)) keys.push(key);
    }
    if (keys.length <= MAX_DRAFTS) return;
    keys.sort((one, other) => (this.#read(one)?.savedAt ?? 0) - (this.#read(other)?.savedAt ?? 0));
    for (const key of keys.slice(0, keys.length - MAX_DRAFTS)) this.storage.removeItem(key);
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
