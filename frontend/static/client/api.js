/** HTTP client of the API: deadlines, problem documents as errors, and the access token. */

/** @import { FaultView } from "#api" */

const DEADLINE = 10_000; // milliseconds; the gateway's own deadline for a service is 20 s

/**
 * @typedef {{query?: Record<string, string | number | boolean | null | undefined>, headers?: Record<string,
 *   string>, signal?: AbortSignal, body?: unknown, anonymous?: boolean, keepalive?: boolean}} RequestOptions
 *   `anonymous`: send no token; `keepalive`: finish the request even if the page is closed
 */
/**
 * @typedef {{bearer(): Promise<string | null>, renew(): Promise<boolean>}} Credentials
 *   `bearer` returns a valid token, or null for a guest; `renew` returns whether there is a new one
 */

/** A failed request. Status 0 means that there was no response (`unreachable`, `deadline`). */
export class ApiError extends Error {
  /**
   * @param {{status: number, code: string, detail?: string, requestId?: string | null, errors?: FaultView[],
   *   retryAfter?: number | null}} problem `retryAfter` in seconds
   */
  constructor({ status, code, detail = "", requestId = null, errors = [], retryAfter = null }) {
    super(`${status} ${code}: ${detail}`);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
    this.errors = errors;
    this.retryAfter = retryAfter;
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
   * @param {string} path
   * @param {RequestOptions} [options]
   * @returns {Promise<{bytes: ArrayBuffer, headers: Headers}>}
   */
  async bytes(path, options) {
    const response = await this.raw("GET", path, options);
    return { bytes: await receive(response.arrayBuffer()), headers: response.headers };
  }

  /**
   * Send a request and return the response if its status is 2xx or 304.
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} [options]
   */
  async raw(method, path, options = {}) {
    const token = options.anonymous ? null : ((await this.credentials?.bearer()) ?? null);
    let response = await this.#send(method, path, options, token);
    // Clocks differ: a token that looked valid here may have expired on the server.
    if (
      response.status === 401 &&
      token &&
      (await isTokenRejected(response)) &&
      (await this.credentials?.renew())
    ) {
      response = await this.#send(method, path, options, (await this.credentials?.bearer()) ?? null);
    }
    if (!response.ok && response.status !== 304) throw await parseProblem(response);
    return response;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} [options]
   */
  async #json(method, path, options) {
    const text = await receive((await this.raw(method, path, options)).text());
    return text ? JSON.parse(text) : null;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {RequestOptions} options
   * @param {string | null} token
   */
  async #send(method, path, { query = {}, headers = {}, signal, body, keepalive = false }, token) {
    const sent = new Headers(headers);
    if (token) sent.set("Authorization", `Bearer ${token}`);
    if (body !== undefined) sent.set("Content-Type", "application/json");
    const deadline = AbortSignal.timeout(this.deadline);
    const request = fetch(this.base + path + formatQuery(query), {
      method,
      headers: sent,
      keepalive,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return receive(request);
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
 * Wait for a response or its body; turn network errors into ApiErrors.
 * @template T
 * @param {Promise<T>} answer
 * @returns {Promise<T>}
 */
async function receive(answer) {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new ApiError({ status: 0, code: "deadline" });
    }
    if (error instanceof TypeError) throw new ApiError({ status: 0, code: "unreachable" });
    throw error;
  }
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
  });
}

export const api = new Api("/api/v1");
