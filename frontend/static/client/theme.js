/** The theme: light, dark, or the system's. early.js applies the choice before the first paint. */

import { store } from "./store.js";

export const THEMES = /** @type {const} */ (["system", "light", "dark"]);
/** @typedef {typeof THEMES[number]} Theme */

/** @returns {Theme} */
export function theme() {
  return /** @type {Theme} */ (document.documentElement.dataset.theme);
}

/** @param {Theme} choice */
export function chooseTheme(choice) {
  store.set("tessera-theme", choice);
  document.documentElement.dataset.theme = choice;
}
