/**
 * Maps addresses to page elements. Links are plain `<a href>`; a click on an internal one loads no document.
 */

import { address, currentPath, pathOf } from "./base.js";

/**
 * @typedef {{pattern: string, hash?: RegExp, tag: string, load: () => Promise<unknown>}} Route `pattern` as
 *   "/canvas/:canvasId"; the element's property of the parameter's name is set. `hash`: the route matches
 *   only such a hash
 */

/** @type {Route[]} */
let routes = [];
/** @type {Route} */
let fallback;
/** @type {HTMLElement} */
let outlet;
/** @type {HTMLElement | null} */
let page = null;
/** @type {Route | null} */
let current = null;
let shown = "";
/** @type {Route | null} */
let wanted = null;

/**
 * Show the page of the current address, and of every later one.
 * @param {HTMLElement} main
 * @param {Route[]} table
 * @param {Route} unknown shown when no route matches
 */
export async function startRouter(main, table, unknown) {
  [outlet, routes, fallback] = [main, table, unknown];
  addEventListener("popstate", () => void show()); // also fires when only the hash changes
  document.addEventListener("click", follow);
  await show();
}

/**
 * Navigate to a path of the client, which may have a query and a hash.
 * @param {string} path
 * @param {{replace?: boolean}} [options] `replace`: the back button skips this page
 */
export async function navigate(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address(path));
  const before = shown;
  await show();
  if (before === shown) dispatchEvent(new HashChangeEvent("hashchange")); // pushState does not fire it
}

/**
 * Set the title of the page in the tab and in the history.
 * @param {string} title
 */
export function setTitle(title) {
  document.title = title ? `${title} · Tessera` : "Tessera";
}

/**
 * @param {string} path
 * @param {string} hash
 * @returns {[Route, Record<string, string>]}
 */
export function match(path, hash, table = routes, unknown = fallback) {
  for (const route of table) {
    if (route.hash && !route.hash.test(hash)) continue;
    const names = [...route.pattern.matchAll(/:(\w+)/g)].map(([, name]) => /** @type {string} */ (name));
    const found = new RegExp(`^${route.pattern.replace(/:\w+/g, "([^/]+)")}/?$`).exec(path);
    if (found) return [route, Object.fromEntries(names.map((name, i) => [name, decode(found[i + 1] ?? "")]))];
  }
  return [unknown, {}];
}

/** @param {string} part a malformed escape is kept */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function show() {
  const path = currentPath();
  const [route, params] = match(path, location.hash);
  if (path === shown && route === wanted) return; // the page itself handles a change of the hash or the query
  const isFirst = shown === "";
  [shown, wanted] = [path, route];
  try {
    await route.load();
  } catch (error) {
    // The server has a newer client, whose files have other names: reload to start it.
    if (!isFirst) return location.reload();
    throw error;
  }
  if (path !== shown || route !== wanted) return; // navigated elsewhere in the meantime
  if (page && route === current) {
    Object.assign(page, params); // such as such as /admin/users after /admin/reports
  } else {
    page = Object.assign(document.createElement(route.tag), params);
    outlet.replaceChildren(page);
    current = route;
    document.body.dataset.page = route.tag; // tokens.css adapts the frame to the page
  }
  if (!isFirst) await focusHeading(page);
}

/**
 * Announce the new page to screen readers, and scroll to its top.
 * @param {HTMLElement} element
 */
async function focusHeading(element) {
  await /** @type {{updateComplete?: Promise<unknown>}} */ (element).updateComplete;
  const heading = element.shadowRoot?.querySelector("h1") ?? outlet;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

/** @param {MouseEvent} event */
function follow(event) {
  if (
    event.defaultPrevented ||
    event.button ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!link || link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  const path = pathOf(link.pathname);
  if (path === null || match(path, link.hash)[0] === fallback) return; // such as the API reference
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  void navigate(path + link.search + link.hash);
}
