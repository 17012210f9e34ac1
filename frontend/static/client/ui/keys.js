/** What a key means on any keyboard: the letter or sign that it has, else its place. */

/** The signs of shortcuts, which count wherever a keyboard has them. */
const SIGNS = "+-=[]";

/** The signs that some keyboards have on a digit's key, the French and the Czech one without Shift. */
const SIGNS_OF_DIGITS = "+-=";

/**
 * Their places, on keyboards that have something else there.
 * @type {Record<string, string>}
 */
const PLACES = { BracketLeft: "[", BracketRight: "]", Minus: "-", Equal: "=" };

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} Key */

/**
 * Name a key as the shortcuts do: capital letters, digits, signs, and the names of other keys.
 *
 * Digits are places, because French keyboards have them on Shift. Letters are what the keyboard has; one
 * without Latin letters (Cyrillic, Greek, Arabic), a dead key, and one that an input method takes (Chinese,
 * Japanese, Korean), have their places.
 * @param {Key} event
 */
export function keyName({ key, code, shiftKey }) {
  const isDigit = code.startsWith("Digit") && !shiftKey;
  const isSign = key.length === 1 && SIGNS.includes(key);
  if (isSign && !(isDigit && SIGNS_OF_DIGITS.includes(key))) return key;
  const place = /^(?:Key|Digit|Numpad)(.)$/.exec(code)?.[1] ?? PLACES[code] ?? key;
  if (isDigit) return place;
  if (/^[ -~]$/.test(key)) return key.toUpperCase();
  return key.length === 1 || key === "Dead" || key === "Process" ? place : key;
}

/**
 * Return the names that a key may have in a table of shortcuts, the first one first: its own, then that of a
 * sign whose place it has, as French keyboards have no other key for "-" than a digit's.
 * @param {Key} event
 * @returns {string[]}
 */
export function keyNames(event) {
  const name = keyName(event);
  const place = PLACES[event.code];
  const isSign = /^[!-/:-@[-`{-~]$/.test(name);
  return place && isSign && place !== name ? [name, place] : [name];
}

/**
 * Return whether Alt only makes a bracket, as Option and AltGr do on many keyboards.
 * @param {Pick<KeyboardEvent, "key" | "altKey">} event
 */
export function isBracketWithAlt({ key, altKey }) {
  return altKey && (key === "[" || key === "]");
}

/** @param {Event} event */
export function isTyping(event) {
  return event
    .composedPath()
    .some((node) => node instanceof HTMLElement && node.matches("input, textarea, select, ui-dialog"));
}
