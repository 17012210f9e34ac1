/** Pens over tiles drawn in text. */

import { Painting } from "../../static/client/editor/painting.js";
import { Pen } from "../../static/client/editor/pen.js";
import { DEFAULTS } from "../../static/client/editor/settings.js";
import { drawn, tile } from "../model/pictures.js";

/** @import { Settings } from "../../static/client/editor/settings.js" */
/** @import { Point } from "../../static/client/model/geometry.js" */
/** @import { Change } from "../../static/client/model/pieces.js" */

/**
 * @param {Partial<Settings>} settings
 * @param {...string} rows
 */
export function pen(settings, ...rows) {
  const picture = tile(...(rows.length ? rows : ["....", "....", "....", "...."]));
  const size = Math.sqrt(picture.length);
  const painting = new Painting(size, picture);
  const painted = /** @type {Change[][]} */ ([]);
  const picked = /** @type {number[]} */ ([]);
  const asked = /** @type {Point[]} */ ([]);
  const made = new Pen(
    painting,
    { ...DEFAULTS, ...settings },
    {
      painted: (changes) => painted.push(changes),
      picked: (colour) => picked.push(colour),
      asked: (point) => asked.push(point),
    },
  );
  return { pen: made, painting, painted, picked, asked, shown: () => drawn(painting.pixels, size) };
}

/**
 * @param {Pen} pen
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
export function drag(pen, from, to) {
  pen.down(from);
  pen.move([to]);
  pen.up();
}
