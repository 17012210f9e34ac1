/**
 * Who may paint a cell, as far as it concerns one artist: the rules of its canvas, its areas and its limits.
 */

import { contains } from "../model/claims.js";
import { mayDelete } from "../model/permissions.js";
import { findObstacle, mayDescribe, waitsForReview } from "./access.js";

/** @import { AreaView, TileView } from "#api" */
/** @import { Obstacle, Situation } from "./access.js" */
/** @import { TileRequests } from "./tile-requests.js" */

export class CellAccess {
  /**
   * What keeps the artist from painting.
   * @type {Obstacle | null}
   */
  obstacle = null;
  remainingTiles = Infinity;
  /** @type {AreaView[]} */
  #areas = [];

  /** @param {TileRequests} requests */
  constructor(requests) {
    this.requests = requests;
  }

  /** The artist who holds the area that the cell lies in. */
  get areaHolder() {
    const { x, y } = this.requests.cell;
    return this.#areas.find((area) => contains(area, x, y))?.holder ?? null;
  }

  /**
   * Read what decides, and decide. Throws ApiError.
   * @param {TileView | null} tile
   */
  async load(tile) {
    const { canvas, artist } = this.requests;
    if (canvas.collaboration_mode === "area-lock") this.#areas = await this.requests.readAreas();
    if (!tile && artist) this.remainingTiles = await this.requests.countRemainingTiles();
    this.decide(tile);
  }

  /**
   * Read the areas again, and decide. Throws ApiError.
   * @param {TileView | null} tile
   */
  async reload(tile) {
    this.#areas = await this.requests.readAreas();
    this.decide(tile);
  }

  /**
   * Decide with another tile in the cell.
   * @param {TileView | null} tile
   */
  decide(tile) {
    this.obstacle = this.obstacleTo(tile);
  }

  /**
   * Return what would keep the artist from painting if that tile were in the cell.
   * @param {TileView | null} tile
   */
  obstacleTo(tile) {
    return findObstacle(this.#situation(tile));
  }

  /** @param {TileView | null} tile */
  mayDescribe(tile) {
    return mayDescribe(this.#situation(tile));
  }

  /**
   * @param {TileView | null} tile
   * @param {boolean} isLocked by another artist
   */
  mayDelete(tile, isLocked) {
    const { canvas, artist } = this.requests;
    return tile !== null && mayDelete(canvas, tile, artist) && (!isLocked || artist?.isModerator === true);
  }

  /** @param {TileView | null} tile */
  waitsForReview(tile) {
    return waitsForReview(this.#situation(tile));
  }

  /**
   * @param {TileView | null} tile
   * @returns {Situation}
   */
  #situation(tile) {
    const { canvas, artist } = this.requests;
    return { canvas, tile, artist, areaHolder: this.areaHolder, remainingTiles: this.remainingTiles };
  }
}
