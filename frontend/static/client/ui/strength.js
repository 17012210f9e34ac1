/** A rough estimate of a password's strength. The service itself rejects common and personal passwords. */

/**
 * Character classes with the number of characters in each.
 * @type {[RegExp, number][]}
 */
const KINDS = [
  [/[a-z]/, 26],
  [/[A-Z]/, 26],
  [/[0-9]/, 10],
  [/[^a-zA-Z0-9]/, 33],
];

/** Entropy in bits from which a password is fair, good and strong. */
const STEPS = [36, 52, 70];

/**
 * Rate a password from 0 (weak) to 3 (strong). Repeated and consecutive characters count for little, known
 * words for nothing.
 * @param {string} password
 * @param {string[]} known such as the username and the address
 */
export function rateStrength(password, known = []) {
  const text = known.filter((word) => word.length >= 3).reduce(removeWord, password);
  const alphabet = KINDS.reduce((sum, [kind, size]) => sum + (kind.test(text) ? size : 0), 0) || 1;
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const surprises = codes.filter((code, i) => i === 0 || Math.abs(code - (codes[i - 1] ?? 0)) > 1).length;
  const bits = Math.log2(alphabet) * surprises;
  return STEPS.filter((step) => bits >= step).length;
}

/**
 * @param {string} text
 * @param {string} word in upper or lower case
 */
function removeWord(text, word) {
  const at = text.toLowerCase().indexOf(word.toLowerCase());
  return at < 0 ? text : text.slice(0, at) + text.slice(at + word.length);
}
