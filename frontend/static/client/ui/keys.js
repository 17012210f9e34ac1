/** What a key means on any keyboard: the letter or sign that it has, else its place. */

/** The signs of shortcuts, which count wherever a keyboard has them. */
const SIGNS = "+-=[]";

/**
 * Their places, on keyboards that have letters there.
 * @type {Record<string, string>}
 */
const PLACES = { BracketLeft: "[", BracketRight: "]", Minus: "-", Equal: "=" };

/**
 * Name a key as the shortcuts do: capital letters, digits, signs, and the names of other keys.
 *
 * Digits are places, because French keyboards have them on Shift. Letters are what the keyboard has; one
 * without Latin letters (Cyrillic, Greek, Arabic), and a dead key, have their places.
 * @param {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} event
 */
export function keyName({ key, code, shiftKey }) {
  if (key.length === 1 && SIGNS.includes(key)) return key;
  const place = /^(?:Key|Digit)(.)$/.exec(code)?.[1] ?? PLACES[code] ?? key;
  if (code.startsWith("Digit") && !shiftKey) return place;
  if (/^[ -~]$/.test(key)) return key.toUpperCase();
  return key.length === 1 || key === "Dead" ? place : key;
}

/**
 * Return whether Alt only makes a bracket, as Option and AltGr do on many keyboards.
 * @param {Pick<KeyboardEvent, "key" | "altKey">} event
 */
export function isBracketWithAlt({ key, altKey }) {
  return altKey && (key === "[" || key === "]");
}
