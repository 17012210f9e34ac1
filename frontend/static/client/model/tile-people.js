/** Who painted a tile, and who likes it. */

import { api } from "../api.js";
import { readItems } from "./paging.js";

/** @import { ArtistView, TileView } from "#api" */

/** Artists that a tile credits besides its creator. */
const MOST_CREDITED = 8;

/**
 * Return who else painted a tile.
 * @param {TileView} tile
 * @returns {Promise<ArtistView[]>}
 */
export async function listOtherPainters({ id, version, creator }) {
  if (version === 1) return [];
  const { items } = await api.get(`/tiles/${id}/artists`, { query: { limit: MOST_CREDITED } });
  return items
    .map((/** @type {{artist: ArtistView}} */ { artist }) => artist)
    .filter((/** @type {ArtistView} */ { id: artistId }) => artistId !== creator?.id);
}

/**
 * @param {number} tileId
 * @param {number} artistId
 */
export async function isLikedBy(tileId, artistId) {
  for await (const { artist } of readItems(`/tiles/${tileId}/likes`)) if (artist.id === artistId) return true;
  return false;
}
