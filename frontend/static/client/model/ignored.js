/** The artists whom the user ignores: their messages are not shown, on any of the user's devices. */

import { api } from "../api.js";
import { session } from "../session.js";
import { readAll } from "./paging.js";

/** Fires `change`. */
class Ignored extends EventTarget {
  /** @type {Set<number>} */
  #ids = new Set();
  /**
   * The account whose list this is.
   * @type {number | null}
   */
  #owner = null;

  constructor() {
    super();
    session.addEventListener("change", () => void this.load());
  }

  /** @param {number} id */
  has(id) {
    return this.#ids.has(id);
  }

  /** Load the list, unless it is that of the account already. */
  async load() {
    const owner = session.account?.id ?? null;
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.#become([]);
    if (owner === null) return;
    try {
      const people = await readAll("/users/ignored");
      if (owner === this.#owner) this.#become(people.map(({ id }) => id));
    } catch {
      this.#owner = null; // it is loaded with the next chat
    }
  }

  /**
   * Ignore an artist, or no longer. Throws ApiError.
   * @param {number} id
   * @param {boolean} isIgnored
   */
  async set(id, isIgnored) {
    const path = `/users/${id}/ignore`;
    await (isIgnored ? api.put(path) : api.delete(path));
    this.#become([...[...this.#ids].filter((other) => other !== id), ...(isIgnored ? [id] : [])]);
  }

  /** @param {number[]} ids */
  #become(ids) {
    this.#ids = new Set(ids);
    this.dispatchEvent(new Event("change"));
  }
}

export const ignored = new Ignored();
