/**
 * The lock of a tile: acquires, renews and releases the user's own, or watches another artist's until it is
 * gone.
 */

import { ApiError } from "../api.js";
import { now } from "../clock.js";

/** @import { LockView } from "#api" */
/** @import { Api } from "../api.js" */

export class TileLock {
  /**
   * Another artist's lock.
   * @type {LockView | null}
   */
  foreign = null;
  /** Whether the user's own lock was taken away. */
  isLost = false;

  #isMine = false;
  #isClosed = false;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {Api} api
   * @param {number} tileId
   * @param {{isNeeded: boolean, changed: () => void, expired: () => void}} options `isNeeded`: whether to
   *   take it, else it only watches the lock of another artist; `expired` is called when that one runs out
   */
  constructor(api, tileId, { isNeeded, changed, expired }) {
    this.api = api;
    this.path = `/tiles/${tileId}/lock`;
    this.isNeeded = isNeeded;
    this.changed = changed;
    this.expired = expired;
  }

  /** Whether the artist may paint. */
  get isFree() {
    return !this.foreign && !this.isLost;
  }

  /** Acquire the lock if it is needed, or load its holder. Throws ApiError. */
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
   * Handle the acquisition of the lock, perhaps by this user.
   * @param {LockView} lock
   * @param {number | undefined} artistId of this user
   */
  acquired(lock, artistId) {
    if (lock.holder?.id === artistId) return;
    this.#isMine = false;
    this.foreign = lock;
    this.#plan(lock);
    this.changed();
  }

  /**
   * Handle its release or expiry.
   * @returns {boolean} whether it was another artist's
   */
  released() {
    if (this.#isMine) this.#lose();
    return this.foreign !== null;
  }

  /** Release the user's own lock and stop watching. */
  close() {
    this.#isClosed = true;
    this.giveBack();
  }

  /** Release the user's own lock. */
  giveBack() {
    clearTimeout(this.#timer);
    if (!this.#isMine) return;
    this.#isMine = false;
    // the response is ignored: a lock that is not released expires
    this.api.delete(this.path, undefined, { keepalive: true }).catch(() => {});
  }

  /** Forget the lock of a deleted tile. */
  forget() {
    clearTimeout(this.#timer);
    this.#isMine = false;
    this.#isClosed = true;
  }

  /**
   * Renew the user's own lock after half of its time; check another artist's at its expiry.
   * @param {LockView} lock
   */
  #plan({ is_locked: isLocked, expires_at: expires }) {
    clearTimeout(this.#timer);
    if (!isLocked || !expires) return;
    const left = Math.max(1000, Date.parse(expires) - now());
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

/** Milliseconds before a failed renewal is retried. */
const RETRY = 30_000;
