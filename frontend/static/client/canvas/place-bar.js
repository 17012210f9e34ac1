import { now } from "../clock.js";
import "../editor/palette.js";
import { dateTime, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import { base, controls } from "../ui/styles.js";
import { iconButton } from "./icon-button.js";

/** @import { CanvasView } from "#api" */
/** @import { PropertyDeclarations } from "../lit.js" */
/** @import { Placing } from "../model/placing.js" */

/** Milliseconds between two looks at the clock. */
const TICK_MS = 250;

/**
 * `<place-bar .placing=${placing} .colour=${3}>`: what the user has to place pixels with on a canvas in
 * `place` mode: the palette, their charges and the time to the next one. Fires `colour` with a palette index
 * as its detail, `takeback`, `login`, `heat` and `empty`.
 */
export class PlaceBar extends Element {
  /** @type {PropertyDeclarations} */
  static properties = {
    placing: { attribute: false },
    colour: { type: Number },
    heat: { type: Boolean },
    empty: { type: Boolean },
  };
  static styles = [
    base,
    controls,
    css`
    :host {
      display: flex; align-items: center; gap: var(--space-3); padding: var(--space-2) var(--space-4);
      border-top: 1px solid var(--line); background: var(--surface);
    }
    editor-palette { --swatch: 2.25rem; --swatches: 5.25rem; flex: 1; min-width: 0; }
    .charges {
      display: flex; flex-direction: column; flex: none; align-items: flex-end; min-width: 6.5rem;
      font-variant-numeric: tabular-nums;
    }
    .charges strong { font-size: var(--text-large); white-space: nowrap; }
    .charges small { color: var(--ink-soft); }
    progress { width: 6.5rem; height: 0.375rem; accent-color: var(--accent); }
    .tools { display: flex; flex: none; }
    .closed { flex: 1; margin: 0; }
    @media (max-width: 48rem) {
      :host { flex-wrap: wrap; padding: var(--space-2) var(--space-3); }
      editor-palette { flex-basis: 100%; --swatches: 7.5rem; }
      .charges { flex-direction: row; flex: 1; align-items: center; gap: var(--space-2); min-width: 0; }
    }
  `,
  ];

  /** @type {{palette: string[], pickColour: (colour: number) => void} | null} */
  #shown = null;
  #timer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);

  constructor() {
    super();
    this.placing = /** @type {Placing} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.colour = 1;
    /** Whether the heat map is shown. */
    this.heat = false;
    /** Whether what is still empty is marked. */
    this.empty = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), TICK_MS);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  /** What the palette needs; the same until the canvas has other colours, so that it is not drawn again. */
  get #palette() {
    const { palette } = this.#canvas;
    if (this.#shown?.palette !== palette)
      this.#shown = { palette, pickColour: (/** @type {number} */ n) => this.#fire("colour", n) };
    return this.#shown;
  }

  /** @returns {CanvasView} */
  get #canvas() {
    return /** @type {CanvasView} */ (this.placing.live.canvas);
  }

  render() {
    const { state } = this.placing;
    return html`${
      state === "open" ? this.#open() : html`<p class="closed" role="status">${this.#closed(state)}</p>`
    }${this.#tools()}`;
  }

  #open() {
    if (!session.account)
      return html`<p class="closed">${t("canvas.place_as_guest")}</p>
        <button class="primary" @click=${() => this.#fire("login")}>${t("common.login")}</button>`;
    return html`<editor-palette .editor=${this.#palette} colour=${this.colour}></editor-palette>
      ${this.#charges()}`;
  }

  /** @param {"frozen" | "early" | "late" | "archived"} state */
  #closed(state) {
    const { starts_at, ends_at } = this.#canvas;
    if (state === "archived") return t("copies.archived");
    if (state === "early") {
      const left = Date.parse(starts_at ?? "") - now();
      return t("canvas.place_early", { time: dateTime(starts_at ?? ""), left: duration(left) });
    }
    return state === "late"
      ? t("canvas.place_late", { time: dateTime(ends_at ?? "") })
      : t("canvas.place_frozen");
  }

  #charges() {
    const { charges } = this.placing;
    if (!charges) return "";
    if (!this.#canvas.cooldown_seconds)
      return html`<div class="charges"><small>${t("canvas.no_limit")}</small></div>`;
    const label = t("canvas.charges", { count: charges.charges, most: charges.most });
    return html`<div class="charges">
      <strong role="status" aria-label=${label}>${charges.charges} / ${charges.most}</strong>
      <progress max=${charges.most} .value=${charges.charges} aria-hidden="true"></progress>
      <small>${
        charges.next ? t("canvas.next_charge", { left: duration(charges.next) }) : t("canvas.all_charges")
      }</small>
    </div>`;
  }

  #tools() {
    const left = Math.ceil(this.placing.takeBackLeft / 1000);
    const label = t("canvas.take_back", { seconds: left });
    return html`<div class="tools">
      ${left ? iconButton("undo", label, () => this.#fire("takeback")) : ""}
      ${iconButton("eye", t("canvas.heat_map"), () => this.#fire("heat"), this.heat)}
      ${iconButton("select", t("canvas.empty_pixels"), () => this.#fire("empty"), this.empty)}
    </div>`;
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
customElements.define("place-bar", PlaceBar);

/**
 * Write a duration as a clock does: 0:07, 12:05, 3:00:00.
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  const total = Math.max(0, Math.ceil(milliseconds / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const parts = hours ? [hours, pad(minutes), pad(seconds)] : [minutes, pad(seconds)];
  return parts.join(":");
}

/** @param {number} part */
function pad(part) {
  return String(part).padStart(2, "0");
}
