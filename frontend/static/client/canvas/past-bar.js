import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, controls } from "../ui/styles.js";
import { iconButton } from "./icon-button.js";

/** @import { PropertyDeclarations } from "../lit.js" */

/**
 * `<past-bar .at=${12} first="0" last="345" place="Change 12 of 345" note="…" ?playing=${…}>`: which moment
 * of the past is shown, with a slider to drag to any other. Fires `go` with a number from first to last as
 * its detail, `play` (or pause), `share` and `now`.
 */
export class PastBar extends Element {
  /** @type {PropertyDeclarations} */
  static properties = {
    at: { attribute: false },
    first: { type: Number },
    last: { type: Number },
    place: {},
    note: {},
    playing: { type: Boolean },
  };
  static shadowRootOptions = { ...Element.shadowRootOptions, delegatesFocus: true };
  static styles = [
    base,
    controls,
    css`
    :host {
      display: flex; align-items: center; gap: var(--space-3); padding: var(--space-2) var(--space-4);
      border-top: 1px solid var(--line); background: var(--surface);
    }
    input { flex: 1; min-width: 0; height: var(--target); margin: 0; accent-color: var(--accent); }
    p {
      flex: none; min-width: 13rem; margin: 0; font-size: var(--text-small);
      font-variant-numeric: tabular-nums; line-height: 1.35;
    }
    p small { display: block; color: var(--ink-soft); font-size: inherit; }
    @media (max-width: 48rem) {
      :host { flex-wrap: wrap; gap: 0 var(--space-2); padding: var(--space-1) var(--space-3) var(--space-2); }
      input { flex-basis: calc(100% - 4rem); }
      p { flex: 1; min-width: 0; order: 1; }
      .share, .now { order: 2; }
    }
  `,
  ];

  constructor() {
    super();
    this.at = 0;
    this.first = 0;
    this.last = 0;
    /** What number of how many is shown. */
    this.place = "";
    /** When that was painted, or by whom. */
    this.note = "";
    this.playing = false;
  }

  render() {
    const { place, note } = this;
    return html`${iconButton(
      this.playing ? "pause" : "play",
      t(this.playing ? "past.pause" : "past.play"),
      () => this.#fire("play"),
    )}
      <input type="range" min=${this.first} max=${this.last} step="1" .value=${String(this.at)}
        aria-label=${t("past.moment")} aria-valuetext=${note ? `${place}, ${note}` : place}
        @input=${this.#go} @keydown=${this.#handleKey}>
      <p>${place}<small>${note}</small></p>
      <span class="share">${iconButton("link", t("past.share"), () => this.#fire("share"))}</span>
      <button class="now" @click=${() => this.#fire("now")}>${t("past.now")}</button>`;
  }

  /** @param {InputEvent} event */
  #go(event) {
    this.#fire("go", Number(/** @type {HTMLInputElement} */ (event.target).value));
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    if (event.key === "Escape") this.#fire("now");
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
customElements.define("past-bar", PastBar);
