/**
 * The named palettes of the API, as in services/tiles/canvases/rules.py (kept equal by a test), and the
 * limits of a palette.
 */

/** @type {Record<string, string[]>} */
// biome-ignore format: rows of eight
export const PALETTES = {
  "pico-8": [
    "#000000", "#1d2b53", "#7e2553", "#008751", "#ab5236", "#5f574f", "#c2c3c7", "#fff1e8",
    "#ff004d", "#ffa300", "#ffec27", "#00e436", "#29adff", "#83769c", "#ff77a8", "#ffccaa",
  ],
  "sweetie-16": [
    "#1a1c2c", "#5d275d", "#b13e53", "#ef7d57", "#ffcd75", "#a7f070", "#38b764", "#257179",
    "#29366f", "#3b5dc9", "#41a6f6", "#73eff7", "#f4f4f4", "#94b0c2", "#566c86", "#333c57",
  ],
  gameboy: ["#081820", "#346856", "#88c070", "#e0f8d0"],
  "okabe-ito": [
    "#000000", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#ffffff",
  ],
};

export const FEWEST_COLOURS = 2;
export const MOST_COLOURS = 255;
