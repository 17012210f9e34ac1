import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { api } from "../../static/client/api.js";
import { Chat } from "../../static/client/model/chat.js";

/** @param {number[]} ids */
const messages = (...ids) => ids.map((id) => ({ id, text: `${id}`, author: { id: 5 }, mentions: [] }));

/** @param {Chat} chat */
const shown = (chat) => chat.messages.map(({ id }) => id);

/** @type {Chat} */
let chat;
/** A feed whose messages a test sends. */
let feed = /** @type {any} */ (null);
/** @type {any[]} what the service answers, in order */
let pages = [];

beforeEach(() => {
  feed = Object.assign(new EventTarget(), { status: "live" });
  chat = new Chat(7);
  chat.follow(feed);
  pages = [];
  api.get = async () => pages.shift();
});

/** @param {object} detail */
const receive = (detail) => feed.dispatchEvent(new CustomEvent("chat", { detail }));

/** @param {number[]} ids */
const arrive = (...ids) => receive({ type: "chat", messages: messages(...ids) });

test("a message that arrives twice is shown once", async () => {
  pages = [{ items: messages(1, 2), has_older: false }];
  await chat.load();
  arrive(2, 3);
  arrive(3);
  assert.deepEqual(shown(chat), [1, 2, 3]);
});

test("messages that arrive while a page is loaded are kept", async () => {
  pages = [{ items: messages(1, 2), has_older: false }];
  const loading = chat.load();
  arrive(3);
  await loading;
  assert.deepEqual(shown(chat), [1, 2, 3]);
});

test("a message removed while its page is on its way is not shown", async () => {
  pages = [{ items: messages(1, 2), has_older: false }];
  const loading = chat.load();
  receive({ type: "chat.removed", ids: [2] });
  await loading;
  assert.deepEqual(shown(chat), [1]);
});

test("what was removed while the connection was away disappears with the next page", async () => {
  pages = [
    { items: messages(1, 2, 3), has_older: false },
    { items: messages(1, 3), has_older: false },
  ];
  await chat.load();
  await chat.load();
  assert.deepEqual(shown(chat), [1, 3]);
});

test("after missing more than a page, the older messages are loaded again", async () => {
  pages = [
    { items: messages(1, 2), has_older: false },
    { items: messages(80, 81), has_older: true },
    { items: messages(79), has_older: true },
  ];
  await chat.load();
  await chat.load();
  assert.deepEqual([shown(chat), chat.hasOlder], [[80, 81], true]);
  await chat.loadOlder();
  assert.deepEqual(shown(chat), [79, 80, 81]);
});

test("messages count as unread until the chat is read", () => {
  arrive(1, 2);
  assert.equal(chat.unread, 2);
  chat.isRead = true;
  arrive(3);
  assert.equal(chat.unread, 0);
});
