/** Where on its host this site is: at the root, or below a path such as `/tessera`. */

/** The path without its closing slash; the server writes it into each page. */
export const BASE = globalThis.document?.documentElement.dataset.base ?? "";

/**
 * Return the address of a path of this site: `/canvas/7` is `/tessera/canvas/7` for a site below `/tessera`.
 * Every link needs it; the router and the API client take paths.
 * @param {string} path
 */
export function address(path, base = BASE) {
  return base + path;
}

/**
 * Return the path of this site that has an address; null for one outside of it.
 * @param {string} pathname
 */
export function pathOf(pathname, base = BASE) {
  if (pathname === base) return "/";
  return pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : null;
}

/** Return the path of this site that the browser shows. */
export function currentPath() {
  return pathOf(location.pathname) ?? location.pathname;
}
