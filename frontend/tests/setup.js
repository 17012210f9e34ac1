/**
 * Preloaded into every process of tests: an open channel to other tabs, which a page ends with itself, would
 * keep Node from ending.
 */

const Channel = globalThis.BroadcastChannel;

globalThis.BroadcastChannel = class extends Channel {
  /** @param {string} name */
  constructor(name) {
    super(name);
    unref(this);
  }
};

/** @param {object} channel  only Node's own class has `unref` */
function unref(channel) {
  if ("unref" in channel && typeof channel.unref === "function") channel.unref();
}
