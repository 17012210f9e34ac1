/** What this browser keeps for the next visit; where its storage is blocked or full, for this page. */

export class Store {
  /**
   * What the browser did not keep.
   * @type {Map<string, string>}
   */
  #here = new Map();

  /** @param {() => Storage} open throws where storage is blocked, as reading `localStorage` does */
  constructor(open) {
    this.open = open;
  }

  /** @param {string} key */
  get(key) {
    return this.#here.get(key) ?? this.#attempt((storage) => storage.getItem(key)) ?? null;
  }

  /**
   * Keep a value. Return whether it will be there on the next visit.
   * @param {string} key
   * @param {string} value
   */
  set(key, value) {
    this.#here.delete(key);
    const isKept = this.#attempt((storage) => {
      storage.setItem(key, value);
      return true;
    });
    if (!isKept) this.#here.set(key, value);
    return isKept ?? false;
  }

  /** @param {string} key */
  remove(key) {
    this.#here.delete(key);
    this.#attempt((storage) => storage.removeItem(key));
  }

  /** @returns {string[]} */
  keys() {
    const kept = this.#attempt((storage) =>
      Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? ""),
    );
    return [...new Set([...(kept ?? []), ...this.#here.keys()])];
  }

  /**
   * @template T
   * @param {(storage: Storage) => T} action
   * @returns {T | null} null where the browser refuses
   */
  #attempt(action) {
    try {
      return action(this.open());
    } catch {
      return null;
    }
  }
}

export const store = new Store(() => localStorage);
