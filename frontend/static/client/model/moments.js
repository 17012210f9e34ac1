/** Moments of a canvas's past: `/canvas/7?at=123` is how it was after its change 123. */

/** How the past is played: moments from its beginning to its end, and the milliseconds that each is shown. */
const LIVELY = { moments: 240, pace: 100 };

/** Where less motion is wanted, one still after another. */
const STILL = { moments: 24, pace: 1500 };

/**
 * Return how the past is played.
 * @param {boolean} isStill whether less motion is wanted
 */
export function tempo(isStill) {
  return isStill ? STILL : LIVELY;
}

/**
 * Return the moment that follows another while the past is played; null after the last one.
 * @param {number} at
 * @param {number} last
 * @param {number} moments from beginning to end
 */
export function momentAfter(at, last, moments) {
  if (at >= last) return null;
  return Math.min(last, at + Math.max(1, Math.round(last / moments)));
}

/**
 * Parse the moment that a link names; null where it names none.
 * @param {string} search
 */
export function parseMoment(search) {
  const named = new URLSearchParams(search).get("at") ?? "";
  return /^\d{1,15}$/.test(named) ? Number(named) : null;
}

/**
 * @param {number | null} at
 * @returns {string} with the `?`, or empty for now
 */
export function formatMoment(at) {
  return at === null ? "" : `?at=${at}`;
}
