/** Return the page to open after login, from `/login?next=/canvas/7`. */

import { address } from "../base.js";

/** @param {string} [search] the query string; addresses of other sites, and what is none, are ignored */
export function nextPath(search = location.search) {
  const next = new URLSearchParams(search).get("next") ?? "/";
  const url = parse(next);
  // A path such as "//b" would be the address of a host.
  if (url?.origin !== location.origin || url.pathname.startsWith("//")) return "/";
  return url.pathname + url.search + url.hash;
}

/** @param {string} next */
function parse(next) {
  try {
    return new URL(next, location.origin);
  } catch {
    return null;
  }
}

/**
 * Link to another account page with the same `next`.
 * @param {string} path
 */
export function withNext(path) {
  return address(path) + location.search;
}
