/** Requests and responses over slow and broken links: a deadline for each wait, whatever the whole takes. */

/** Thrown when nothing arrived for too long. */
export class Stalled extends Error {
  constructor() {
    super("nothing arrived before the deadline");
    this.name = "Stalled";
  }
}

/**
 * Calls off what it waits for when the caller does, or when nothing arrives for the time of the deadline.
 */
export class Patience {
  #controller = new AbortController();
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #forward = () => this.#controller.abort(this.outer?.reason);

  /**
   * @param {number} deadline milliseconds of one wait
   * @param {AbortSignal} [outer] the caller's
   */
  constructor(deadline, outer) {
    this.deadline = deadline;
    this.outer = outer;
    if (outer?.aborted) this.#forward();
    outer?.addEventListener("abort", this.#forward);
    this.extend();
  }

  get signal() {
    return this.#controller.signal;
  }

  /** Wait for as long again: something arrived. */
  extend() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(new Stalled()), this.deadline);
  }

  /** Stop waiting. */
  end() {
    clearTimeout(this.#timer);
    this.outer?.removeEventListener("abort", this.#forward);
  }
}

/**
 * Read a body to its end.
 * @param {Response} response
 * @param {(chunk: Uint8Array<ArrayBuffer>) => void} take called with each part as it arrives
 * @throws {unknown} why it ended early; the parts before were taken
 */
export async function readBody(response, take) {
  const reader = response.body?.getReader();
  if (!reader) return;
  for (let read = await reader.read(); !read.done; read = await reader.read()) take(read.value);
}

/**
 * @param {readonly Uint8Array[]} chunks
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function joinChunks(chunks) {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
