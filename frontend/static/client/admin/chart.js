import { dateTime, number, t } from "../i18n.js";
import { css, html, svg } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, typography } from "../ui/styles.js";
import { preventSidewaysFling } from "../ui/touch.js";
import { layOutBars, moveByKey, roundUpAxis } from "./series.js";

const BOX = { width: 300, height: 88, gap: 2 };

/**
 * `<admin-chart label="Tiles" .days=${[…]} .values=${[…]}>`: a chart with one bar per day. A slider for
 * keyboards and screen readers: arrow keys move between days and announce the value.
 */
export class Chart extends Element {
  static properties = {
    label: {},
    days: { attribute: false },
    values: { attribute: false },
    place: { state: true },
  };
  static styles = [
    base,
    typography,
    css`
    :host { min-width: 0; }
    header { display: flex; align-items: baseline; justify-content: space-between; gap: var(--space-3); }
    output {
      color: var(--ink-soft); font-size: var(--text-small); font-variant-numeric: tabular-nums;
      white-space: nowrap;
    }
    output b { color: var(--ink); font-size: var(--text-large); }
    small {
      position: absolute; right: 0; padding: 1px 0 0 var(--space-2); color: var(--ink-soft);
      font-size: 0.75rem; line-height: 1;
    }
    .plot {
      position: relative; margin-top: var(--space-2); border-radius: var(--radius-1); touch-action: pan-y;
      cursor: crosshair;
    }
    svg { display: block; width: 100%; height: 6rem; overflow: visible; }
    line { stroke: var(--line); vector-effect: non-scaling-stroke; }
    rect { fill: color-mix(in oklab, var(--accent), var(--surface) 40%); }
    rect.chosen { fill: var(--accent); }
    footer {
      display: flex; justify-content: space-between; margin-top: var(--space-1); color: var(--ink-soft);
      font-size: var(--text-small);
    }
  `,
  ];

  constructor() {
    super();
    this.label = "";
    /** @type {string[]} days (UTC) as 2026-01-31 */
    this.days = [];
    /** @type {number[]} */
    this.values = [];
    /** @type {number | null} the selected day; the last one by default */
    this.place = null;
  }

  render() {
    const last = this.values.length - 1;
    const place = this.place ?? last;
    const value = this.values[place] ?? 0;
    const day = this.days[place] ?? "";
    const top = roundUpAxis(Math.max(0, ...this.values));
    return html`<figure role="group" aria-label=${this.label}>
      <header>
        <h3>${this.label}</h3>
        <output>${place === last ? t("admin.today") : formatShortDay(day)} <b>${number(value)}</b></output>
      </header>
      <div class="plot" role="slider" tabindex="0" aria-label=${t("admin.chart", { what: this.label })}
        aria-valuemin="0" aria-valuemax=${last} aria-valuenow=${place}
        aria-valuetext=${t("admin.chart_day", { day: day && formatLongDay(day), value })}
        @keydown=${this.#onKey} @pointerdown=${this.#onPoint} @pointermove=${this.#onPoint}
        @pointerup=${this.#onLift} @pointercancel=${this.#reset} @pointerleave=${this.#onLeave}
        @blur=${this.#reset}>
        <small aria-hidden="true">${number(top)}</small>
        <svg viewBox="0 0 ${BOX.width} ${BOX.height}" preserveAspectRatio="none" aria-hidden="true">
          <line x1="0" y1="0.5" x2=${BOX.width} y2="0.5"></line>
          <line x1="0" y1=${BOX.height} x2=${BOX.width} y2=${BOX.height}></line>
          ${layOutBars(this.values, BOX).map(
            (bar, n) => svg`<rect x=${bar.x} y=${bar.y} width=${bar.width} height=${bar.height}
            class=${n === place ? "chosen" : ""}></rect>`,
          )}
        </svg>
      </div>
      <footer aria-hidden="true">
        <span>${this.days[0] ? formatShortDay(this.days[0]) : ""}</span>
        <span>${t("admin.today")}</span>
      </footer>
    </figure>`;
  }

  firstUpdated() {
    preventSidewaysFling(/** @type {HTMLElement} */ (this.renderRoot.querySelector(".plot")));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const place = moveByKey(event.key, this.place ?? this.values.length - 1, this.values.length);
    if (place === null) return;
    event.preventDefault();
    this.place = place;
  }

  /** @param {PointerEvent} event */
  #onPoint(event) {
    const { left, width } = /** @type {Element & HTMLElement} */ (
      event.currentTarget
    ).getBoundingClientRect();
    const place = Math.floor(((event.clientX - left) / width) * this.values.length);
    this.place = Math.min(this.values.length - 1, Math.max(0, place));
  }

  /** @param {PointerEvent} event */
  #onLift(event) {
    // until something else is tapped, what a finger covered can be read
    /** @type {HTMLElement} */ (event.currentTarget).focus();
  }

  /** @param {PointerEvent} event */
  #onLeave(event) {
    if (event.pointerType !== "touch") this.#reset();
  }

  #reset() {
    this.place = null;
  }
}
customElements.define("admin-chart", Chart);

/** @param {string} day UTC */
function formatShortDay(day) {
  return dateTime(`${day}T12:00Z`, { day: "numeric", month: "short", timeZone: "UTC" });
}

/** @param {string} day UTC */
export function formatLongDay(day) {
  return dateTime(`${day}T12:00Z`, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}
