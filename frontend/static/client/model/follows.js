import { readItems } from "./paging.js";

/**
 * Return whether one artist follows another. Throws ApiError.
 * @param {number} follower
 * @param {number} followed
 */
export async function isFollowing(follower, followed) {
  // the API lists followed artists by id
  for await (const { id } of readItems(`/users/${follower}/following`)) {
    if (id >= followed) return id === followed;
  }
  return false;
}
