/** Milliseconds of work after which the page is drawn and answers. */
const SLICE = 12;

/**
 * Run a generator to its end while the page goes on; null if it was aborted.
 * @template T
 * @param {Generator<unknown, T, void>} work
 * @param {AbortSignal} signal
 * @returns {Promise<T | null>}
 */
export async function inSlices(work, signal) {
  let until = performance.now() + SLICE;
  for (let step = work.next(); ; step = work.next()) {
    if (step.done) return step.value;
    if (performance.now() < until) continue;
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) return null;
    until = performance.now() + SLICE;
  }
}
