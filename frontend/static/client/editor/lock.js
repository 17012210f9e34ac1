/**
 * The lock of a tile: this artist's, taken, renewed while it is needed and released; or another's, watched until it is
 * released.
 *
 * @typedef {import("#api").LockView} Lock
 */

import { ApiError } from "../api.js";

/** @import { Api } from "../api.js" */

export class TileLock {
  /**
   * Another artist's lock, which keeps this one out.
   * @type {Lock | null}
   */
  foreign = null;
  /** Whether this artist's lock was taken away. */
  isLost = false;

  #isMine = false;
  #isClosed = false;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {Api} api
   * @param {number} tileId
   * @param {{isNeeded: boolean, changed: () => void, expired: () => void}} options  `isNeeded`: whether to take it; otherwise
   *   another's is only watched. `expired` is called when another's has expired
   */
  constructor(api, tileId, { isNeeded, changed, expired }) {
    this.api = api;
    this.path = `/tiles/${tileId}/lock`;
    this.isNeeded = isNeeded;
    this.changed = changed;
    this.expired = expired;
  }

  /** Whether nothing keeps the artist from painting. */
  get isFree() {
    return !this.foreign && !this.isLost;
  }

  /** Take the lock where it is needed, or read who holds it. Throws ApiError. */
  async take() {
    this.isLost = false;
    if (this.#isMine) return;
    /** @type {Lock} */
    let lock = await this.api.get(this.path);
    if (this.isNeeded && !this.#isClosed && (lock.mine || !lock.is_locked)) {
      try {
        lock = await this.api.post(this.path);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === "tile_locked")) throw error;
        lock = await this.api.get(this.path); // another artist was faster
      }
    }
    this.#isMine = lock.mine;
    this.foreign = lock.is_locked && !lock.mine ? lock : null;
    if (this.#isClosed) this.giveBack();
    else this.#plan(lock);
  }

  /**
   * Handle that an artist, perhaps this one, took it.
   * @param {Lock} lock
   * @param {number | undefined} artistId  this artist
   */
  acquired(lock, artistId) {
    if (lock.holder?.id === artistId) return;
    this.#isMine = false;
    this.foreign = lock;
    this.#plan(lock);
    this.changed();
  }

  /**
   * Handle that it was released, or has expired.
   * @returns {boolean} whether it was another artist's
   */
  released() {
    if (this.#isMine) this.#lose();
    return this.foreign !== null;
  }

  /** Release it, if it is this artist's, and stop watching. */
  close() {
    this.#isClosed = true;
    this.giveBack();
  }

  /** Release it, if it is this artist's. */
  giveBack() {
    clearTimeout(this.#timer);
    if (!this.#isMine) return;
    this.#isMine = false;
    // The response does not matter: a lock that is not released expires by itself.
    this.api.delete(this.path, undefined, { keepalive: true }).catch(() => {});
  }

  /** Stop: the tile was deleted, and its lock with it. */
  forget() {
    clearTimeout(this.#timer);
    this.#isMine = false;
    this.#isClosed = true;
  }

  /**
   * Renew this artist's lock when half of its time is over; report another's when all of it is.
   * @param {Lock} lock
   */
  #plan({ is_locked: isLocked, expires_at: expires }) {
    clearTimeout(this.#timer);
    if (!isLocked || !expires) return;
    const left = Math.max(1000, Date.parse(expires) - Date.now());
    this.#timer = this.#isMine
      ? setTimeout(() => this.#renew(), left / 2)
      : setTimeout(this.expired, left + 1000);
  }

  async #renew() {
    try {
      this.#plan(await this.api.put(this.path));
    } catch (error) {
      if (error instanceof ApiError && (error.status === 409 || error.status === 403)) this.#lose();
      else this.#timer = setTimeout(() => this.#renew(), RETRY);
    }
  }

  #lose() {
    clearTimeout(this.#timer);
    this.#isMine = false;
    this.isLost = true;
    this.changed();
  }
}

/** Milliseconds until a failed renewal is tried again. */
const RETRY = 30_000;
