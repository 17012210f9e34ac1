/** How artists are shown who watch a canvas; the feed tells their ids and names alone. */

import { inkOn } from "../ui/avatar.js";

/** What the users service gives an artist who chose no colour (AVATAR_COLORS). */
const COLOURS = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];

/**
 * Always the same for an artist.
 * @param {number} id
 */
export function colourOf(id) {
  return COLOURS[id % COLOURS.length];
}

/**
 * What can be read on it.
 * @param {number} id
 */
export function inkOf(id) {
  return inkOn(colourOf(id));
}
