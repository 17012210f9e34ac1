/**
 * Call back when the page comes to a screen of another density. Its elements keep their size in CSS pixels,
 * so no ResizeObserver notices.
 * @param {() => void} handle
 * @param {AbortSignal} signal ends it
 */
export function onDensityChange(handle, signal) {
  if (signal.aborted) return;
  // A query matches one density only: each change needs the next query.
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
    "change",
    () => {
      onDensityChange(handle, signal);
      if (!signal.aborted) handle();
    },
    { once: true, signal },
  );
}
