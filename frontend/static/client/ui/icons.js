/** Icons on a 24 × 24 grid, stroked 2 wide in the text colour. In alphabetical order. */

import { svg } from "../lit.js";

export const ICONS = {
  account: svg`<circle cx="12" cy="8" r="4"/><path d="M4 21c0-4 3.6-7 8-7s8 3 8 7"/>`,
  add: svg`<path d="M12 5v14M5 12h14"/>`,
  alert: svg`<path d="M12 3 2 20h20zM12 10v4M12 17v.5"/>`,
  badge: svg`<rect x="3" y="6" width="18" height="13" rx="1"/><circle cx="8.5" cy="11.5" r="2"/><path d="M5.5
    16c.5-1.5 1.5-2 3-2s2.5.5 3 2M14.5 11h4M14.5 14.5h3M10 6V4h4v2"/>`,
  bell: svg`<path d="M5 17h14l-2-3v-4a5 5 0 0 0-10 0v4zM10 20h4M12 5V3"/>`,
  brush: svg`<path d="m20 3-9 9.5 2 2L21 4zM9 14a3.5 3.5 0 0 0-3.5 3.5c0 1.5-.8 2.5-2.5 2.5 1.5 1 5
    1.5 7 .5a3.5 3.5 0 0 0 1.5-4z"/>`,
  chat: svg`<path d="M4 5h16v11H9l-5 4z"/>`,
  check: svg`<path d="m4 12 6 6L20 6"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  combine_add: svg`<path d="M4 4h11v5h5v11H9v-5H4z" fill="currentColor"/>`,
  combine_intersect: svg`<path stroke-dasharray="2.2 2.6" d="M4 4h11v11H4zM9 9h11v11H9z"/><path
    d="M9 9h6v6H9z" fill="currentColor"/>`,
  combine_replace: svg`<path stroke-dasharray="2.2 2.6" d="M4 4h11v5M4 4v11h5"/><path d="M9 9h11v11H9z"
    fill="currentColor"/>`,
  combine_subtract: svg`<path d="M4 4h11v5H9v6H4z" fill="currentColor"/><path stroke-dasharray="2.2 2.6"
    d="M15 9h5v11H9v-5"/>`,
  copy: svg`<rect x="9" y="9" width="11" height="11" rx="1"/><path d="M5 15H4V4h11v1"/>`,
  cut: svg`<circle cx="6" cy="18" r="3"/><circle cx="18" cy="18" r="3"/><path d="M8 16 17 3M16 16 7 3"/>`,
  dark: svg`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z"/>`,
  deselect: svg`<path stroke-dasharray="3.2 3.2" d="M4 4h16v16H4z"/><path d="m9 9 6 6M15 9l-6 6"/>`,
  dither: svg`<path d="M5 5h.01M12 5h.01M19 5h.01M8.5 8.5h.01M15.5 8.5h.01M5 12h.01M12 12h.01M19 12h.01M8.5
    15.5h.01M15.5 15.5h.01M5 19h.01M12 19h.01M19 19h.01"/>`,
  down: svg`<path d="m6 9 6 6 6-6"/>`,
  download: svg`<path d="M12 4v11M7 10l5 5 5-5M4 20h16"/>`,
  draft: svg`<path d="M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6zM4 4l16 16"/>`,
  ellipse: svg`<ellipse cx="12" cy="12" rx="9" ry="6.5"/>`,
  eraser: svg`<path d="M9 20h11M4.5 15 14 5.5l5.5 5.5L11 20H9.5zM9 10.5l5.5 5.5"/>`,
  fill: svg`<path d="m4 12 7-7 7 7-6 6a1.5 1.5 0 0 1-2 0zM4 12h14M8 2l3 3M21 15.5c.9 1.4 1 2 1 2.5a1.5 1.5 0 0
    1-3 0c0-.5.6-1.1 2-2.5z"/>`,
  film: svg`<rect x="3" y="5" width="18" height="14" rx="1"/><path d="m10 9 5 3-5 3z"/>`,
  fit: svg`<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>`,
  flag: svg`<path d="M5 21V4h13l-3 4 3 4H5"/>`,
  flip_horizontal: svg`<path d="M12 3v18M8 7 3 17h5zM16 7l5 10h-5z"/>`,
  flip_vertical: svg`<path d="M3 12h18M7 8 17 3v5zM7 16l10 5v-5z"/>`,
  gradient: svg`<path d="M4 4h16v16H4zM4 8h16M4 11h16M4 13.5h16M4 15.5h16M4 17h16M4 18.5h16"/>`,
  grid: svg`<path d="M4 4h16v16H4zM4 9.3h16M4 14.7h16M9.3 4v16M14.7 4v16"/>`,
  hand: svg`<path d="M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3"/>`,
  eye: svg`<path d="M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12z"/><circle cx="12" cy="12"
    r="3"/>`,
  heart: svg`<path d="M12 20S3 14.5 3 8.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 9 1.5C21 14.5 12 20 12 20z"/>`,
  hourglass: svg`<path d="M6 3h12M6 21h12M7 3c0 5 10 7 10 18M17 3c0 5-10 7-10 18"/>`,
  inbox: svg`<path d="M4 13 6 5h12l2 8v6H4zM4 13h5c0 3 6 3 6 0h5"/>`,
  info: svg`<circle cx="12" cy="12" r="9"/><path d="M12 11v5M12 7.5v.5"/>`,
  keys: svg`<rect x="2" y="6" width="20" height="12" rx="2"/><path d="M6 10h.5M10 10h.5M14 10h.5M18 10h.5M6
    14h.5M18 14h.5M9.5 14h5"/>`,
  language: svg`<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>`,
  lasso: svg`<path stroke-dasharray="3.2 2.6" d="M7 15.5C4 14.6 3 12.6 3 10.5 3 7 7 4 12 4s9 3 9 6.5-4 6-9
    6c-1.4 0-2.6-.2-3.5-.5"/><circle cx="7.5" cy="16.5" r="2"/><path d="M7.5 18.5c0 1.5-1 2.5-2.5 2.5"/>`,
  left: svg`<path d="m15 6-6 6 6 6"/>`,
  light: svg`<circle cx="12" cy="12" r="4"/><path d="M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19
    19M5 19l1.4-1.4M17.6 6.4 19 5"/>`,
  line: svg`<path d="M5 19 19 5"/>`,
  link: svg`<path d="M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6
    6l1-1"/>`,
  lock: svg`<rect x="5" y="11" width="14" height="9" rx="1"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>`,
  menu: svg`<path d="M5 12h.5M12 12h.5M19 12h.5"/>`,
  options: svg`<path d="M4 7h10M18 7h2M4 17h2M10 17h10"/><circle cx="16" cy="7" r="2"/><circle cx="8" cy="17"
    r="2"/>`,
  outline: svg`<circle cx="12" cy="12" r="9" stroke-dasharray="3.2 2.45"/><circle cx="12" cy="12" r="4.5"
    fill="currentColor"/>`,
  paste: svg`<rect x="5" y="5" width="14" height="16" rx="1"/><path d="M9 5V3h6v2M9 12h6M9 16h6"/>`,
  past: svg`<path d="M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2"/>`,
  pause: svg`<path d="M8 5v14M16 5v14"/>`,
  pencil: svg`<path d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19zM13.5 7l3.5 3.5"/>`,
  people: svg`<circle cx="9" cy="8" r="3.5"/><path d="M2 20c0-3.6 3-6 7-6s7 2.4 7 6M16 5a3.5 3.5 0 0 1 0
    6.5M18 14.5c2.4.8 4 2.8 4 5.5"/>`,
  picker: svg`<path d="m4 20 1-4 7-7 3 3-7 7zM11 6l7 7M14 9l3.5-3.5a1.8 1.8 0 0 1 2.5 0 1.8 1.8 0 0 1 0 2.5L17
    11"/>`,
  picture: svg`<rect x="3" y="5" width="18" height="14" rx="1"/><circle cx="8.5" cy="10" r="1.5"/><path d="m4
    18 6-5 4 3 3-2 4 3"/>`,
  play: svg`<path d="m8 5 11 7-11 7z"/>`,
  rectangle: svg`<rect x="4" y="6" width="16" height="12"/>`,
  redo: svg`<path d="m16 5 4 4-4 4M20 9H10a5.5 5.5 0 0 0 0 11h4"/>`,
  replace: svg`<circle cx="7" cy="7" r="3.5"/><circle cx="17" cy="17" r="3.5" fill="currentColor"/><path
    d="M14 5h4a2 2 0 0 1 2 2v3m-2.5-2.5L20 10l2.5-2.5M10 19H6a2 2 0 0 1-2-2v-3"/>`,
  right: svg`<path d="m9 6 6 6-6 6"/>`,
  rotate: svg`<path d="M20 4v5h-5M20 9a8.2 8.2 0 1 0 .3 5"/>`,
  search: svg`<circle cx="11" cy="11" r="7"/><path d="m16 16 5 5"/>`,
  select: svg`<path stroke-dasharray="3.2 3.2" d="M4 4h16v16H4z"/>`,
  select_all: svg`<path stroke-dasharray="3.2 3.2" d="M4 4h16v16H4z"/><path d="M9 9h6v6H9z"
    fill="currentColor"/>`,
  send: svg`<path d="M4 4 21 12 4 20l3-8zM7 12h14"/>`,
  shield: svg`<path d="M12 3 4 6v6c0 5 3.5 8 8 9 4.5-1 8-4 8-9V6z"/>`,
  swap: svg`<path d="M4 8h14m-4-4 4 4-4 4M20 16H6m4-4-4 4 4 4"/>`,
  system: svg`<rect x="3" y="4" width="18" height="12" rx="1"/><path d="M8 20h8M12 16v4"/>`,
  trash: svg`<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v6M14 11v6"/>`,
  undo: svg`<path d="M8 5 4 9l4 4M4 9h10a5.5 5.5 0 0 1 0 11h-4"/>`,
  up: svg`<path d="m6 15 6-6 6 6"/>`,
  wand: svg`<path d="m4 20 10-10M12.5 8.5l3 3M17 3v4M15 5h4M20 10v3M18.5 11.5h3M8 4v3M6.5 5.5h3"/>`,
  zoom_in: svg`<circle cx="11" cy="11" r="7"/><path d="m16 16 5 5M8 11h6M11 8v6"/>`,
  zoom_out: svg`<circle cx="11" cy="11" r="7"/><path d="m16 16 5 5M8 11h6"/>`,
};
/** @typedef {keyof typeof ICONS} IconName */
