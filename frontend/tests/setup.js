/**
 * Preloaded into every process of tests: an open channel to other tabs, which a page ends with itself, would
 * keep Node from ending.
 */

const Channel = globalThis.BroadcastChannel;

globalThis.BroadcastChannel = class extends Channel {
  /** @param {string} name */
  constructor(name) {
    super(name);
    Reflect.get(this, "unref").call(this); // which only Node's own class has
  }
};
