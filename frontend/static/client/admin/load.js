/** Controllers for requests of an element: the data, the error, and whether a request is in flight. */

import { readPage } from "../model/paging.js";

/** @import { ReactiveControllerHost } from "../lit.js" */
/** @import { Listed } from "../model/paging.js" */

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
  /** @type {Load<Listed<T>>} */
  #load;

  /**
   * @param {ReactiveControllerHost} host
   * @param {string} path
   * @param {() => Record<string, any>} query
   */
  constructor(host, path, query) {
    this.#load = new Load(host, (signal) =>
      readPage(path, { ...query(), limit: PAGE }, this.#load.data ?? undefined, signal),
    );
  }

  get items() {
    return this.#load.data?.items ?? [];
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
    return (this.#load.data?.cursor ?? null) !== null;
  }

  /** Read the list again from its first page, for example after a change of the filter. */
  async restart() {
    this.#load.clear();
    await this.more();
  }

  /** Read the next page, or retry the one that failed. */
  async more() {
    await this.#load.run();
  }

  /**
   * Replace items by newer versions of them.
   * @param {(item: T) => T} change
   */
  change(change) {
    const { data } = this.#load;
    if (data) data.items = data.items.map(change);
    this.#load.host.requestUpdate();
  }
}
