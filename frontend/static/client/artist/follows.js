import { readPage } from "../ui/listing.js";

/** @import { Listed } from "../ui/listing.js" */

/**
 * Whether one artist follows another; the API lists whom somebody follows, by id.
 * @param {number} follower
 * @param {number} followed
 * @returns {Promise<boolean>}
 */
export async function followsOf(follower, followed) {
  /** @type {Listed<{id: number}>} */
  let listed = { items: [], cursor: null };
  do {
    listed = await readPage(`/users/${follower}/following`, { limit: 500 }, listed);
  } while (listed.cursor && (listed.items.at(-1)?.id ?? 0) < followed);
  return listed.items.some(({ id }) => id === followed);
}
