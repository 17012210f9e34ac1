import assert from "node:assert/strict";
import { test } from "node:test";
import { api } from "../../static/client/api.js";

globalThis.document ??= /** @type {any} */ (Object.assign(new EventTarget(), { hidden: false }));
const { session } = await import("../../static/client/session.js");
const { notices } = await import("../../static/client/model/notices.js");

/**
 * @param {number} id
 * @param {number} seq
 */
const event = (id, seq) => `id: ${seq}\ndata: ${JSON.stringify({ id, seq, is_read: false })}\n\n`;

/** Follow a stream that sends these parts and then stays open. */
async function follow(/** @type {string[]} */ ...parts) {
  session.account = null;
  session.dispatchEvent(new Event("change"));
  api.get = async () => ({ items: [{ id: 1, seq: 1, is_read: true }] });
  api.stream = (_path, take) => {
    for (const part of parts) take(new TextEncoder().encode(part));
    return new Promise(() => {});
  };
  session.account = /** @type {any} */ ({ id: 5, roles: [] });
  session.dispatchEvent(new Event("change"));
  await new Promise((resolve) => setImmediate(resolve));
  return notices.items.map(({ id, seq }) => [id, seq]);
}

test("notices of the stream come before those of the list", async () => {
  assert.deepEqual(await follow(event(2, 2)), [
    [2, 2],
    [1, 1],
  ]);
  assert.equal(notices.unread, 1);
});

test("a notice that changes is shown once, as it is now", async () => {
  assert.deepEqual(await follow(event(2, 2), event(1, 3)), [
    [1, 3],
    [2, 2],
  ]);
});

test("an event that arrives in parts, between comments, is read whole", async () => {
  const whole = `:\n\n${event(2, 2)}:\n\n`;
  assert.deepEqual(await follow(...whole), [
    [2, 2],
    [1, 1],
  ]);
});

test("a guest has no notices", async () => {
  await follow(event(2, 2));
  session.account = null;
  session.dispatchEvent(new Event("change"));
  assert.deepEqual(notices.items, []);
});
