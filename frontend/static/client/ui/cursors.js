import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { colourOf, inkOf } from "./artist-colour.js";
import { Element } from "./element.js";
import { base, controls } from "./styles.js";

/** @import { Cursor, Cursors } from "../model/cursors.js" */

/** @typedef {(x: number, y: number) => {x: number, y: number} | null} Locate */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect */

/** The part of its way that a cursor goes with each frame. */
const GLIDE = 0.35;

/** Pixels of the canvas beyond which a cursor jumps. */
const LEAP = 1024;

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * `<ui-cursors .cursors=${cursors} .locate=${(x, y) => place} .taken=${() => badges}>`: the cursors of others
 * over a picture, with their names, and who is followed. `locate` returns where in this element a pixel of
 * the canvas is, or null; `taken` what a name is not to cover.
 */
export class CursorLayer extends Element {
  static properties = {
    cursors: { attribute: false },
    locate: { attribute: false },
    taken: { attribute: false },
  };
  static styles = [
    base,
    controls,
    css`
    :host { position: absolute; inset: 0; overflow: hidden; pointer-events: none; }
    .cursor { position: absolute; top: 0; left: 0; color: var(--cursor-colour); forced-color-adjust: none; }
    svg { display: block; width: 1.125rem; height: 1.125rem; overflow: visible;
      filter: drop-shadow(0 1px 1px rgb(0 0 0 / 0.4)); }
    path { fill: currentcolor; stroke: #fff; stroke-width: 1.25; stroke-linejoin: round; }
    .name {
      position: absolute; top: 1rem; left: 0.75rem; max-width: 9rem; padding: 0 var(--space-2);
      border-radius: var(--radius-round); background: var(--cursor-colour); color: var(--cursor-ink);
      font: 600 0.75rem / 1.5 var(--font); overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    }
    .above .name { translate: 0 -2.25rem; }
    .painting .name { outline: 2px solid #fff; outline-offset: -1px; }
    .following {
      position: absolute; top: var(--space-3); left: 50%; display: flex; align-items: center;
      gap: var(--space-2); width: max-content; max-width: calc(100% - 2 * var(--space-3)); margin: 0;
      padding: var(--space-1) var(--space-1) var(--space-1) var(--space-3);
      border-radius: var(--radius-round); background: var(--raised); box-shadow: var(--shadow);
      font-size: var(--text-small); translate: -50% 0; pointer-events: auto; white-space: nowrap;
    }
    .following span { overflow: hidden; text-overflow: ellipsis; }
    .following button {
      flex: none; min-height: 2rem; border-radius: var(--radius-round); font-size: inherit;
    }
    @media (pointer: coarse) { .following button { min-height: var(--target); } }
  `,
  ];

  /**
   * Where each cursor is shown at the moment, in pixels of the canvas.
   * @type {Map<number, {x: number, y: number}>}
   */
  #shown = new Map();
  #frame = 0;
  /** Ends with the cursors that are shown, or with the element's stay in the page. */
  #life = new AbortController();

  constructor() {
    super();
    /** @type {Cursors | null} */
    this.cursors = null;
    /** @type {Locate} */
    this.locate = () => null;
    /** @type {() => readonly Rect[]} */
    this.taken = () => [];
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("cursors")) this.#listen();
  }

  connectedCallback() {
    super.connectedCallback();
    this.#listen();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #listen() {
    this.#life.abort();
    this.#life = new AbortController();
    this.cursors?.addEventListener("change", () => this.requestUpdate(), { signal: this.#life.signal });
  }

  render() {
    const followed = this.cursors?.followed;
    return html`${(this.cursors?.list ?? []).map(
      ({ id, name, isPainting }) => html`<div class="cursor ${isPainting ? "painting" : ""}" data-id=${id}
        aria-hidden="true"><svg viewBox="0 0 18 18"><path d="M1 1l5.5 15 2.6-6.4L15.5 7z"/></svg><span
        class="name">${name}</span></div>`,
    )}
      ${
        followed
          ? html`<p class="following" role="status"><span>${t("canvas.along_status", {
              name: followed,
            })}</span><button @click=${() => this.cursors?.follow(null)}>${t("canvas.along_stop")}
            </button></p>`
          : ""
      }`;
  }

  updated() {
    this.#move();
  }

  /** Draw the cursors, and again with each frame while there are any: they glide, and the picture moves. */
  #move() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const cursors = new Map((this.cursors?.list ?? []).map((cursor) => [cursor.id, cursor]));
    for (const id of this.#shown.keys()) if (!cursors.has(id)) this.#shown.delete(id);
    for (const element of this.renderRoot.querySelectorAll(".cursor")) {
      const cursor = cursors.get(Number(element.getAttribute("data-id")));
      if (cursor) this.#place(/** @type {HTMLElement} */ (element), cursor);
    }
    if (cursors.size) this.#frame = requestAnimationFrame(() => this.#move());
  }

  /**
   * @param {HTMLElement} element
   * @param {Cursor} cursor
   */
  #place(element, { id, x, y }) {
    const before = this.#shown.get(id) ?? { x, y };
    const [dx, dy] = [x - before.x, y - before.y];
    const share = STILL.matches || Math.hypot(dx, dy) > LEAP ? 1 : GLIDE;
    const now = { x: before.x + share * dx, y: before.y + share * dy };
    this.#shown.set(id, now);
    const place = this.locate(now.x, now.y);
    element.hidden = place === null;
    if (!place) return;
    element.style.setProperty("transform", `translate(${place.x}px, ${place.y}px)`);
    element.style.setProperty("--cursor-colour", colourOf(id));
    element.style.setProperty("--cursor-ink", inkOf(id));
    this.#placeName(element, place);
  }

  /**
   * Put the name of a cursor below it, or above it where it would cover a badge otherwise.
   * @param {HTMLElement} element
   * @param {{x: number, y: number}} place
   */
  #placeName(element, { x, y }) {
    const taken = this.taken();
    const name = /** @type {HTMLElement} */ (element.querySelector(".name"));
    const [left, right] = [x + name.offsetLeft, x + name.offsetLeft + name.offsetWidth];
    const [top, bottom] = [y + name.offsetTop, y + name.offsetTop + name.offsetHeight];
    const covers = (/** @type {Rect} */ badge) =>
      badge.x < right && badge.x + badge.width > left && badge.y < bottom && badge.y + badge.height > top;
    element.classList.toggle("above", taken.some(covers));
  }
}
customElements.define("ui-cursors", CursorLayer);
