/** Reads the paged lists of the API. */

import { api } from "../api.js";

/**
 * @template T
 * @typedef {{items: T[], cursor: string | null}} Listed the items read so far; `cursor` leads to the next
 *   page
 */

/** Items per request when reading a whole list; the API's maximum. */
const LARGEST_PAGE = 500;

/**
 * Read the first page of a list, or with `before` the next one, appended to it. Throws ApiError.
 * @template T
 * @param {string} path
 * @param {Record<string, string | number | null>} query
 * @param {Listed<T>} [before]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Listed<T>>}
 */
export async function readPage(path, query, before, signal) {
  const cursor = before?.cursor ?? null;
  const page = await api.get(path, { query: { ...query, cursor }, ...(signal && { signal }) });
  return { items: [...(before?.items ?? []), ...page.items], cursor: page.next_cursor };
}

/**
 * Read a list to its end, or as far as the caller iterates. Throws ApiError.
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<any>} the items, in order
 */
export async function* readItems(path, signal) {
  /** @type {string | null} */
  let cursor = null;
  do {
    /** @type {Listed<any>} */
    const page = await readPage(path, { limit: LARGEST_PAGE }, { items: [], cursor }, signal);
    yield* page.items;
    cursor = page.cursor;
  } while (cursor);
}

/**
 * Read a whole list. Throws ApiError.
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function readAll(path, signal) {
  const items = [];
  for await (const item of readItems(path, signal)) items.push(item);
  return items;
}
