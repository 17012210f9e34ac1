import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "./element.js";
import "./avatar.js";
import "./picture.js";
import { Watch } from "../model/watch.js";
import { setPaper } from "./paper.js";
import { base } from "./styles.js";

/** @import { CanvasView } from "#api" */
/** @import { Visitor } from "../model/watch.js" */
/** @import { Picture } from "./picture.js" */

/** Milliseconds from a change to the next redraw; a shrunk picture may be up to 3 s behind. */
const REFRESH = 1_000;
const REFRESH_SHRUNK = 4_000;

/** Longest side of a picture in pixels; that of a larger canvas is shrunk to half of it or less. */
const LARGEST = 1024;

const FACES = 3;

/**
 * `<canvas-preview .canvas=${…}>`: the picture of a canvas and its viewers, updated while it is on screen.
 */
export class CanvasPreview extends Element {
  static properties = { canvas: { attribute: false }, people: { state: true }, isEmpty: { state: true } };
  static styles = [
    base,
    css`
    :host { position: relative; background: var(--sunken); overflow: hidden; }
    ui-picture { position: absolute; inset: 0; }
    :host([shrunk]) ui-picture { --picture-rendering: auto; }
    .empty {
      position: absolute; inset: 0; display: grid; place-items: center; margin: 0; padding: var(--space-4);
      background: var(--sunken); color: var(--ink-soft); text-align: center;
    }
    .people {
      position: absolute; right: var(--space-2); bottom: var(--space-2); display: flex; align-items: center;
      gap: var(--space-1);
      padding: var(--space-1) var(--space-2); border-radius: var(--radius-round); background: var(--raised);
      color: var(--ink);
      font: 600 var(--text-small) / 1.2 var(--font); box-shadow: var(--shadow);
    }
    ui-avatar { --avatar-size: 1.375rem; }
    .dot { width: 0.5rem; height: 0.5rem; border-radius: 50%; background: var(--success); }
  `,
  ];

  /** @type {Watch | null} */
  #watch = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #isOnScreen = false;
  #near = new IntersectionObserver((entries) => {
    this.#isOnScreen = entries.at(-1)?.isIntersecting ?? false;
    this.#onVisibility();
  });
  #onVisibility = () => {
    if (this.#isOnScreen && !document.hidden) this.#watch?.start();
    else this.#watch?.stop();
  };

  constructor() {
    super();
    /** @type {CanvasView} */
    this.canvas = /** @type {any} */ (undefined); // always set by the parent
    /** @type {Visitor[]} */
    this.people = [];
    this.isEmpty = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#near.observe(this);
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#near.disconnect();
    document.removeEventListener("visibilitychange", this.#onVisibility);
    this.#watch?.stop();
    clearTimeout(this.#timer);
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    setPaper(this, this.canvas);
    this.toggleAttribute("shrunk", shrinkOf(this.canvas) > 1);
    if (!changed.has("canvas") || this.#watch?.canvasId === this.canvas.id) return;
    this.#watch?.stop();
    this.people = [];
    this.isEmpty = !this.canvas.tile_count;
    // A guest's WebSocket cannot watch a private canvas.
    this.#watch = this.canvas.is_public ? new Watch(this.canvas.id) : null;
    this.#watch?.addEventListener("people", () => (this.people = [...(this.#watch?.people.values() ?? [])]));
    this.#watch?.addEventListener("painted", () => (this.isEmpty = false));
    this.#watch?.addEventListener("change", () => this.#redraw());
    this.#onVisibility();
  }

  #redraw() {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        void (/** @type {Picture | null} */ (this.renderRoot.querySelector("ui-picture"))?.refresh());
      },
      shrinkOf(this.canvas) > 1 ? REFRESH_SHRUNK : REFRESH,
    );
  }

  render() {
    const { people } = this;
    return html`<ui-picture src=${pictureUrl(this.canvas)}></ui-picture>
      ${this.isEmpty ? html`<p class="empty">${t("home.empty")}</p>` : ""}
      ${
        people.length
          ? html`<div class="people"><span class="dot"></span>
            ${people.slice(0, FACES).map(({ username }) => html`<ui-avatar name=${username}></ui-avatar>`)}
            <span>${t("home.people", { count: people.length })}</span></div>`
          : ""
      }`;
  }
}
customElements.define("canvas-preview", CanvasPreview);

/**
 * Return the address of the picture of a whole canvas.
 * @param {CanvasView} canvas
 */
function pictureUrl(canvas) {
  const shrink = shrinkOf(canvas);
  return `/canvases/${canvas.id}.png${shrink > 1 ? `?shrink=${shrink}` : ""}`;
}

/**
 * Return how many pixels per side become one in the picture of a canvas.
 * @param {CanvasView} canvas
 */
function shrinkOf({ columns, rows, tile_size }) {
  const side = Math.max(columns, rows) * tile_size;
  let shrink = 1;
  if (side > LARGEST) while (side > (LARGEST / 2) * shrink) shrink *= 2;
  return shrink;
}
