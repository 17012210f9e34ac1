/** Icons on a grid of 24, drawn with a line of 2 in the colour of the text. Add yours in the order of the alphabet. */

import { svg } from "../lit.js";

export const ICONS = {
  account: svg`<circle cx="12" cy="8" r="4"/><path d="M4 21c0-4 3.6-7 8-7s8 3 8 7"/>`,
  add: svg`<path d="M12 5v14M5 12h14"/>`,
  alert: svg`<path d="M12 3 2 20h20zM12 10v4M12 17v.5"/>`,
  check: svg`<path d="m4 12 6 6L20 6"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  down: svg`<path d="m6 9 6 6 6-6"/>`,
  left: svg`<path d="m15 6-6 6 6 6"/>`,
  light: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5"/>`,
  dark: svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"/>`,
  heart: svg`<path d="M12 20S3 14.5 3 8.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 9 1.5C21 14.5 12 20 12 20z"/>`,
  language: svg`<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>`,
  people: svg`<circle cx="9" cy="8" r="3.5"/><path d="M2 20c0-3.6 3-6 7-6s7 2.4 7 6M16 5a3.5 3.5 0 0 1 0 6.5M18 14.5c2.4.8 4 2.8 4 5.5"/>`,
  right: svg`<path d="m9 6 6 6-6 6"/>`,
  search: svg`<circle cx="11" cy="11" r="7"/><path d="m16 16 5 5"/>`,
  shield: svg`<path d="M12 3 4 6v6c0 5 3.5 8 8 9 4.5-1 8-4 8-9V6z"/>`,
  system: svg`<rect x="3" y="4" width="18" height="12" rx="1"/><path d="M8 20h8M12 16v4"/>`,
  trash: svg`<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6"/>`,
  up: svg`<path d="m6 15 6-6 6 6"/>`,
};
/** @typedef {keyof typeof ICONS} IconName */
