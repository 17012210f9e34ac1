/** What an element asks the API for: the answer, the error, and whether somebody is waiting for it. */

import { api } from "../api.js";

/** @import { ReactiveControllerHost } from "../lit.js" */

/**
 * One answer. A newer request replaces an older one; an element that is taken away asks no further.
 * @template T
 */
export class Load {
  /** @type {T | null} */
  data = null;
  /** @type {unknown} */
  error = null;
  isBusy = false;
  #abort = new AbortController();

  /**
   * @param {ReactiveControllerHost} host
   * @param {(signal: AbortSignal) => Promise<T>} ask
   */
  constructor(host, ask) {
    this.host = host;
    this.ask = ask;
    host.addController(this);
  }

  hostDisconnected() {
    this.#abort.abort();
  }

  /** Ask, or ask again; what is known stays until the answer is there. */
  async run() {
    this.#abort.abort();
    const { signal } = (this.#abort = new AbortController());
    this.isBusy = true;
    this.host.requestUpdate();
    try {
      const data = await this.ask(signal);
      if (signal.aborted) return;
      this.data = data;
      this.error = null;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isBusy = false;
    this.host.requestUpdate();
  }

  /** Forget the answer, as when another thing is to be shown. */
  clear() {
    this.#abort.abort();
    this.data = this.error = null;
    this.isBusy = false;
  }
}

const PAGE = 50;

/**
 * A list that comes page by page: `items` are those that are here.
 * @template T
 */
export class Pages {
  /** @type {T[]} */
  items = [];
  /** @type {string | null} */
  #cursor = null;
  /** @type {Load<{items: T[], next_cursor: string | null}>} */
  #load;

  /**
   * @param {ReactiveControllerHost} host
   * @param {string} path
   * @param {() => Record<string, any>} query
   */
  constructor(host, path, query) {
    this.#load = new Load(host, (signal) =>
      api.get(path, { query: { ...query(), limit: PAGE, cursor: this.#cursor }, signal }),
    );
  }

  get isBusy() {
    return this.#load.isBusy;
  }

  get error() {
    return this.#load.error;
  }

  /** Whether the first page is here. */
  get isKnown() {
    return this.#load.data !== null;
  }

  get hasMore() {
    return this.isKnown && this.#cursor !== null;
  }

  /** Begin anew, as when the filter has changed. */
  async restart() {
    this.items = [];
    this.#cursor = null;
    this.#load.clear();
    await this.more();
  }

  /** Fetch the next page, or the one that failed. */
  async more() {
    await this.#load.run();
    if (this.#load.error || !this.#load.data) return;
    this.items = [...this.items, ...this.#load.data.items];
    this.#cursor = this.#load.data.next_cursor;
    this.#load.host.requestUpdate();
  }

  /**
   * Show a newer state of some of the items.
   * @param {(item: T) => T} change
   */
  change(change) {
    this.items = this.items.map(change);
    this.#load.host.requestUpdate();
  }
}
