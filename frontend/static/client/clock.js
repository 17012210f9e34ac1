/**
 * The server's time, as its responses show it: a computer's own clock may be hours wrong. Everything that is
 * compared with a time of the server is compared with this.
 */

/**
 * Milliseconds between the server's clock and this page's, which no one can set. Responses from a cache, and
 * those that took long, show an earlier time than it is; so the greatest difference is the best estimate.
 * @type {number | null}
 */
let ahead = null;

/**
 * Learn from a response what time it is.
 * @param {Headers} headers
 */
export function observe(headers) {
  const time = Date.parse(headers.get("Date") ?? "");
  if (time) ahead = Math.max(ahead ?? -Infinity, time - performance.now());
}

/** Return the server's time in milliseconds since 1970; before the first response, that of this computer. */
export function now() {
  return ahead === null ? Date.now() : performance.now() + ahead;
}
