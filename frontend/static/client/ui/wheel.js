/** Turns of a wheel, in whatever unit the browser counts them. */

/** CSS pixels per line and per page, for wheels that count in those. */
const UNITS = [1, 20, 400]; // in order of WheelEvent.deltaMode

/**
 * Return how far a wheel was turned in CSS pixels. With Shift, which means sideways, some browsers swap the
 * axes themselves.
 * @param {Pick<WheelEvent, "deltaX" | "deltaY" | "deltaMode" | "shiftKey">} event
 * @returns {{right: number, down: number}} `down` is 0 with Shift, `right` without
 */
export function turnOf({ deltaX, deltaY, deltaMode, shiftKey }) {
  const unit = UNITS[deltaMode] ?? 1;
  return shiftKey ? { right: (deltaX || deltaY) * unit, down: 0 } : { right: 0, down: deltaY * unit };
}
