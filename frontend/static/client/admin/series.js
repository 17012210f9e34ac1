/** Calculations for the dashboard's charts. Pure functions. */

/**
 * Return the top of an axis: the first of 1, 2, 5, 10, 20, 50, … that is not below the value.
 * @param {number} value
 */
export function roundUpAxis(value) {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}

/**
 * Lay out bars of equal width, with gaps, in a box of that size.
 * @param {number[]} values
 * @param {{width: number, height: number, gap: number}} box
 * @returns {{x: number, y: number, width: number, height: number}[]}
 */
export function layOutBars(values, { width, height, gap }) {
  const top = roundUpAxis(Math.max(0, ...values));
  const pitch = width / values.length;
  return values.map((value, place) => {
    const tall = (value / top) * height;
    return { x: place * pitch + gap / 2, y: height - tall, width: pitch - gap, height: tall };
  });
}

/**
 * Return the place that a key moves to in a row of `count` places; null for other keys.
 * @param {string} key as of a KeyboardEvent
 * @param {number} place
 * @param {number} count
 */
export function moveByKey(key, place, count) {
  /** @type {Record<string, number>} */
  const places = {
    ArrowLeft: place - 1,
    ArrowDown: place - 1,
    ArrowRight: place + 1,
    ArrowUp: place + 1,
    PageDown: place - 7,
    PageUp: place + 7,
    Home: 0,
    End: count - 1,
  };
  const wanted = places[key];
  return wanted === undefined ? null : Math.min(count - 1, Math.max(0, wanted));
}
