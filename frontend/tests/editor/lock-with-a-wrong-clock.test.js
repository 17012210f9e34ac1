import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { observe } from "../../static/client/clock.js";
import { TileLock } from "../../static/client/editor/lock.js";

/** @import { Api } from "../../static/client/api.js" */

const HOUR = 3_600_000;
const LIFETIME = HOUR / 2;

/** Milliseconds: the server's time is known to a second. */
const PRECISION = 2000;

for (const hours of [-3, 3])
  test(`a computer whose clock is ${hours} hours off renews a lock after half of its time`, async () => {
    const time = Date.now();
    observe(new Headers({ Date: new Date(time).toUTCString() }));
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: time + hours * HOUR });
    const expires = new Date(time + LIFETIME).toISOString();
    let renewals = 0;
    const answer = async () => ({ is_locked: true, mine: true, holder: null, expires_at: expires });
    const put = async () => {
      renewals++;
      return answer();
    };
    const api = /** @type {Api} */ (
      /** @type {unknown} */ ({ get: answer, post: answer, put, delete: answer })
    );
    const lock = new TileLock(api, 7, { isNeeded: true, changed: () => {}, expired: () => {} });
    await lock.take();
    mock.timers.tick(LIFETIME / 2 - PRECISION);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(renewals, 0);
    mock.timers.tick(2 * PRECISION);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(renewals, 1);
    lock.close();
    mock.timers.reset();
  });
