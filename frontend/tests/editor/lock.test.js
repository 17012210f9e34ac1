import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ApiError } from "../../static/client/api.js";
import { TileLock } from "../../static/client/editor/lock.js";

/** @import { Api } from "../../static/client/api.js" */

const ME = { id: 1, username: "ada", display_name: "Ada" };
const OTHER = { id: 2, username: "bob", display_name: "Bob" };
const LIFETIME = 1800_000;

/** @param {typeof ME | null} holder */
const lockOf = (holder) => ({
  tile_id: 7,
  is_locked: holder !== null,
  holder,
  mine: holder === ME,
  expires_at: holder && new Date(Date.now() + LIFETIME).toISOString(),
});

/** A service that has one lock, and remembers what it was asked. */
class Service {
  /** @type {typeof ME | null} */
  holder = null;
  /** @type {string[]} */
  calls = [];

  get = async () => this.#answer("GET");
  post = async () => this.#answer("POST", ME);
  put = async () => {
    if (this.holder !== ME) throw new ApiError({ status: 409, code: "not_locked" });
    return this.#answer("PUT", ME);
  };
  delete = async () => this.#answer("DELETE", null);

  /**
   * @param {string} call
   * @param {typeof ME | null} [holder]
   */
  #answer(call, holder = this.holder) {
    this.calls.push(call);
    this.holder = holder;
    return lockOf(holder);
  }
}

/**
 * @param {Partial<Service>} [state]
 * @param {boolean} [isNeeded]
 */
function locking(state = {}, isNeeded = true) {
  const service = Object.assign(new Service(), state);
  const told = { changed: 0, expired: 0 };
  const api = /** @type {Api} */ (/** @type {unknown} */ (service));
  const lock = new TileLock(api, 7, {
    isNeeded,
    changed: () => told.changed++,
    expired: () => told.expired++,
  });
  return { service, lock, told };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a free lock is acquired, and released once", async () => {
  const { service, lock } = locking();
  await lock.take();
  assert(lock.isFree);
  lock.close();
  lock.close();
  assert.deepEqual(service.calls, ["GET", "POST", "DELETE"]);
});

test("in free mode only another artist's lock matters", async () => {
  const { service, lock } = locking({}, false);
  await lock.take();
  lock.close();
  assert.deepEqual(service.calls, ["GET"]);
});

test("another artist's lock is not requested, and blocks until its release", async () => {
  const { service, lock } = locking({ holder: OTHER });
  await lock.take();
  assert.equal(lock.foreign?.holder?.username, "bob");
  assert.equal(lock.isFree, false);
  service.holder = null;
  assert.equal(lock.released(), true);
  await lock.take();
  assert(lock.isFree);
  lock.close();
});

test("a lock is renewed after half of its time", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { service, lock } = locking();
  await lock.take();
  mock.timers.tick(LIFETIME / 2);
  await settled();
  assert.deepEqual(service.calls, ["GET", "POST", "PUT"]);
  lock.close();
  mock.timers.reset();
});

test("a lock that cannot be renewed is lost, and can be acquired again", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { service, lock, told } = locking();
  await lock.take();
  service.holder = null;
  mock.timers.tick(LIFETIME / 2);
  await settled();
  assert.equal(lock.isLost, true);
  assert.equal(told.changed, 1);
  await lock.take();
  assert(lock.isFree);
  lock.close();
  mock.timers.reset();
});

test("a lock released by a moderator is lost", async () => {
  const { lock } = locking();
  await lock.take();
  assert.equal(lock.released(), false);
  assert.equal(lock.isLost, true);
});

test("another artist's lock is checked again once it has expired", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const { lock, told } = locking({ holder: OTHER });
  await lock.take();
  mock.timers.tick(LIFETIME + 1000);
  assert.equal(told.expired, 1);
  lock.close();
  mock.timers.reset();
});

test("a lock that arrives after the editor is closed is released", async () => {
  const { service, lock } = locking();
  service.post = async () => {
    lock.close();
    service.calls.push("POST");
    return lockOf(ME);
  };
  await lock.take();
  assert.deepEqual(service.calls, ["GET", "POST", "DELETE"]);
});
