/** Lists of the API that are read page by page. */

import { api } from "../api.js";

/**
 * @template T
 * @typedef {{items: T[], cursor: string | null}} Listed what was read so far; `cursor` leads on
 */

/**
 * Read the first page of a list, or with `before` the next one, appended to it.
 * @template T
 * @param {string} path
 * @param {Record<string, string | number | null>} query
 * @param {Listed<T>} [before]
 * @param {AbortSignal} [signal]
 * @returns {Promise<Listed<T>>}
 */
export async function readPage(path, query, before, signal) {
  const page = await api.get(path, {
    query: { ...query, cursor: before?.cursor ?? null },
    ...(signal ? { signal } : {}),
  });
  return { items: [...(before?.items ?? []), ...page.items], cursor: page.next_cursor };
}
