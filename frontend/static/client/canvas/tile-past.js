import { api } from "../api.js";
import { dateTime, number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { Loader } from "../model/loader.js";
import { momentAfter, tempo } from "../model/moments.js";
import { fromBase64 } from "../model/tile-pixels.js";
import { Panel } from "./panel.js";
import "./past-bar.js";
import "./picture.js";

/** @import { PropertyDeclarations } from "../lit.js" */
/** @import { VersionView } from "#api" */

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * `<tile-past .live=${live} .tileId=${id} last="34" .at=${12}>`: the versions of a tile, to drag through.
 * Fires `version` with the one that is shown as its detail, null for the last one, and `share`.
 */
export class TilePast extends Panel {
  /** @type {PropertyDeclarations} */
  static properties = {
    ...Panel.properties,
    tileId: { attribute: false },
    last: { type: Number },
    at: { attribute: false },
  };
  static styles = [
    Panel.styles,
    css`
    :host { padding: 0; }
    canvas-picture { display: block; width: min(100%, 12rem); margin: 0 auto; }
    past-bar { --past-padding: var(--space-1) 0 0; --past-border: 0; }
  `,
  ];

  /** @type {VersionView | null} */
  #shown = null;
  /** @type {Uint8Array | null} */
  #pixels = null;
  #isPlaying = false;
  #timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  /** Ends with the tile. */
  #visit = new AbortController();
  /** @type {Loader<number>} */
  #loader = this.#begin();

  constructor() {
    super();
    this.tileId = 0;
    this.last = 1;
    /**
     * The version to show; null: the last one.
     * @type {number | null}
     */
    this.at = null;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has("tileId")) {
      this.#visit.abort();
      this.#visit = new AbortController();
      this.#loader = this.#begin();
      this.#shown = this.#pixels = null;
      this.#pause();
    }
    const wanted = this.#wanted;
    if (this.#shown?.version !== wanted) this.#loader.want([wanted]);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#visit.abort();
    this.#pause();
  }

  #begin() {
    return new Loader((version) => this.#load(version), 1, this.#visit.signal);
  }

  get #wanted() {
    return Math.max(1, Math.min(this.at ?? this.last, this.last));
  }

  /** @param {number} version */
  async #load(version) {
    const { signal } = this.#visit;
    const shown = await api.get(`/tiles/${this.tileId}/history/${version}`, { signal });
    this.#shown = shown;
    this.#pixels = shown.pixels && fromBase64(shown.pixels);
    if (version === this.#wanted) this.#playOn();
    this.requestUpdate();
  }

  render() {
    const shown = this.#shown;
    const at = this.#wanted;
    const place = t("past.version", { at: number(at), last: number(this.last) });
    const note = shown ? t("past.by", { name: nameOf(shown.author), time: dateTime(shown.occurred_at) }) : "";
    return html`<canvas-picture .pixels=${this.#pixels} .rgba=${this.live.pixels?.rgba}
        label=${t("canvas.version", { version: shown?.version ?? at })}></canvas-picture>
      <past-bar role="group" aria-label=${t("past.title")} .at=${at} first="1" last=${this.last}
        place=${place} note=${note} ?playing=${this.#isPlaying}
        @go=${(/** @type {CustomEvent<number>} */ { detail }) => {
          this.#pause();
          this.#go(detail);
        }}
        @play=${this.#togglePlay} @now=${() => this.#go(this.last)}
        @share=${() => this.dispatchEvent(new Event("share"))}></past-bar>`;
  }

  /** @param {number} version */
  #go(version) {
    this.at = version >= this.last ? null : version;
    this.dispatchEvent(new CustomEvent("version", { detail: this.at, bubbles: true, composed: true }));
    if (this.#shown?.version === version) this.#playOn();
  }

  #togglePlay() {
    if (this.#isPlaying) return this.#pause();
    this.#isPlaying = true;
    this.#go(this.at ?? 1);
    this.requestUpdate();
  }

  #pause() {
    this.#isPlaying = false;
    clearTimeout(this.#timer);
    this.requestUpdate();
  }

  /** While the past is played, show the next version after this one has been shown for a while. */
  #playOn() {
    clearTimeout(this.#timer);
    if (!this.#isPlaying) return;
    const { moments, pace } = tempo(STILL.matches);
    this.#timer = setTimeout(() => {
      const next = momentAfter(this.#wanted, this.last, moments);
      if (next === null) this.#pause();
      else this.#go(next);
    }, pace);
  }
}
customElements.define("tile-past", TilePast);
