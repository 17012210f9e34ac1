import assert from "node:assert/strict";
import { test } from "node:test";

import { Store } from "../../static/client/store.js";

/**
 * A browser's storage.
 * @param {{isFull?: boolean}} [options]
 */
function newStorage({ isFull = false } = {}) {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return /** @type {Storage} */ ({
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem(key, value) {
      if (isFull) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, value);
    },
  });
}

const blocked = () =>
  new Store(() => {
    throw new DOMException("blocked", "SecurityError");
  });

test("a value is kept for the next visit", () => {
  const storage = newStorage();
  assert.equal(new Store(() => storage).set("theme", "dark"), true);
  const later = new Store(() => storage);
  assert.equal(later.get("theme"), "dark");
  later.remove("theme");
  assert.equal(later.get("theme"), null);
});

test("where storage is blocked, a value is kept for this page", () => {
  const store = blocked();
  assert.equal(store.set("theme", "dark"), false);
  assert.equal(store.get("theme"), "dark");
  assert.deepEqual(store.keys(), ["theme"]);
  store.remove("theme");
  assert.equal(store.get("theme"), null);
});

test("where storage is full, the newest value counts for this page", () => {
  const storage = newStorage({ isFull: true });
  const store = new Store(() => storage);
  assert.equal(store.set("theme", "dark"), false);
  assert.equal(store.get("theme"), "dark");
});
