import { ApiError } from "../api.js";

/** Milliseconds from a failure to the next attempt, where the service does not name a time. */
const RETRY_MS = 2000;

/**
 * Loads what is wanted at the moment, the most urgent first, some at a time. What is no longer wanted is not
 * begun; what has begun is finished.
 * @template T
 */
export class Loader {
  /** @type {readonly T[]} */
  #wanted = [];
  /** @type {Set<T>} */
  #loading = new Set();
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);

  /**
   * @param {(item: T) => Promise<void>} load which is repeated after ApiErrors
   * @param {number} most at the same time
   * @param {AbortSignal} signal ends it
   */
  constructor(load, most, signal) {
    this.load = load;
    this.most = most;
    this.signal = signal;
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
  }

  /** @param {readonly T[]} items that are not loaded, instead of those that were wanted before */
  want(items) {
    this.#wanted = items;
    this.#begin();
  }

  #begin() {
    if (this.#timer !== undefined || this.signal.aborted) return;
    for (const item of this.#wanted) {
      if (this.#loading.size >= this.most) return;
      if (!this.#loading.has(item)) void this.#run(item);
    }
  }

  /** @param {T} item */
  async #run(item) {
    this.#loading.add(item);
    try {
      await this.load(item);
      this.#wanted = this.#wanted.filter((other) => other !== item);
    } catch (error) {
      if (this.signal.aborted) return;
      if (error instanceof ApiError && error.status === 404) this.#wanted = []; // the canvas is gone
      this.#pause(error instanceof ApiError && error.retryAfter ? 1000 * error.retryAfter : RETRY_MS);
    } finally {
      this.#loading.delete(item);
    }
    this.#begin();
  }

  /** @param {number} delay milliseconds */
  #pause(delay) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#begin();
    }, delay);
  }
}
