/**
 * Handle `touchmove` where pointer events handle every gesture, under `touch-action: none`. That forbids
 * scrolling, but Chromium still takes a quick movement for a fling, and the next tap, anywhere on the page,
 * for what stops the fling: its `click` never comes (https://issues.chromium.org/issues/40727033).
 * @param {TouchEvent} event
 */
export function preventFling(event) {
  if (event.cancelable) event.preventDefault();
}

/**
 * Prevent the fling where only sideways gestures are handled, under `touch-action: pan-y`; up and down still
 * scroll.
 * @param {HTMLElement} element
 */
export function preventSidewaysFling(element) {
  let [x, y] = [0, 0];
  element.addEventListener("touchstart", ({ touches: [touch] }) => {
    [x, y] = [touch.clientX, touch.clientY];
  });
  element.addEventListener("touchmove", (event) => {
    const [touch] = event.touches;
    if (Math.abs(touch.clientX - x) > Math.abs(touch.clientY - y)) preventFling(event);
  });
}
