import { parseColour, toOklab } from "../model/colours.js";
import { DOT_SIDE, drawIndices, filtered, findNextWrong, measure, signOf } from "../model/templates.js";

/** @import { TemplateView } from "#api" */
/** @import { CanvasPixels, Cell } from "../model/canvas-pixels.js" */
/** @import { Picture, Progress, Style } from "../model/templates.js" */
/** @import { Rect } from "./viewport.js" */

/** Device pixels per canvas pixel from which dots are seen as such, and signs can be read. */
const DOTS_FROM = 4;
const SIGNS_FROM = 12;

/** Device pixels per side of a drawn sign. */
const SIGN_SIDE = 32;

/** OKLab lightness from which a sign is written in black. */
const LIGHT_FROM = 0.6;

/** A template over the canvas: how it is shown there, and how much of it is painted. */
export class TemplateLayer {
  opacity = 0.5;
  /** @type {Style} */
  style = "plain";
  isOnlyWrong = false;
  /** Whether only pixels of the colour that the user paints with are shown. */
  isOnlyColour = false;
  /** @type {Progress} */
  progress = { pixels: 0, right: 0, wrong: 0, empty: 0 };
  /**
   * Where the last wrong pixel was.
   * @type {Cell | null}
   */
  #last = null;
  /** @type {Uint8Array} */
  #shown;
  #image = document.createElement("canvas");
  /** Pixels per side of a pixel in the image. */
  #side = 0;

  /**
   * @param {Picture} picture
   * @param {string} name
   * @param {TemplateView | null} view null of a picture that was not uploaded
   */
  constructor(picture, name, view) {
    this.picture = picture;
    this.name = name;
    this.view = view;
    this.#shown = picture.indices;
  }

  /** What the layer is known by: the slug, or null of one that was not uploaded. */
  get slug() {
    return this.view?.slug ?? null;
  }

  /**
   * Follow the canvas and the choices of the user.
   * @param {CanvasPixels} pixels
   * @param {number | null} colour that the user paints with, null where they do not choose one
   */
  refresh(pixels, colour) {
    const { picture, isOnlyWrong } = this;
    this.progress = measure(picture, pixels);
    this.#shown = filtered(picture, pixels, { isOnlyWrong, colour: this.isOnlyColour ? colour : null });
    this.#side = 0; // drawn when it is seen
  }

  /**
   * Return the next pixel that is not right, from the last one on.
   * @param {CanvasPixels} pixels
   * @param {number | null} colour that the user paints with
   */
  findNextWrong(pixels, colour) {
    const found = findNextWrong(this.picture, pixels, this.#last, this.isOnlyColour ? colour : null);
    this.#last = found;
    return found;
  }

  /**
   * Draw it; the pen's unit is a pixel of the canvas.
   * @param {CanvasRenderingContext2D} pen
   * @param {CanvasPixels} pixels
   * @param {Rect} part that is seen
   * @param {number} scale device pixels per canvas pixel
   */
  draw(pen, pixels, part, scale) {
    const { x, y, width, height } = this.picture;
    pen.globalAlpha = this.opacity;
    pen.imageSmoothingEnabled = false;
    if (this.style === "symbols" && scale >= SIGNS_FROM) this.#drawSigns(pen, pixels, part);
    else {
      this.#prepare(pixels, this.style === "dots" && scale >= DOTS_FROM ? DOT_SIDE : 1);
      pen.drawImage(this.#image, x, y, width, height);
    }
    pen.globalAlpha = 1;
  }

  /**
   * @param {CanvasPixels} pixels
   * @param {number} side
   */
  #prepare({ rgba }, side) {
    if (this.#side === side) return;
    this.#side = side;
    const { width, height } = this.picture;
    const data = new ImageData(width * side, height * side);
    data.data.set(new Uint8ClampedArray(drawIndices(this.#shown, width, side, rgba).buffer));
    Object.assign(this.#image, { width: data.width, height: data.height });
    this.#image.getContext("2d")?.putImageData(data, 0, 0);
  }

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {CanvasPixels} pixels
   * @param {Rect} part
   */
  #drawSigns(pen, { palette }, part) {
    const { x, y, width, height } = this.picture;
    const signs = new Map();
    const right = Math.min(width, Math.ceil(part.x + part.width) - x);
    const bottom = Math.min(height, Math.ceil(part.y + part.height) - y);
    for (let row = Math.max(0, Math.floor(part.y) - y); row < bottom; row++) {
      for (let column = Math.max(0, Math.floor(part.x) - x); column < right; column++) {
        const colour = this.#shown[row * width + column];
        if (!colour) continue;
        if (!signs.has(colour)) signs.set(colour, signImage(colour, palette[colour - 1]));
        pen.drawImage(signs.get(colour), x + column, y + row, 1, 1);
      }
    }
  }
}

/**
 * Draw the sign of a colour on that colour.
 * @param {number} index
 * @param {string} colour
 */
function signImage(index, colour) {
  const image = document.createElement("canvas");
  image.width = image.height = SIGN_SIDE;
  const pen = /** @type {CanvasRenderingContext2D} */ (image.getContext("2d"));
  pen.fillStyle = colour;
  pen.fillRect(0, 0, SIGN_SIDE, SIGN_SIDE);
  pen.fillStyle = toOklab(parseColour(colour))[0] > LIGHT_FROM ? "#000" : "#fff";
  const sign = signOf(index);
  pen.font = `700 ${sign.length > 1 ? SIGN_SIDE / 2 : SIGN_SIDE * 0.7}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(sign, SIGN_SIDE / 2, SIGN_SIDE / 2 + 1);
  return image;
}
