import assert from "node:assert/strict";
import { mock, test } from "node:test";

const HOUR = 3_600_000;

/**
 * Load the module as on a page of its own.
 * @returns {Promise<typeof import("../../static/client/clock.js")>}
 */
const newClock = () => import(`../../static/client/clock.js?${Math.random()}`);

/** @param {number} time */
const responseAt = (time) => new Headers({ Date: new Date(time).toUTCString() });

/**
 * @param {number} actual
 * @param {number} expected within a second, the precision of the header
 */
const assertTime = (actual, expected) =>
  assert.ok(Math.abs(actual - expected) <= 1000, `${actual - expected}`);

test("the time is the server's, however wrong the computer's clock is", async () => {
  const { now, observe } = await newClock();
  const time = Date.now() + 5 * HOUR;
  observe(responseAt(time));
  assertTime(now(), time);
});

test("a response from a cache does not set the time back", async () => {
  const { now, observe } = await newClock();
  const time = Date.now();
  observe(responseAt(time));
  observe(responseAt(time - HOUR));
  assertTime(now(), time);
});

test("a change of the computer's clock changes nothing", async () => {
  const { now, observe } = await newClock();
  const time = Date.now();
  observe(responseAt(time));
  mock.timers.enable({ apis: ["Date"], now: time + HOUR });
  assertTime(now(), time);
  mock.timers.reset();
});

test("before the first response it is the computer's", async () => {
  const { now, observe } = await newClock();
  observe(new Headers());
  assertTime(now(), Date.now());
});
