/**
 * Perceptual colours and their names, for users who cannot tell swatches apart.
 * @typedef {[red: number, green: number, blue: number]} Rgb 0 to 255
 * @typedef {[lightness: number, a: number, b: number]} Oklab
 */

/**
 * @param {string} colour `#rrggbb`
 * @returns {Rgb}
 */
export function parseColour(colour) {
  const value = parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Read a colour as people write it: `#1a2b3c`, `1A2B3C` or `#abc`; null for anything else.
 * @param {string} text
 */
export function parseHex(text) {
  const digits = /^#?([\da-f]{3}|[\da-f]{6})$/.exec(text.trim().toLowerCase())?.[1];
  if (!digits) return null;
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits}`;
}

/** @param {number} channel  0 to 255, as sRGB stores it */
function linearise(channel) {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/**
 * Convert a colour to OKLab, in which equal distances look equally different
 * (https://bottosson.github.io/posts/oklab/).
 * @param {Rgb} rgb
 * @returns {Oklab}
 */
export function toOklab([red, green, blue]) {
  const [r, g, b] = [linearise(red), linearise(green), linearise(blue)];
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
}

/**
 * Convert a colour from OKLab; what a screen cannot show is clipped, channel by channel.
 * @param {Oklab} oklab
 * @returns {Rgb}
 */
export function fromOklab([lightness, a, b]) {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    delinearise(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    delinearise(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    delinearise(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

/** @param {number} value  linear, 0 to 1 */
function delinearise(value) {
  const channel = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, channel)));
}

/**
 * Format a colour as `#rrggbb`.
 * @param {Rgb} rgb
 */
export function formatColour([red, green, blue]) {
  return `#${((red << 16) | (green << 8) | blue).toString(16).padStart(6, "0")}`;
}

/** Chroma from which a colour is not seen as a grey. */
const COLOURED = 0.045;

/**
 * First degree of each hue in OKLab; sRGB's red is at 29, yellow at 110, green at 142, cyan at 195, blue at
 * 264 and magenta at 328.
 * @type {[number, string][]}
 */
const HUES = [
  [0, "pink"],
  [12, "red"],
  [36, "orange"],
  [82, "yellow"],
  [116, "green"],
  [172, "turquoise"],
  [218, "blue"],
  [285, "purple"],
  [340, "pink"],
];

/**
 * Return the names of a colour: its hue or grey, and its lightness where it matters.
 * @param {string} colour `#rrggbb`
 * @returns {{hue: string, tone: "dark" | "plain" | "light"}}
 */
export function classifyColour(colour) {
  const [lightness, a, b] = toOklab(parseColour(colour));
  const chroma = Math.hypot(a, b);
  if (lightness < 0.15) return { hue: "black", tone: "plain" };
  if (chroma < COLOURED) {
    if (lightness > 0.94) return { hue: "white", tone: "plain" };
    return { hue: "grey", tone: toneOf(lightness, 0.5, 0.75) };
  }
  const degrees = ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
  const hue = /** @type {[number, string]} */ (HUES.findLast(([start]) => degrees >= start))[1];
  if (hue === "orange" && lightness < 0.6) return { hue: "brown", tone: toneOf(lightness, 0.4, 1) };
  if (hue === "orange") return { hue, tone: toneOf(lightness, 0, 0.84) };
  if (hue === "yellow" && lightness < 0.75) return { hue: "olive", tone: toneOf(lightness, 0.5, 1) };
  if (hue === "yellow") return { hue, tone: toneOf(lightness, 0, 0.97) };
  return { hue, tone: toneOf(lightness, 0.45, 0.82) };
}

/**
 * @param {number} lightness
 * @param {number} dark
 * @param {number} light
 */
function toneOf(lightness, dark, light) {
  if (lightness < dark) return "dark";
  return lightness > light ? "light" : "plain";
}
