/**
 * The pixels of one tile: one byte per pixel, row by row; 0 is transparent, i is colour i of the canvas's
 * palette.
 */

/**
 * Convert a palette to the words of an ImageData, indexed by the bytes of a tile.
 * @param {readonly string[]} palette `#rrggbb`
 */
export function paletteRgba(palette) {
  const words = new Uint32Array(palette.length + 1);
  const bytes = new DataView(words.buffer);
  palette.forEach((colour, index) => {
    bytes.setUint32(4 * (index + 1), ((parseInt(colour.slice(1), 16) << 8) | 0xff) >>> 0);
  });
  return words;
}

/**
 * Decode pixels from the API.
 * @param {string} text base64
 */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/**
 * Encode pixels for the API.
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

/**
 * Return a tile's pixels as its creator sees them: a pending version takes precedence over the public one.
 * @param {{pixels: string | null, pending?: {pixels: string} | null}} tile
 */
export function visiblePixels({ pixels, pending }) {
  return fromBase64(pending?.pixels ?? pixels ?? "");
}
