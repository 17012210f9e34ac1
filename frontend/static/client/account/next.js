/** Return the page to open after login, from `/login?next=/canvas/7`. */

/** @param {string} [search] the query string; addresses of other sites are ignored */
export function nextPath(search = location.search) {
  const next = new URLSearchParams(search).get("next") ?? "/";
  const url = new URL(next, location.origin);
  return url.origin === location.origin ? url.pathname + url.search + url.hash : "/";
}

/**
 * Link to another account page with the same `next`.
 * @param {string} path
 */
export function withNext(path) {
  return path + location.search;
}
