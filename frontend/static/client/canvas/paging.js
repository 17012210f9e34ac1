/** Lists of the API, read to their end or as far as somebody wants. */

import { api } from "../api.js";

const SLICE = 500;

/** @param {string} path @param {AbortSignal} [signal] @returns {AsyncGenerator<any>} the items, in order */
export async function* listed(path, signal) {
  let cursor = null;
  do {
    /** @type {{items: any[], next_cursor: string | null}} */
    const { items, next_cursor } = await api.get(path, {
      query: { limit: SLICE, cursor },
      ...(signal && { signal }),
    });
    yield* items;
    cursor = next_cursor;
  } while (cursor);
}
