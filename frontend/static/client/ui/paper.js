/**
 * The paper of a canvas: what shows where pixels are transparent, to everyone the same, in light and in dark.
 * Pictures inside an element read it from the custom property `--canvas-paper`.
 */

import { chooseInk } from "./avatar.js";

/**
 * @param {HTMLElement} element
 * @param {{paper_color: string}} canvas of the pictures in the element
 */
export function setPaper(element, { paper_color }) {
  element.style.setProperty("--canvas-paper", paper_color);
}

/**
 * Return the colour of the paper that the pictures in an element are on.
 * @param {HTMLElement} element
 */
export function paperOf(element) {
  return getComputedStyle(element).getPropertyValue("--canvas-paper").trim();
}

/**
 * Return the theme whose colours are legible on the paper.
 * @param {string} paper
 */
export function schemeOn(paper) {
  return chooseInk(paper) === "#000000" ? "light" : "dark";
}
