/**
 * What can be done to a palette. Pure functions: each returns the colours as they are afterwards, which are
 * the same if it is not allowed. `used` are the places, counted from 0, of colours that keep place and value
 * because pictures have them; after the last of these, the palette is open.
 * @typedef {readonly string[]} Colours  `#rrggbb`
 * @typedef {ReadonlySet<number>} Used
 */

import { formatColour, fromOklab, parseColour, toOklab } from "./colours.js";
import { FEWEST_COLOURS, MOST_COLOURS } from "./palettes.js";

/** @import { Oklab } from "./colours.js" */

/** Most colours of a ramp. */
export const LONGEST_RAMP = 32;

/**
 * Return the first place from which on colours may be moved, added and removed.
 * @param {Used} used
 */
export function openFrom(used) {
  return used.size ? Math.max(...used) + 1 : 0;
}

/**
 * Give the colour at a place another value.
 * @param {Colours} colours
 * @param {number} place
 * @param {string} colour
 * @param {Used} used
 */
export function recolour(colours, place, colour, used) {
  return used.has(place) ? colours : colours.with(place, colour);
}

/**
 * Move a colour to the place of another, which makes room.
 * @param {Colours} colours
 * @param {number} from
 * @param {number} to
 * @param {Used} used
 */
export function move(colours, from, to, used) {
  if (Math.min(from, to) < openFrom(used) || Math.max(from, to) >= colours.length) return colours;
  return colours.toSpliced(from, 1).toSpliced(to, 0, colours[from]);
}

/**
 * Insert colours after a place, or as near to it as possible; as many as a palette has room for.
 * @param {Colours} colours
 * @param {number} place
 * @param {Colours} inserted
 * @param {Used} used
 * @returns {{colours: Colours, at: number}} `at`: the place of the first of them
 */
export function insertAfter(colours, place, inserted, used) {
  const at = Math.max(place + 1, openFrom(used));
  return { colours: colours.toSpliced(at, 0, ...inserted.slice(0, MOST_COLOURS - colours.length)), at };
}

/**
 * @param {Colours} colours
 * @param {number} place
 * @param {Used} used
 */
export function mayRemove(colours, place, used) {
  return colours.length > FEWEST_COLOURS && place >= openFrom(used);
}

/**
 * @param {Colours} colours
 * @param {number} place
 * @param {Used} used
 */
export function remove(colours, place, used) {
  return mayRemove(colours, place, used) ? colours.toSpliced(place, 1) : colours;
}

/**
 * Take over imported colours: in place of the others, or in addition to them if some are used.
 * @param {Colours} colours
 * @param {Colours} imported
 * @param {Used} used
 * @returns {{colours: Colours, leftOut: number}} `leftOut`: how many there was no room for
 */
export function takeOver(colours, imported, used) {
  if (!used.size) return { colours: imported, leftOut: 0 };
  const all = [...colours, ...imported.filter((colour) => !colours.includes(colour))];
  return { colours: all.slice(0, MOST_COLOURS), leftOut: Math.max(0, all.length - MOST_COLOURS) };
}

/**
 * Return the steps from one colour to another, without the first, in which neighbours look equally different.
 * @param {string} from
 * @param {string} to
 * @param {number} count
 */
export function rampOf(from, to, count) {
  const [start, end] = [toOklab(parseColour(from)), toOklab(parseColour(to))];
  return Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / count;
    const between = start.map((part, nth) => part + share * (end[nth] - part));
    return index + 1 === count ? to : formatColour(fromOklab(/** @type {Oklab} */ (between)));
  });
}
