/**
 * The current locks of tiles and claimed areas.
 *
 * Expiry arrives on the feed, as a release does: the local clock is never consulted.
 */

/** @import { AreaView, LockView } from "#api" */
/** @import { FeedEvent } from "./canvas-pixels.js" */

export class Claims {
  /** @type {Map<number, LockView>} */
  #locks = new Map();
  /** @type {Map<number, AreaView>} */
  #areas = new Map();

  /**
   * @param {LockView[]} locks
   * @param {AreaView[]} areas
   */
  constructor(locks, areas) {
    for (const lock of locks) this.#locks.set(lock.tile_id, lock);
    for (const area of areas) this.#areas.set(area.id, area);
  }

  get locks() {
    return [...this.#locks.values()];
  }

  get areas() {
    return [...this.#areas.values()];
  }

  /** @param {number} tileId */
  lockOf(tileId) {
    return this.#locks.get(tileId) ?? null;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  areaAt(x, y) {
    return this.areas.find((area) => contains(area, x, y)) ?? null;
  }

  /**
   * @param {FeedEvent} event the next one in order
   * @returns {boolean} whether anything changed
   */
  apply(event) {
    switch (event.kind) {
      case "lock.acquired":
        this.#locks.set(event.tile_id, event.lock);
        return true;
      case "lock.released":
      case "tile.deleted":
        return this.#locks.delete(event.tile_id);
      case "area.claimed":
        this.#areas.set(event.area_id, event.area);
        return true;
      case "area.released":
      case "area.expired":
        return this.#areas.delete(event.area_id);
    }
    return false;
  }
}

/**
 * @param {{x: number, y: number, columns: number, rows: number}} area
 * @param {number} x
 * @param {number} y
 */
export function contains(area, x, y) {
  return x >= area.x && y >= area.y && x < area.x + area.columns && y < area.y + area.rows;
}
