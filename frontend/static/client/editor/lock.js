/**
 * The lock of a tile: one's own, taken, renewed for as long as it is needed and given back; or somebody
 * else's, watched until it is gone.
 */

import { ApiError } from "../api.js";

/** @import { LockView } from "#api" */
/** @import { Api } from "../api.js" */

export class TileLock {
  /**
   * Somebody's lock that keeps others out.
   * @type {LockView | null}
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
   * @param {{isNeeded: boolean, changed: () => void, expired: () => void}} options `isNeeded`: whether to
   *   take it, else only who else has it is of interest; `expired` hears that a stranger's has run out
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
    /** @type {LockView} */
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
   * Somebody, perhaps oneself, has taken it.
   * @param {LockView} lock
   * @param {number | undefined} artistId  oneself
   */
  acquired(lock, artistId) {
    if (lock.holder?.id === artistId) return;
    this.#isMine = false;
    this.foreign = lock;
    this.#plan(lock);
    this.changed();
  }

  /**
   * It was given back, or has run out.
   * @returns {boolean} whether it was somebody else's
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
   * Renew one's own when half of its time is over; hear of a stranger's when all of it is.
   * @param {LockView} lock
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
