/** Where to go once somebody is signed in: `/login?next=/canvas/7`. */

/** @param {string} [search] the query; what leads to another site is not followed */
export function nextPath(search = location.search) {
  const next = new URLSearchParams(search).get("next") ?? "/";
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : "/";
}

/**
 * A link to another page of accounts that leads on to the same place.
 * @param {string} path
 */
export function keepingNext(path) {
  return path + location.search;
}
