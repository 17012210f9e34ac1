/** Colours of the viewers of a canvas; the feed contains only their ids and names. */

import { chooseInk } from "./avatar.js";

/** Default colours of the users service (AVATAR_COLORS). */
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];

/**
 * Return an artist's colour, which is always the same.
 * @param {number} id
 */
export function colourOf(id) {
  return COLOURS[id % COLOURS.length];
}

/**
 * Return a legible text colour on it.
 * @param {number} id
 */
export function inkOf(id) {
  return chooseInk(colourOf(id));
}
