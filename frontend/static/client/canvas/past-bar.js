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
      container-type: inline-size; padding: var(--past-padding, var(--space-1) var(--space-4) var(--space-2));
      border-top: var(--past-border, 1px solid var(--line)); background: var(--surface);
    }
    /* The slider has a line of its own, unless there is room for all. */
    .bar {
      display: grid; grid-template-columns: auto 1fr auto auto; align-items: center; gap: 0 var(--space-2);
    }
    input { grid-column: 2 / -1; width: 100%; height: var(--target); margin: 0; accent-color: var(--accent); }
    p {
      grid-column: 1 / 3; min-width: 0; margin: 0; font-size: var(--text-small);
      font-variant-numeric: tabular-nums; line-height: 1.35;
    }
    p small { display: block; color: var(--ink-soft); font-size: inherit; }
    @container (min-width: 44rem) {
      .bar { grid-template-columns: auto 1fr minmax(13rem, auto) auto auto; }
      input, p { grid-column: auto; }
    }
  `,
  ];

  constructor() {
    super();
    this.at = 0;
    this.first = 0;
    this.last = 0;
    /** Which change or version of how many is shown. */
    this.place = "";
    /** When that was painted, or by whom. */
    this.note = "";
    this.playing = false;
  }

  render() {
    const { place, note } = this;
    const action = this.playing ? "pause" : "play";
    return html`<div class="bar">
      ${iconButton(action, t(`past.${action}`), () => this.#fire("play"))}
      <input type="range" min=${this.first} max=${this.last} step="1" .value=${String(this.at)}
        aria-label=${t("past.moment")} aria-valuetext=${note ? `${place}, ${note}` : place}
        @input=${this.#go} @keydown=${this.#handleKey}>
      <p>${place}<small>${note}</small></p>
      ${iconButton("link", t("past.share"), () => this.#fire("share"))}
      <button @click=${() => this.#fire("now")}>${t("past.now")}</button>
    </div>`;
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
