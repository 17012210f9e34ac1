/** A real HTTP server for the tests of what speaks to one. */

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { after } from "node:test";

/** @import { IncomingHttpHeaders, ServerResponse } from "node:http" */
/** @import { AddressInfo } from "node:net" */

/** @typedef {{method: string, path: string, headers: IncomingHttpHeaders, body: string}} Seen */
/**
 * @typedef {{status?: number, headers?: Record<string, string>, body?: unknown,
 *   send?: (response: ServerResponse) => unknown}} Reply `send` writes the body, in parts or not to its end
 */

/**
 * Answer each request by `reply`, and remember it.
 * @param {(request: Seen) => Reply | Promise<Reply>} reply
 * @returns {Promise<{base: string, seen: Seen[]}>}
 */
export async function serve(reply) {
  /** @type {Seen[]} */
  const seen = [];
  const server = createServer(async (request, response) => {
    const one = {
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: await text(request),
    };
    seen.push(one);
    const { status = 200, headers = {}, body, send } = await reply(one);
    response.writeHead(status, {
      "Content-Type": status < 400 ? "application/json" : "application/problem+json",
      ...headers,
    });
    if (send) return void send(response);
    response.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  after(() => void server.close());
  const { port } = /** @type {AddressInfo} */ (server.address());
  return { base: `http://127.0.0.1:${port}/api/v1`, seen };
}
