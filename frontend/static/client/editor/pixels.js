/** The pixels of a tile on their way to the API, and compared. */

/**
 * As the API takes them: base64 of one byte a pixel, row by row; `fromBase64` of the canvas reads it.
 * @param {Uint8Array} pixels
 */
export function toBase64(pixels) {
  let text = "";
  for (const value of pixels) text += String.fromCharCode(value);
  return btoa(text);
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
export function isSame(one, other) {
  return one.length === other.length && one.every((value, index) => value === other[index]);
}
