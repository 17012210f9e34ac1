/** HTTP client of the API: deadlines, problem documents as errors, and the access token. */

import { address } from "./base.js";
import { observe } from "./clock.js";
import { joinChunks, Patience, readBody, Stalled } from "./transfer.js";

/** @import { FaultView, SecondFactorProblem, SuspendedProblem } from "#api" */
/** @typedef {Pick<SecondFactorProblem, "challenge" | "methods">} SecondFactor how a login goes on */
/** @typedef {Pick<SuspendedProblem, "reason" | "until">} Suspension why, and until when; null if for good */

/**
 * Milliseconds without a sign of the server: until its response begins, and between two parts of the body,
 * which as a whole may take as long as the link needs. The gateway's own deadline for a service is 20 s.
 */
const DEADLINE = 10_000;

/** Times that a download goes on after the link broke. */
const RESUMPTIONS = 4;

/**
 * @typedef {{query?: Record<string, string | number | boolean | null | undefined>, headers?: Record<string,
 *   string>, signal?: AbortSignal, body?: unknown, anonymous?: boolean, keepalive?: boolean}} RequestOptions
 *   `anonymous`: send no token; `keepalive`: finish the request even if the page is closed
 */
/**
 * @typedef {{bearer(): Promise<string | null>, renew(): Promise<boolean>}} Credentials
 *   `bearer` returns a valid token, or null for a guest; `renew` returns whether there is a new one
 */

/**
 * @typedef {RequestOptions & {progress?: (received: number, total: number | null) => void}} DownloadOptions
 *   `progress` is called with bytes as they arrive; `total` is null where the server did not say
 */

/** A failed request. Status 0 means that there was no response (`unreachable`, `deadline`). */
export class ApiError extends Error {
  /**
   * @param {{status: number, code: string, detail?: string, requestId?: string | null, errors?: FaultView[],
   *   retryAfter?: number | null, suspension?: Suspension | null,
   *   secondFactor?: SecondFactor | null}} problem `retryAfter` in seconds
   */
  constructor(problem) {
    const { status, code, detail = "", requestId = null, errors = [] } = problem;
    super(`${status} ${code}: ${detail}`);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
    this.errors = errors;
    this.retryAfter = problem.retryAfter ?? null;
    this.suspension = problem.suspension ?? null;
    this.secondFactor = problem.secondFactor ?? null;
  }
}

/** Sends requests below a base URL. Every call throws ApiError, or the reason of the caller's own signal. */
export class Api {
  /**
   * @param {string} base as "/api/v1"
   * @param {number} [deadline] milliseconds
   */
  constructor(base, deadline = DEADLINE) {
    this.base = base;
    this.deadline = deadline;
    /** @type {Credentials | null} */
    this.credentials = null;
  }

  /**
   * @param {string} path
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  get(path, options) {
    return this.#json("GET", path, options);
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  post(path, body, options) {
    return this.#json("POST", path, { ...options, body });
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  put(path, body, options) {
    return this.#json("PUT", path, { ...options, body });
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  patch(path, body, options) {
    return this.#json("PATCH", path, { ...options, body });
  }

  /**
   * @param {string} path
   * @param {unknown} [body]
   * @param {RequestOptions} [options]
   * @returns {Promise<any>}
   */
  delete(path, body, options) {
    return this.#json("DELETE", path, { ...options, body });
  }

  /**
   * Download bytes. If the link breaks, go on where it broke, as long as the server has the same bytes.
   * @param {string} path
   * @param {DownloadOptions} [options]
   * @returns {Promise<{bytes: ArrayBuffer, headers: Headers}>}
   */
  async bytes(path, { progress = () => {}, ...options } = {}) {
    /** @type {Uint8Array[]} */
    let chunks = [];
    let received = 0;
    let tag = "";
    for (let left = RESUMPTIONS; ; left--) {
      const before = received;
      try {
        const range = before ? { Range: `bytes=${before}-`, "If-Range": tag } : {};
        const headers = { ...options.headers, ...range };
        const response = await this.#fetch("GET", path, { ...options, headers }, ({ status, headers }) => {
          if (status !== 206) [chunks, received] = [[], 0];
          tag = headers.get("ETag") ?? "";
          const length = Number(headers.get("Content-Length") ?? 0);
          const total = length ? received + length : null;
          return (chunk) => {
            chunks.push(chunk);
            received += chunk.length;
            progress(received, total);
          };
        });
        return { bytes: joinChunks(chunks).buffer, headers: response.headers };
      } catch (error) {
        const isBroken = error instanceof ApiError && error.status === 0;
        // A weak tag does not promise the same bytes.
        const canResume = received > before && tag !== "" && !tag.startsWith("W/");
        if (!isBroken || !canResume || !left) throw error;
      }
    }
  }

  /**
   * Read a response for as long as it lasts.
   * @param {string} path
   * @param {(chunk: Uint8Array<ArrayBuffer>) => void} take called with each part as it arrives
   * @param {RequestOptions} [options]
   */
  async stream(path, take, options = {}) {
    await this.#fetch("GET", path, options, () => take);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} [options]
   */
  async #json(method, path, options = {}) {
    /** @type {Uint8Array[]} */
    const chunks = [];
    await this.#fetch(method, path, options, () => (chunk) => chunks.push(chunk));
    return chunks.length ? JSON.parse(new TextDecoder().decode(joinChunks(chunks))) : null;
  }

  /**
   * Send a request and read the response if its status is 2xx or 304.
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} options
   * @param {(response: Response) => (chunk: Uint8Array<ArrayBuffer>) => void} begin is called with the head,
   *   and returns what takes the parts of the body
   */
  async #fetch(method, path, options, begin) {
    const token = options.anonymous ? null : ((await this.credentials?.bearer()) ?? null);
    const patience = new Patience(this.deadline, options.signal);
    try {
      let response = await this.#send(method, path, options, token, patience.signal);
      // Clocks differ: a token that looked valid here may have expired on the server.
      if (
        response.status === 401 &&
        token &&
        (await isTokenRejected(response)) &&
        (await this.credentials?.renew())
      ) {
        const renewed = (await this.credentials?.bearer()) ?? null;
        patience.extend();
        response = await this.#send(method, path, options, renewed, patience.signal);
      }
      observe(response.headers);
      patience.extend();
      if (!response.ok && response.status !== 304) throw await parseProblem(response);
      const take = begin(response);
      await readBody(response, (chunk) => {
        patience.extend();
        take(chunk);
      });
      return response;
    } catch (error) {
      // Some browsers name no reason for a body that was called off.
      throw asApiError(patience.signal.aborted ? patience.signal.reason : error);
    } finally {
      patience.end();
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} options
   * @param {string | null} token
   * @param {AbortSignal} signal
   */
  #send(method, path, { query = {}, headers = {}, body, keepalive = false }, token, signal) {
    const sent = new Headers(headers);
    if (token) sent.set("Authorization", `Bearer ${token}`);
    if (body !== undefined) sent.set("Content-Type", "application/json");
    return fetch(this.base + path + formatQuery(query), {
      method,
      headers: sent,
      keepalive,
      signal,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

/** @param {NonNullable<RequestOptions["query"]>} query null, undefined and "" are omitted */
function formatQuery(query) {
  const given = Object.entries(query).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : "";
}

/**
 * Turn an error of the network into an ApiError; any other, such as the caller's own, stays as it is.
 * @param {unknown} error
 */
function asApiError(error) {
  if (error instanceof Stalled) return new ApiError({ status: 0, code: "deadline" });
  return error instanceof TypeError ? new ApiError({ status: 0, code: "unreachable" }) : error;
}

/** @param {Response} response */
async function isTokenRejected(response) {
  const problem = await response
    .clone()
    .json()
    .catch(() => null);
  return ["token_expired", "token_invalid", "token_revoked"].includes(problem?.code);
}

/**
 * @param {Response} response
 * @returns {Promise<ApiError>}
 */
async function parseProblem(response) {
  const isProblem = response.headers.get("Content-Type")?.startsWith("application/problem+json");
  const problem = isProblem ? await response.json().catch(() => ({})) : {};
  const seconds = Number(response.headers.get("Retry-After") ?? "");
  return new ApiError({
    status: response.status,
    code: problem.code ?? `http_${response.status}`, // some errors of the gateway itself are plain text
    detail: problem.detail,
    requestId: problem.request_id ?? response.headers.get("X-Request-Id"),
    errors: problem.errors,
    retryAfter: seconds > 0 ? seconds : null,
    suspension: problem.code === "account_suspended" ? problem : null,
    secondFactor: problem.code === "second_factor_required" ? problem : null,
  });
}

export const api = new Api(address("/api/v1"));
