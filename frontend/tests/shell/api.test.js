import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { Api, ApiError } from "../../static/client/api.js";
import { serve } from "./server.js";

/** Milliseconds between two parts of a slow response. */
const PART = 200;

/**
 * @param {Promise<unknown>} call
 * @returns {Promise<ApiError>}
 */
async function refusal(call) {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error;
  }
  throw new Error("nothing was thrown");
}

test("a response is parsed, and the query contains the given values", async () => {
  const { base, seen } = await serve(() => ({ body: { items: [1] } }));
  const query = { search: "blue & red", limit: 5, cursor: null, sort: "" };
  assert.deepEqual(await new Api(base).get("/canvases", { query }), { items: [1] });
  assert.equal(seen[0]?.path, "/api/v1/canvases?search=blue+%26+red&limit=5");
});

test("an empty response is null", async () => {
  const { base } = await serve(() => ({ status: 204 }));
  assert.equal(await new Api(base).delete("/tiles/7"), null);
});

test("a body is sent as JSON, with the given headers", async () => {
  const { base, seen } = await serve(() => ({ body: {} }));
  await new Api(base).put("/tiles/7", { title: "Ü" }, { headers: { "If-Match": '"3"' } });
  const [{ method, headers, body } = { method: "", headers: {}, body: "" }] = seen;
  assert.deepEqual(
    [method, headers["content-type"], headers["if-match"], body],
    ["PUT", "application/json", '"3"', '{"title":"Ü"}'],
  );
});

test("bytes are returned with their headers", async () => {
  const { base } = await serve(() => ({ headers: { "X-Canvas-Seq": "12" }, body: "TSRA" }));
  const { bytes, headers } = await new Api(base).bytes("/canvases/7/snapshot");
  assert.deepEqual([Buffer.from(bytes).toString(), headers.get("X-Canvas-Seq")], ["TSRA", "12"]);
});

test("a problem document becomes an error with code, fields and request id", async () => {
  const errors = [{ loc: ["body", "name"], msg: "too short", code: "string_too_short", limit: 3 }];
  const { base } = await serve(() => ({
    status: 422,
    body: { code: "invalid", detail: "bad", request_id: "r1", errors },
  }));
  const error = await refusal(new Api(base).post("/canvases", {}));
  assert.deepEqual(
    [error.status, error.code, error.detail, error.requestId, error.errors],
    [422, "invalid", "bad", "r1", errors],
  );
});

test("a plain-text error of the gateway becomes an error by status, with the request id", async () => {
  const headers = { "Content-Type": "text/plain", "X-Request-Id": "r2" };
  const { base } = await serve(() => ({ status: 502, headers, body: "Bad Gateway" }));
  const error = await refusal(new Api(base).get("/canvases"));
  assert.deepEqual([error.code, error.requestId], ["http_502", "r2"]);
});

test("an error for a rate limit contains the time of the next attempt", async () => {
  const { base } = await serve(() => ({
    status: 429,
    headers: { "Retry-After": "7" },
    body: { code: "too_many_logins" },
  }));
  assert.equal((await refusal(new Api(base).post("/auth/login", {}))).retryAfter, 7);
});

test("the error of a suspended account contains the reason and the end", async () => {
  const until = "2099-12-24T18:30:00Z";
  const { base } = await serve(() => ({
    status: 403,
    body: { code: "account_suspended", reason: "spam", until },
  }));
  const { suspension } = await refusal(new Api(base).post("/auth/login", {}));
  assert.deepEqual([suspension?.reason, suspension?.until], ["spam", until]);
});

test("an unreachable server is an error of its own", async () => {
  const error = await refusal(new Api("http://127.0.0.1:9/api/v1").get("/canvases"));
  assert.deepEqual([error.status, error.code], [0, "unreachable"]);
});

test("a missing response ends at the deadline", async () => {
  const { base } = await serve(() => new Promise(() => {}));
  const impatient = new Api(base, 50);
  const error = await refusal(impatient.get("/canvases"));
  assert.deepEqual([error.status, error.code], [0, "deadline"]);
});

test("a body may take longer than the deadline while parts of it arrive", async () => {
  const { base } = await serve(() => ({
    send: async (response) => {
      for (const part of ['{"items"', ":[", "1", "]}"]) {
        response.write(part);
        await pause(PART);
      }
      response.end();
    },
  }));
  assert.deepEqual(await new Api(base, 3 * PART).get("/canvases"), { items: [1] });
});

test("a body that stops arriving ends at the deadline", async () => {
  const { base } = await serve(() => ({ send: (response) => response.write('{"items"') }));
  assert.equal((await refusal(new Api(base, 50).get("/canvases"))).code, "deadline");
});

/** @import { Reply } from "./server.js" */

/**
 * A server whose link breaks in the middle of the first response.
 * @param {() => Reply} rest the response to what is asked for next
 */
const serveOverABrokenLink = (rest) =>
  serve(({ headers }) =>
    headers.range
      ? rest()
      : {
          headers: { ETag: '"one"', "Content-Length": "10" },
          send: (response) => response.write("01234", () => response.destroy()),
        },
  );

test("a download goes on where the link broke", async () => {
  const { base, seen } = await serveOverABrokenLink(() => ({
    status: 206,
    headers: { ETag: '"one"', "Content-Length": "5" },
    body: "56789",
  }));
  /** @type {(number | null)[][]} */
  const progress = [];
  const { bytes } = await new Api(base).bytes("/canvases/7/snapshot", {
    progress: (...now) => progress.push(now),
  });
  assert.equal(Buffer.from(bytes).toString(), "0123456789");
  assert.deepEqual([seen[1]?.headers.range, seen[1]?.headers["if-range"]], ["bytes=5-", '"one"']);
  assert.deepEqual(progress, [
    [5, 10],
    [10, 10],
  ]);
});

test("a download begins again if the server has other bytes by now", async () => {
  const { base } = await serveOverABrokenLink(() => ({ status: 200, body: "another" }));
  const { bytes } = await new Api(base).bytes("/canvases/7/snapshot");
  assert.equal(Buffer.from(bytes).toString(), "another");
});

test("a download that gets nowhere ends with the error", async () => {
  const { base, seen } = await serve(() => ({ send: (response) => response.destroy() }));
  assert.equal((await refusal(new Api(base).bytes("/canvases/7/snapshot"))).code, "unreachable");
  assert.equal(seen.length, 1);
});

test("an aborted request throws the reason of the abort", async () => {
  const { base } = await serve(() => new Promise(() => {}));
  const gaveUp = new AbortController();
  const call = new Api(base).get("/canvases", { signal: gaveUp.signal });
  gaveUp.abort(new Error("a newer search"));
  await assert.rejects(call, /a newer search/);
});

test("an expired token is renewed once, and the request is repeated", async () => {
  const { base, seen } = await serve(({ headers }) =>
    headers.authorization === "Bearer new"
      ? { body: { ok: true } }
      : { status: 401, body: { code: "token_expired" } },
  );
  const api = new Api(base);
  let token = "old";
  const renew = async () => {
    token = "new";
    return true;
  };
  api.credentials = { bearer: async () => token, renew };
  assert.deepEqual(await api.get("/auth/me"), { ok: true });
  assert.deepEqual(
    seen.map(({ headers }) => headers.authorization),
    ["Bearer old", "Bearer new"],
  );
});

test("a request that is refused twice is not repeated again", async () => {
  const { base, seen } = await serve(() => ({ status: 401, body: { code: "token_expired" } }));
  const api = new Api(base);
  api.credentials = { bearer: async () => "old", renew: async () => true };
  assert.equal((await refusal(api.get("/auth/me"))).code, "token_expired");
  assert.equal(seen.length, 2);
});

test("a wrong password does not end the session", async () => {
  const { base, seen } = await serve(() => ({ status: 401, body: { code: "bad_credentials" } }));
  const api = new Api(base);
  api.credentials = { bearer: async () => "mine", renew: async () => assert.fail("renewed") };
  assert.equal((await refusal(api.put("/auth/password", {}))).code, "bad_credentials");
  assert.equal(seen.length, 1);
});

test("an anonymous request carries no token", async () => {
  const { base, seen } = await serve(() => ({ body: {} }));
  const api = new Api(base);
  api.credentials = { bearer: async () => "mine", renew: async () => true };
  await api.post("/auth/refresh", undefined, { anonymous: true });
  assert.equal(seen[0]?.headers.authorization, undefined);
});
