/**
 * Handle `touchmove` where pointer events handle every gesture, under `touch-action: none`. That forbids
 * scrolling, but Chromium still takes a quick movement for a fling, and the next tap, anywhere on the page,
 * for what stops the fling: its `click` never comes (https://issues.chromium.org/issues/40727033).
 * @param {TouchEvent} event
 */
export function preventFling(event) {
  if (event.cancelable) event.preventDefault();
}
