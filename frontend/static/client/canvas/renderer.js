/** Draws one frame: the canvas and the overlay of its cells. */

import { nameOf } from "../model/artists.js";
import { colourOf, inkOf } from "../ui/artist-colour.js";
import { paperOf, schemeOn } from "../ui/paper.js";
import { rectOf, visibleRect } from "./viewport.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { Claims } from "../model/claims.js" */
/** @import { Person } from "../model/feed.js" */
/** @import { View } from "../model/links.js" */
/** @import { Atlas } from "./atlas.js" */
/** @import { TemplateLayer } from "./template-layer.js" */
/** @import { Grid, Rect, Size } from "./viewport.js" */

/** @typedef {{x: number, y: number, columns: number, rows: number}} Span */
/** @typedef {ImageBitmap | HTMLCanvasElement} Overlay */
/**
 * @typedef {{ground: string, paper: string, line: string, ink: string, accent: string, raised: string, font:
 *   string}} Theme
 */
/**
 * @typedef {{atlas: Atlas, overlay: Overlay | null, layers: TemplateLayer[], claims: Claims,
 *   people: Iterable<Person>, view: View, screen: Size, ratio: number, theme: Theme, hasGrid: boolean,
 *   unit: Grid, ghost: string | null, pointing: ReadonlySet<number>,
 *   hover: Cell | null, cursor: Cell | null, selected: Cell | null, span: Span | null}} Scene
 *   `overlay`: drawn over the whole canvas; `ratio`: device pixels a CSS pixel; `unit`: the cells that
 *   `hover`, `cursor` and `selected` are of; `ghost`: a colour to show there; `pointing`: who needs no badge
 */

/** CSS pixels per cell from which grid and marks are drawn; they would cover smaller cells. */
const GRID_FROM = 10;
const MARKS_FROM = 18;
const NAMES_FROM = 72;

/** CSS pixels per canvas pixel from which pixels are outlined. */
const PIXEL_GRID_FROM = 14;

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Scene} scene
 * @returns {Rect[]} what nothing should cover, in CSS pixels: badges and names
 */
export function drawScene(pen, scene) {
  const { atlas, view, screen, ratio, theme } = scene;
  const scale = view.zoom * ratio;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.fillStyle = theme.ground;
  pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
  // On whole device pixels, so that neighbouring squares leave no seam.
  const part = visibleRect(view, screen);
  pen.setTransform(scale, 0, 0, scale, Math.round(-part.x * scale), Math.round(-part.y * scale));
  pen.fillStyle = theme.paper;
  pen.fillRect(0, 0, atlas.width, atlas.height);
  atlas.draw(pen, part, scale);
  if (scene.overlay) {
    pen.imageSmoothingEnabled = false;
    pen.drawImage(scene.overlay, 0, 0, atlas.width, atlas.height);
  }
  for (const layer of scene.layers) layer.draw(pen, atlas.pixels, part, scale);
  const marks = new Marks(pen, scene, part);
  if (scene.hasGrid) marks.grid();
  marks.areas();
  marks.locks();
  marks.people();
  marks.cells();
  return marks.badges;
}

/** Draw the overlay in screen units, so that lines stay thin at every zoom. */
class Marks {
  /** @type {Rect[]} */
  badges = [];

  /**
   * @param {CanvasRenderingContext2D} pen
   * @param {Scene} scene
   * @param {Rect} part
   */
  constructor(pen, scene, part) {
    this.pen = pen;
    this.scene = scene;
    this.canvas = scene.atlas.pixels.canvas;
    this.part = part;
    this.cellSide = this.canvas.tileSize * scene.view.zoom;
    pen.setTransform(scene.ratio, 0, 0, scene.ratio, 0, 0);
    pen.lineWidth = 1;
    pen.textBaseline = "middle";
  }

  grid() {
    const { zoom } = this.scene.view;
    if (zoom >= PIXEL_GRID_FROM) this.#lines(1, 0.12);
    // Fainter when zoomed out, where lines are dense.
    if (this.cellSide >= GRID_FROM) this.#lines(this.canvas.tileSize, Math.min(0.4, this.cellSide / 120));
  }

  /**
   * @param {number} every distance of the lines in canvas pixels
   * @param {number} strength
   */
  #lines(every, strength) {
    const { pen, part } = this;
    const { zoom } = this.scene.view;
    const { atlas } = this.scene;
    const left = Math.max(0, part.x);
    const top = Math.max(0, part.y);
    const right = Math.min(atlas.width, part.x + part.width);
    const bottom = Math.min(atlas.height, part.y + part.height);
    pen.beginPath();
    for (let x = Math.floor(left / every + 1) * every; x < right; x += every) {
      const at = Math.round((x - part.x) * zoom) + 0.5;
      pen.moveTo(at, (top - part.y) * zoom);
      pen.lineTo(at, (bottom - part.y) * zoom);
    }
    for (let y = Math.floor(top / every + 1) * every; y < bottom; y += every) {
      const at = Math.round((y - part.y) * zoom) + 0.5;
      pen.moveTo((left - part.x) * zoom, at);
      pen.lineTo((right - part.x) * zoom, at);
    }
    pen.globalAlpha = strength;
    pen.strokeStyle = this.scene.theme.line;
    pen.stroke();
    pen.globalAlpha = 1;
  }

  areas() {
    const { pen } = this;
    for (const area of this.scene.claims.areas) {
      const box = this.#box(area);
      if (!this.#isSeen(box)) continue;
      pen.fillStyle = pen.strokeStyle = colourOf(area.holder.id);
      pen.globalAlpha = 0.1;
      pen.fillRect(box.x, box.y, box.width, box.height);
      pen.globalAlpha = 1;
      pen.lineWidth = 2;
      pen.strokeRect(box.x + 1, box.y + 1, box.width - 2, box.height - 2);
      if (box.width >= NAMES_FROM && box.height >= MARKS_FROM * 2) {
        this.#label(nameOf(area.holder), box.x + 4, box.y + 13, area.holder.id, box.width - 8);
      }
    }
  }

  locks() {
    if (this.cellSide < MARKS_FROM) return;
    const { atlas, claims } = this.scene;
    const side = Math.min(22, this.cellSide / 2);
    for (const lock of claims.locks) {
      const tile = atlas.pixels.tile(lock.tile_id);
      if (!tile || !lock.holder) continue;
      const box = this.#box({ x: tile.x, y: tile.y, columns: 1, rows: 1 });
      if (this.#isSeen(box)) this.#padlock(box.x + box.width - side - 3, box.y + 3, side);
    }
  }

  people() {
    /** @type {Map<string, number>} */
    const crowd = new Map();
    for (const person of this.scene.people) {
      if (!person.tile) continue;
      const box = this.#box({ ...person.tile, columns: 1, rows: 1 });
      if (!this.#isSeen(box)) continue;
      if (person.editing) this.#outline({ ...person.tile, columns: 1, rows: 1 }, colourOf(person.id), 2);
      if (this.scene.pointing.has(person.id)) continue;
      const key = `${person.tile.x},${person.tile.y}`;
      const before = crowd.get(key) ?? 0;
      crowd.set(key, before + 1);
      this.#person(person, box, before);
    }
  }

  cells() {
    const { hover, cursor, selected, span, theme, ghost, unit, view } = this.scene;
    const side = unit.tileSize * view.zoom;
    const pointed = hover ?? cursor;
    if (pointed && ghost) this.#fill(pointed, ghost);
    if (hover && (ghost || side >= GRID_FROM)) this.#outlineCell(hover, theme.ink, 1);
    if (selected) this.#outlineCell(selected, theme.accent, 2);
    if (cursor) this.#outlineCell(cursor, theme.accent, ghost ? 2 : 3);
    if (!span) return;
    const box = this.#box(span);
    this.pen.fillStyle = theme.accent;
    this.pen.globalAlpha = 0.25;
    this.pen.fillRect(box.x, box.y, box.width, box.height);
    this.pen.globalAlpha = 1;
    this.#outline(span, theme.accent, 2);
  }

  /**
   * @param {Cell} cell of the scene's unit
   * @param {string} colour
   */
  #fill(cell, colour) {
    const box = this.#box({ ...cell, columns: 1, rows: 1 }, this.scene.unit);
    this.pen.fillStyle = colour;
    this.pen.fillRect(box.x, box.y, box.width, box.height);
  }

  /**
   * @param {Cell} cell of the scene's unit
   * @param {string} colour
   * @param {number} width
   */
  #outlineCell(cell, colour, width) {
    this.#outline({ ...cell, columns: 1, rows: 1 }, colour, width, this.scene.unit);
  }

  /**
   * Two lines, light inside dark, visible on any picture.
   * @param {Span} span
   * @param {string} colour
   * @param {number} width
   * @param {Grid} [unit]
   */
  #outline(span, colour, width, unit) {
    const { pen } = this;
    const box = this.#box(span, unit);
    pen.strokeStyle = this.scene.theme.raised;
    pen.lineWidth = width + 2;
    pen.strokeRect(box.x, box.y, box.width, box.height);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.strokeRect(box.x, box.y, box.width, box.height);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} side
   */
  #padlock(x, y, side) {
    const { pen } = this;
    const { raised, ink } = this.scene.theme;
    this.badges.push({ x, y, width: side, height: side });
    pen.fillStyle = raised;
    pen.beginPath();
    pen.roundRect(x, y, side, side, side / 4);
    pen.fill();
    pen.fillStyle = pen.strokeStyle = ink;
    pen.fillRect(x + side * 0.25, y + side * 0.46, side * 0.5, side * 0.34);
    pen.lineWidth = Math.max(1, side * 0.09);
    pen.beginPath();
    pen.arc(x + side / 2, y + side * 0.44, side * 0.16, Math.PI, 0);
    pen.stroke();
  }

  /**
   * @param {Person} person
   * @param {Rect} box
   * @param {number} before number of viewers already drawn in this cell
   */
  #person(person, box, before) {
    const { pen } = this;
    const radius = 9;
    const x = box.x + Math.min(box.width, 2 * radius) / 2 + before * radius;
    const y = box.y + box.height - radius;
    this.badges.push({ x: x - radius, y: y - radius, width: 2 * radius, height: 2 * radius });
    pen.fillStyle = colourOf(person.id);
    pen.strokeStyle = this.scene.theme.raised;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    pen.fillStyle = inkOf(person.id);
    pen.font = `700 10px ${this.scene.theme.font}`;
    pen.textAlign = "center";
    pen.fillText(person.username.slice(0, 1).toUpperCase(), x, y + 0.5);
    if (!before && this.cellSide >= NAMES_FROM)
      this.#label(person.username, x + radius + 3, y, person.id, box.width - 2 * radius - 8);
  }

  /**
   * @param {string} text
   * @param {number} x
   * @param {number} y its centre
   * @param {number} id id of the artist
   * @param {number} room
   */
  #label(text, x, y, id, room) {
    const { pen } = this;
    pen.font = `600 11px ${this.scene.theme.font}`;
    pen.textAlign = "left";
    const width = Math.min(room, pen.measureText(text).width + 10);
    this.badges.push({ x, y: y - 9, width, height: 18 });
    pen.save();
    pen.beginPath();
    pen.roundRect(x, y - 9, width, 18, 9);
    pen.clip();
    pen.fillStyle = colourOf(id);
    pen.fillRect(x, y - 9, width, 18);
    pen.fillStyle = inkOf(id);
    pen.fillText(text, x + 5, y + 0.5);
    pen.restore();
  }

  /**
   * Return the rectangle of cells on the screen.
   * @param {Span} span
   * @param {Grid} [unit]
   * @returns {Rect}
   */
  #box(span, unit = this.canvas) {
    const { zoom } = this.scene.view;
    const corner = rectOf(unit, span);
    return {
      x: Math.round((corner.x - this.part.x) * zoom),
      y: Math.round((corner.y - this.part.y) * zoom),
      width: span.columns * unit.tileSize * zoom,
      height: span.rows * unit.tileSize * zoom,
    };
  }

  /** @param {Rect} box */
  #isSeen(box) {
    const { screen } = this.scene;
    return box.x < screen.width && box.y < screen.height && box.x + box.width > 0 && box.y + box.height > 0;
  }
}

/**
 * Read the colours of the page, which a canvas does not inherit: around the picture those of its theme, upon
 * it those of the theme that suits the paper.
 * @param {HTMLElement} host with a child `.probe`
 * @returns {Theme}
 */
export function themeOf(host) {
  const probe = /** @type {HTMLElement} */ (host.shadowRoot?.querySelector(".probe"));
  const style = getComputedStyle(probe);
  /** @param {string} name */
  const colour = (name) => {
    probe.style.setProperty("color", `var(--${name})`);
    return style.color;
  };
  const paper = paperOf(host);
  probe.style.removeProperty("color-scheme");
  const ground = colour("sunken");
  probe.style.setProperty("color-scheme", schemeOn(paper));
  return {
    ground,
    paper,
    line: colour("ink-soft"),
    ink: colour("ink"),
    accent: colour("accent"),
    raised: colour("raised"),
    font: style.fontFamily,
  };
}
