/**
 * Preloaded into every process of tests: an open channel to other tabs, which a page ends with itself, would
 * keep Node from ending.
 */

const Channel = globalThis.BroadcastChannel;

globalThis.BroadcastChannel = class extends Channel {
  /** @param {string} name */
  constructor(name) {
    super(name);
    const own = /** @type {{unref?: () => void}} */ (this); // only Node's class has it
    own.unref?.();
  }
};
