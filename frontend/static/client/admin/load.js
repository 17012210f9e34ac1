/** What an element asks the API for: the answer, the error, and whether somebody is waiting for it. */

import { readPage } from "../model/paging.js";

/** @import { ReactiveControllerHost } from "../lit.js" */
/** @import { Listed } from "../model/paging.js" */

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

  /** Whether the first page is here. */
  get isKnown() {
    return this.#load.data !== null;
  }

  get hasMore() {
    return (this.#load.data?.cursor ?? null) !== null;
  }

  /** Read the list from its beginning, as when the filter has changed. */
  async restart() {
    this.#load.clear();
    await this.more();
  }

  /** Read the next page, or the one that failed. */
  async more() {
    await this.#load.run();
  }

  /**
   * Show a newer state of some of the items.
   * @param {(item: T) => T} change
   */
  change(change) {
    const { data } = this.#load;
    if (data) data.items = data.items.map(change);
    this.#load.host.requestUpdate();
  }
}
