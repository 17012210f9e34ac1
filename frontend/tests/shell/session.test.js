import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { Api } from "../../static/client/api.js";
import { Session } from "../../static/client/session.js";
import { Store } from "../../static/client/store.js";
import { serve } from "./server.js";

/** What a tab keeps between visits: here, nothing that the browser has to keep. */
const newMarks = () =>
  new Store(() => {
    throw new DOMException("blocked", "SecurityError");
  });

const MARK = "tessera-signed-in";

/** @type {Store} */
let marks;
beforeEach(() => {
  marks = newMarks();
});

/**
 * @param {string} token
 * @param {Partial<{expires_in: number, roles: string[]}>} [what]
 */
function grant(token, { expires_in = 900, roles = [] } = {}) {
  const account = {
    id: 1,
    username: "ada",
    email: "ada@example.org",
    email_verified: true,
    roles,
    created_at: "2026-01-01T00:00:00Z",
  };
  return {
    access_token: token,
    expires_in,
    refresh_token: null,
    account: { ...account, status: /** @type {const} */ ("active") },
  };
}

test("a guest's first page sends no request", async () => {
  const { base, seen } = await serve(() => ({ status: 401 }));
  const session = new Session(new Api(base), marks);
  await session.ready;
  assert.deepEqual([session.account, await session.bearer(), seen.length], [null, null, 0]);
});

test("a returning user is signed in again by the cookie and its header", async () => {
  const { base, seen } = await serve(() => ({ body: grant("a") }));
  marks.set(MARK, "1");
  const session = new Session(new Api(base), marks);
  await session.ready;
  assert.deepEqual([session.account?.username, await session.bearer()], ["ada", "a"]);
  assert.deepEqual(
    seen.map(({ path, headers, body }) => [path, headers["x-tessera-client"], body]),
    [["/api/v1/auth/refresh", "browser", ""]],
  );
});

test("an ended session leaves a guest, who does not refresh again", async () => {
  const { base } = await serve(() => ({ status: 401, body: { code: "token_reused" } }));
  marks.set(MARK, "1");
  const session = new Session(new Api(base), marks);
  await session.ready;
  assert.deepEqual([session.account, marks.get(MARK)], [null, null]);
});

test("an unavailable server does not end the session", async () => {
  const { base } = await serve(() => ({ status: 503, body: { code: "postgres_unavailable" } }));
  marks.set(MARK, "1");
  const session = new Session(new Api(base), marks);
  await session.ready;
  assert.equal(marks.get(MARK), "1");
});

test("many requests with an expired token share one refresh", async () => {
  const { base, seen } = await serve(async ({ path, headers }) => {
    await pause(10);
    if (path.endsWith("/refresh")) return { body: grant("new") };
    return headers.authorization === "Bearer new"
      ? { body: {} }
      : { status: 401, body: { code: "token_expired" } };
  });
  const api = new Api(base);
  const session = new Session(api, marks);
  session.accept(grant("old"));
  await Promise.all([1, 2, 3, 4].map((id) => api.get(`/tiles/${id}`)));
  assert.equal(seen.filter(({ path }) => path.endsWith("/refresh")).length, 1);
});

test("a token is renewed before it expires", async () => {
  const { base, seen } = await serve(({ path }) => ({ body: path.endsWith("/refresh") ? grant("new") : {} }));
  const api = new Api(base);
  const session = new Session(api, marks);
  session.accept(grant("old", { expires_in: 20 }));
  await api.get("/tiles/1");
  assert.deepEqual(
    seen.map(({ path, headers }) => [path, headers.authorization]),
    [
      ["/api/v1/auth/refresh", undefined],
      ["/api/v1/tiles/1", "Bearer new"],
    ],
  );
});

test("requests wait while the session is being restored", async () => {
  const { base } = await serve(async ({ path, headers }) => {
    if (!path.endsWith("/refresh")) return { body: { as: headers.authorization } };
    await pause(20);
    return { body: grant("a") };
  });
  marks.set(MARK, "1");
  const api = new Api(base);
  new Session(api, marks);
  assert.deepEqual(await api.get("/canvases"), { as: "Bearer a" });
});

test("the end of a session by the server is told with its reason", async () => {
  const { base } = await serve(() => ({ status: 403, body: { code: "account_suspended", reason: "spam" } }));
  const session = new Session(new Api(base), marks);
  session.accept(grant("a"));
  /** @type {string[]} */
  const told = [];
  session.addEventListener("ended", (event) =>
    told.push(/** @type {CustomEvent} */ (event).detail.suspension.reason),
  );
  assert.equal(await session.renew(), false);
  assert.deepEqual([told, session.account], [["spam"], null]);
});

test("logging in fires one change, and logging out drops the token", async () => {
  const { base } = await serve(({ path }) =>
    path.endsWith("/login") ? { body: grant("a") } : { status: 204 },
  );
  const session = new Session(new Api(base), marks);
  let changes = 0;
  session.addEventListener("change", () => (changes += 1));
  await session.login({ username: "ada", password: "…" });
  assert.deepEqual([changes, session.account?.id, marks.get(MARK)], [1, 1, "1"]);
  await session.logout();
  assert.deepEqual(
    [changes, session.account, await session.bearer(), marks.get(MARK)],
    [2, null, null, null],
  );
});

test("logging out works after the server has ended the session", async () => {
  const { base } = await serve(() => ({ status: 401, body: { code: "not_authenticated" } }));
  const session = new Session(new Api(base), marks);
  session.accept(grant("a"));
  await session.logout();
  assert.equal(session.account, null);
});

test("a logout reaches other tabs", async () => {
  const { base } = await serve(({ path }) =>
    path.endsWith("/logout") ? { status: 204 } : { body: grant("a") },
  );
  const here = new Session(new Api(base), marks);
  const there = new Session(new Api(base), marks);
  there.accept(grant("b"));
  await here.login({ username: "ada", password: "…" });
  await here.logout();
  for (let tries = 0; tries < 100 && there.account; tries += 1) await pause(10);
  assert.equal(await there.bearer(), null);
});

for (const [roles, isModerator, isAdmin] of /** @type {[string[], boolean, boolean][]} */ ([
  [[], false, false],
  [["moderator"], true, false],
  [["admin"], true, true],
])) {
  test(`the roles [${roles}] make a moderator: ${isModerator}, an admin: ${isAdmin}`, async () => {
    const { base } = await serve(() => ({ body: {} }));
    const session = new Session(new Api(base), marks);
    session.accept(grant("a", { roles }));
    assert.deepEqual([session.isModerator, session.isAdmin], [isModerator, isAdmin]);
  });
}
