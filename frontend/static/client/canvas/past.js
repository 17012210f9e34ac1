/** The past of a canvas on its stage: any moment of it, played or looked at, and the way back to now. */

import { api } from "../api.js";
import { dateTime, number, t } from "../i18n.js";
import { html } from "../lit.js";
import { CanvasPixels } from "../model/canvas-pixels.js";
import { Claims } from "../model/claims.js";
import { Loader } from "../model/loader.js";
import { momentAfter, tempo } from "../model/moments.js";
import { COARSEST, Parts } from "../model/parts.js";
import { readSnapshot } from "../model/snapshot.js";
import { Atlas } from "./atlas.js";
import { copyLink } from "./copy-link.js";
import "./past-bar.js";

/** @import { CanvasView } from "#api" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { CanvasStage } from "./stage.js" */
/** @import { ViewAddress } from "./view-address.js" */

/** Pixels of the largest canvas that is loaded as a whole; the service sends no more of a moment at once. */
const WHOLE_UP_TO = 1024 * 1024;

/** Cells per side of the largest picture that the service draws of a moment. */
const MOST_CELLS = 128;

/** Its pixels per side, too: the service draws no larger one. */
const PICTURE_SIDE = 512;

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Past {
  /**
   * The number of the change after which the canvas is shown; null: as it is now.
   * @type {number | null}
   */
  at = null;
  /** The number of the last change when the past was opened. */
  last = 0;
  /**
   * When what is shown was last painted; null of an empty canvas, and before it is known.
   * @type {string | null}
   */
  paintedAt = null;
  isPlaying = false;
  /**
   * The moment that is on the stage.
   * @type {number | null}
   */
  #shown = null;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** Ends with the moment that is shown. */
  #picture = new AbortController();
  /** @type {Loader<number>} */
  #loader;

  /**
   * @param {LiveCanvas} live
   * @param {CanvasStage} stage
   * @param {ViewAddress} address which names the moment
   * @param {AbortSignal} signal of the visit
   * @param {() => void} changed called when moment, time or play changed
   */
  constructor(live, stage, address, signal, changed) {
    this.live = live;
    this.stage = stage;
    this.address = address;
    this.signal = signal;
    this.changed = changed;
    this.#loader = new Loader((at) => this.#load(at), 1, signal);
    signal.addEventListener("abort", () => this.#clear());
  }

  get isOpen() {
    return this.at !== null;
  }

  /** @param {number} [at] the last change by default */
  open(at) {
    this.last = this.live.feed?.seq ?? 0;
    this.stage.cursors = null;
    this.go(at ?? this.last);
  }

  /** @param {number} at */
  go(at) {
    if (this.signal.aborted) return;
    this.at = this.address.at = Math.max(0, Math.min(at, this.last));
    if (this.at === this.#shown) this.#playOn();
    else this.#loader.want([this.at]);
    this.address.write(() => this.stage);
    this.changed();
  }

  /** Play from the moment that is shown, or from the beginning after the last one. */
  play() {
    this.isPlaying = true;
    this.go(this.at === null || this.at >= this.last ? 0 : this.at);
  }

  pause() {
    this.isPlaying = false;
    clearTimeout(this.#timer);
    this.changed();
  }

  /** Copy a link to the moment. */
  share() {
    void copyLink(this.address.linkTo(this.stage));
  }

  /** Show the canvas as it is now. */
  close() {
    this.#clear();
    this.stage.cursors = this.live.cursors;
    this.address.write(() => this.stage);
    this.stage.draw();
    this.changed();
  }

  #clear() {
    this.#loader.want([]);
    this.#picture.abort();
    clearTimeout(this.#timer);
    this.isPlaying = false;
    this.at = this.#shown = this.paintedAt = this.address.at = this.stage.past = null;
  }

  /** While the past is played, show the next moment after this one has been shown for a while. */
  #playOn() {
    clearTimeout(this.#timer);
    if (!this.isPlaying || this.at === null) return;
    const { moments, pace } = tempo(STILL.matches);
    this.#timer = setTimeout(() => {
      const next = momentAfter(this.at ?? 0, this.last, moments);
      if (next === null) return this.pause();
      this.go(next);
    }, pace);
  }

  /** @param {number} at */
  async #load(at) {
    const { canvas } = this.live;
    if (!canvas) return;
    await (canvas.width * canvas.height > WHOLE_UP_TO ? this.#loadParts(canvas, at) : this.#loadWhole(at));
    if (this.at === null) return; // closed in the meantime
    this.#shown = at;
    if (at === this.at) this.#playOn();
    this.changed();
  }

  /** @param {number} at */
  async #loadWhole(at) {
    const { bytes, headers } = await api.bytes(`/canvases/${this.live.id}/past`, {
      query: { at },
      signal: this.signal,
    });
    const pixels = new CanvasPixels(await readSnapshot(bytes));
    if (this.at === null) return;
    this.paintedAt = headers.get("X-Painted-At");
    this.#show(new Atlas(pixels, null, () => this.stage.draw()));
  }

  /**
   * Load what is in view of a large canvas. The moment shown before stays behind it until it has come.
   * @param {CanvasView} canvas
   * @param {number} at
   */
  async #loadParts({ columns, rows, tile_size: tileSize, palette }, at) {
    if (this.at === null) return;
    this.#picture.abort();
    this.#picture = new AbortController();
    const { signal } = this.#picture;
    const pixels = new CanvasPixels({
      columns,
      rows,
      tileSize,
      palette,
      seq: at,
      hasPixels: false,
      tiles: [],
    });
    const parts = new Parts({ api, canvasId: this.live.id, pixels, seq: () => at, signal, at });
    parts.coarsest = Math.min(COARSEST, (MOST_CELLS * tileSize) / PICTURE_SIDE);
    await new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
      const atlas = new Atlas(pixels, parts, () => {
        this.stage.draw();
        if (atlas.isReady) resolve(null);
      });
      atlas.replace(this.stage.past?.atlas ?? this.stage.atlas);
      this.#show(atlas);
    });
    if (!signal.aborted) this.paintedAt = parts.paintedAt;
  }

  /** @param {Atlas} atlas */
  #show(atlas) {
    this.stage.past = {
      atlas,
      claims: new Claims([], []),
      overlay: null,
      layers: [],
      people: [],
      ghost: null,
      selected: null,
      span: null,
    };
    this.stage.draw();
    this.stage.dispatchEvent(new Event("loaded")); // the overview shows it, too
  }
}

/**
 * The bar below the picture while the past is shown.
 * @param {Past | null} past
 */
export function pastBar(past) {
  if (!past?.isOpen) return "";
  const { at, last, paintedAt } = past;
  const place = t("past.change", { at: number(at ?? last), last: number(last) });
  return html`<past-bar role="region" aria-label=${t("past.title")} .at=${at} last=${last} place=${place}
    note=${paintedAt ? t("past.painted", { time: dateTime(paintedAt) }) : ""} ?playing=${past.isPlaying}
    @go=${(/** @type {CustomEvent<number>} */ { detail }) => {
      past.pause();
      past.go(detail);
    }}
    @play=${() => (past.isPlaying ? past.pause() : past.play())} @share=${() => past.share()}
    @now=${() => past.close()}></past-bar>`;
}
