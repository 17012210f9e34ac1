import assert from "node:assert/strict";
import { test } from "node:test";

import { Drafts } from "../../static/client/editor/draft.js";
import { Store } from "../../static/client/store.js";

/**
 * The storage of a browser, with room for a limited number of characters.
 */
function storage(room = Infinity) {
  const kept = /** @type {Map<string, string>} */ (new Map());
  const browser = /** @type {Storage} */ ({
    get length() {
      return kept.size;
    },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem(key, value) {
      if (value.length > room) throw new Error("QuotaExceededError");
      kept.set(key, value);
    },
  });
  return new Store(() => browser);
}

const CELL = { x: 2, y: 3 };
const DRAFT = {
  pixels: "AAAA",
  base: "AAAA",
  version: 4,
  title: "",
  description: "",
  isPublic: true,
  savedAt: 1000,
};

test("a draft belongs to its cell and its account", () => {
  const kept = storage();
  new Drafts(kept, 1).save(7, CELL, DRAFT);
  assert.deepEqual(new Drafts(kept, 1).load(7, CELL), DRAFT);
  assert.equal(new Drafts(kept, 1).load(7, { x: 3, y: 2 }), null);
  assert.equal(new Drafts(kept, 1).load(8, CELL), null);
  assert.equal(new Drafts(kept, 2).load(7, CELL), null);
});

test("a guest's draft is found after signing in, and discarded with the account's", () => {
  const kept = storage();
  new Drafts(kept, null).save(7, CELL, DRAFT);
  const drafts = new Drafts(kept, 1);
  assert.deepEqual(drafts.load(7, CELL), DRAFT);
  drafts.discard(7, CELL);
  assert.equal(new Drafts(kept, null).load(7, CELL), null);
});

test("a discarded draft is gone", () => {
  const drafts = new Drafts(storage(), 1);
  drafts.save(7, CELL, DRAFT);
  drafts.discard(7, CELL);
  assert.equal(drafts.load(7, CELL), null);
});

test("the oldest draft is dropped when there are too many", () => {
  const drafts = new Drafts(storage(), 1);
  for (let x = 0; x <= 50; x++) drafts.save(7, { x, y: 0 }, { ...DRAFT, savedAt: x === 20 ? 1 : 1000 + x });
  assert.equal(drafts.load(7, { x: 20, y: 0 }), null);
  assert(drafts.load(7, { x: 0, y: 0 }) && drafts.load(7, { x: 50, y: 0 }));
});

test("a failure to store a draft is reported", () => {
  assert.equal(new Drafts(storage(10), 1).save(7, CELL, DRAFT), false);
});

test("other stored data is not taken for a draft", () => {
  const kept = storage();
  kept.set("tessera.draft.1.7.2.3", "{");
  assert.equal(new Drafts(kept, 1).load(7, CELL), null);
});
