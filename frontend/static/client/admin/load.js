/** Controllers for requests of an element: the data, the error, and whether a request is in flight. */

import { api } from "../api.js";

/** @import { ReactiveControllerHost } from "../lit.js" */

/**
 * Loads one response. A newer request replaces an older one; removing the element aborts the request.
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

  /** Send the request, or repeat it; the current data stays until the response arrives. */
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

  /** Discard the data, for example before something else is shown. */
  clear() {
    this.#abort.abort();
    this.data = this.error = null;
    this.isBusy = false;
  }
}

const PAGE = 50;

/**
 * Loads a paged list; `items` holds the pages loaded so far.
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

  /** Whether the first page has been loaded. */
  get isKnown() {
    return this.#load.data !== null;
  }

  get hasMore() {
    return this.isKnown && this.#cursor !== null;
  }

  /** Start again from the first page, for example after a change of the filter. */
  async restart() {
    this.items = [];
    this.#cursor = null;
    this.#load.clear();
    await this.more();
  }

  /** Load the next page, or retry the one that failed. */
  async more() {
    await this.#load.run();
    if (this.#load.error || !this.#load.data) return;
    this.items = [...this.items, ...this.#load.data.items];
    this.#cursor = this.#load.data.next_cursor;
    this.#load.host.requestUpdate();
  }

  /**
   * Replace items by newer versions of them.
   * @param {(item: T) => T} change
   */
  change(change) {
    this.items = this.items.map(change);
    this.#load.host.requestUpdate();
  }
}
