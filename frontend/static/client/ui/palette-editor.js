import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { parseHex } from "../model/colours.js";
import * as editing from "../model/palette-editing.js";
import { MOST_COLOURS, PALETTES } from "../model/palettes.js";
import { stayForFiles } from "./drops.js";
import { Element } from "./element.js";
import "./icon.js";
import "./palette-exchange.js";
import { base, controls, typography } from "./styles.js";
import "./swatch.js";

/** @import { Imported } from "../model/palette-files/files.js" */
/** @import { PaletteExchange } from "./palette-exchange.js" */

const CUSTOM = "custom";
const SAFE = "okabe-ito"; // distinguishable with colour blindness

/**
 * `<palette-editor>`: selects a named palette or custom colours; `value` is in the API's format. With `used`,
 * it edits the palette of a canvas, in which used colours stay where and as they are.
 */
export class PaletteEditor extends Element {
  static properties = {
    name: {},
    used: { attribute: false },
    colours: { attribute: false },
    choice: { state: true },
    selected: { state: true },
    rampTo: { state: true },
    steps: { state: true },
    _leftOut: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    css`
    .named {
      display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: var(--space-2);
    }
    .named label {
      display: grid; grid-template-columns: auto 1fr; align-items: center; gap: var(--space-1) var(--space-2);
      padding: var(--space-2) var(--space-3); border: 1px solid var(--line-strong);
      border-radius: var(--radius-1); cursor: pointer;
    }
    .named label:has(:checked) { border-color: var(--accent); background: var(--accent-soft); }
    small { display: block; color: var(--ink-soft); }
    canvas {
      grid-column: 1 / -1; width: 100%; height: 1rem; border: 1px solid var(--line); border-radius: 3px;
      image-rendering: pixelated;
    }
    .own {
      display: flex; flex-wrap: wrap; gap: var(--space-1); max-height: 14rem; margin: var(--space-3) 0;
      padding: 3px; overflow-y: auto; list-style: none;
    }
    .own button { position: relative; width: var(--target); padding: 0; cursor: grab; }
    .own button.used { border-style: dashed; cursor: pointer; }
    .own button.dragged { opacity: 0.5; cursor: grabbing; }
    .own ui-swatch { width: 1.75rem; height: 1.75rem; border-radius: 4px; }
    .own ui-icon {
      position: absolute; right: 1px; bottom: 1px; padding: 1px; border-radius: 4px;
      background: var(--surface); font-size: 0.75rem;
    }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
    .tools + .tools { margin-top: var(--space-2); }
    .tools input { flex: none; }
    .tools .hex { width: 7rem; font-family: var(--font-mono); }
    .tools .steps { width: 4.5rem; }
    .left-out { font-weight: 600; }
  `,
  ];

  /**
   * The place of the colour that is dragged with the pointer.
   * @type {number | null}
   */
  #dragged = null;

  constructor() {
    super();
    this.choice = "pico-8";
    /** @type {readonly string[]} */
    this.colours = ["#1d2129", "#faf8f4", "#d1495b", "#edae49", "#00798c"];
    this.selected = 0;
    /**
     * Places of colours that stay, counted from 0; null for a new palette.
     * @type {ReadonlySet<number> | null}
     */
    this.used = null;
    /** Of the palette, in exported files. */
    this.name = "";
    this.rampTo = "#ffffff";
    this.steps = 4;
    /** Imported colours that there was no room for. */
    this._leftOut = 0;
    this.addEventListener("drop", (event) => this.#handleDrop(event));
  }

  /** @returns {string | readonly string[]} */
  get value() {
    return this.#isOwn ? this.colours : this.choice;
  }

  get #isOwn() {
    return this.used !== null || this.choice === CUSTOM;
  }

  get #used() {
    return this.used ?? NONE;
  }

  updated() {
    for (const strip of this.renderRoot.querySelectorAll("canvas"))
      draw(strip, this.#coloursOf(strip.dataset.name ?? ""));
  }

  /** @param {string} name */
  #coloursOf(name) {
    return PALETTES[name] ?? this.colours;
  }

  render() {
    return html`${this.used ? "" : this.#renderNamed()}${this.#isOwn ? this.#renderOwn() : ""}`;
  }

  #renderNamed() {
    return html`<fieldset class="named">
        <legend class="visually-hidden">${t("palette.palette")}</legend>
        ${[...Object.keys(PALETTES), CUSTOM].map(
          (name) => html`<label>
          <input type="radio" name="palette" .checked=${name === this.choice}
            @change=${() => (this.choice = name)}>
          <span>${t(`palette.named_${name}`)}${
            name === SAFE ? html`<small>${t("palette.safe")}</small>` : ""
          }</span>
          <canvas height="1" data-name=${name} aria-hidden="true"></canvas>
        </label>`,
        )}
      </fieldset>`;
  }

  #renderOwn() {
    const { colours, selected } = this;
    const colour = colours[selected] ?? "";
    const isFixed = this.#used.has(selected);
    const isOpen = selected >= editing.openFrom(this.#used);
    const isFull = colours.length >= MOST_COLOURS;
    return html`
      <ul class="own" aria-label=${t("palette.colours")} @keydown=${this.#handleKey}
        @pointerup=${this.#endDrag} @pointercancel=${this.#endDrag}>
        ${colours.map((_, place) => this.#renderColour(place))}
      </ul>
      <div class="tools">
        <input type="color" aria-label=${t("palette.change")} .value=${colour} ?disabled=${isFixed}
          @input=${(/** @type {Event} */ event) => this.#recolour(input(event).value)}>
        <input type="text" class="hex" aria-label=${t("palette.hex")} .value=${colour} ?disabled=${isFixed}
          maxlength="7" spellcheck="false" autocomplete="off" @change=${this.#onHex}>
        <button type="button" class="icon" aria-label=${t("palette.earlier")}
          ?disabled=${!isOpen || selected === editing.openFrom(this.#used)}
          @click=${() => this.#move(selected, selected - 1)}><ui-icon name="left"></ui-icon></button>
        <button type="button" class="icon" aria-label=${t("palette.later")}
          ?disabled=${!isOpen || selected === colours.length - 1}
          @click=${() => this.#move(selected, selected + 1)}><ui-icon name="right"></ui-icon></button>
        <button type="button" ?disabled=${isFull} @click=${() => this.#insert([colour || "#000000"])}><ui-icon
          name="add"></ui-icon>${t("palette.add")}</button>
        <button type="button" ?disabled=${!editing.mayRemove(colours, selected, this.#used)}
          @click=${this.#remove}><ui-icon name="trash"></ui-icon>${t("palette.remove")}</button>
        <span class="soft small" role="status">${t("palette.count", { count: colours.length })}</span>
      </div>
      <div class="tools" role="group" aria-label=${t("palette.ramp")}>
        <span>${t("palette.ramp_to")}</span>
        <input type="color" aria-label=${t("palette.ramp_end")} .value=${this.rampTo}
          @input=${(/** @type {Event} */ event) => (this.rampTo = input(event).value)}>
        <input type="number" class="steps" aria-label=${t("palette.ramp_steps")} min="1"
          max=${editing.LONGEST_RAMP} .value=${String(this.steps)} @change=${this.#onSteps}>
        <button type="button" ?disabled=${isFull}
          @click=${() => this.#insert(editing.rampOf(colour, this.rampTo, this.steps))}>
          ${t("palette.ramp_add")}</button>
      </div>
      <palette-exchange .colours=${colours} .name=${this.name} ?adds=${this.#used.size > 0}
        @imported=${this.#onImported}></palette-exchange>
      <p class="left-out" role="status">${
        this._leftOut ? t("palette.left_out", { count: this._leftOut, most: MOST_COLOURS }) : ""
      }</p>`;
  }

  /** @param {number} place */
  #renderColour(place) {
    const colour = this.colours[place] ?? "";
    const isFixed = this.#used.has(place);
    const label = t(isFixed ? "palette.nth_used" : "palette.nth", { nth: place + 1, colour });
    const isDragged = place === this.#dragged;
    return html`<li><button type="button" class="${isFixed ? "used" : ""} ${isDragged ? "dragged" : ""}"
      aria-pressed=${String(place === this.selected)} aria-label=${label} title=${label}
      tabindex=${place === this.selected ? "0" : "-1"} data-place=${place}
      @click=${() => (this.selected = place)}
      @pointerdown=${(/** @type {PointerEvent} */ event) => this.#startDrag(event, place)}
      @pointerenter=${() => this.#dragOver(place)}>
      <ui-swatch .colour=${colour}></ui-swatch>${isFixed ? html`<ui-icon name="lock"></ui-icon>` : ""}
      </button></li>`;
  }

  /**
   * Select with the arrow keys; with Alt, move the colour.
   * @param {KeyboardEvent} event
   */
  async #handleKey(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = Math.min(this.colours.length - 1, Math.max(0, this.selected + step));
    if (event.altKey) this.#move(this.selected, to);
    else this.selected = to;
    await this.updateComplete;
    /** @type {HTMLElement | null} */
    (this.renderRoot.querySelector("[aria-pressed=true]"))?.focus();
  }

  /**
   * Begin to drag a colour, with a mouse or pen: a finger scrolls.
   * @param {PointerEvent} event
   * @param {number} place
   */
  #startDrag(event, place) {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const pressed = /** @type {Element} */ (event.currentTarget);
    if (pressed.hasPointerCapture(event.pointerId)) pressed.releasePointerCapture(event.pointerId); // a pen's
    this.#dragged = place;
    this.selected = place;
    window.addEventListener("pointerup", this.#endDrag, { once: true });
  }

  /** @param {number} place */
  #dragOver(place) {
    if (this.#dragged === null || this.#dragged === place) return;
    if (this.#move(this.#dragged, place)) this.#dragged = place;
  }

  #endDrag = () => {
    this.#dragged = null;
    this.requestUpdate();
  };

  /** @param {string} colour */
  #recolour(colour) {
    this.colours = editing.recolour(this.colours, this.selected, colour, this.#used);
  }

  /** @param {Event} event with three or six digits, with or without the `#`; anything else is taken back */
  #onHex(event) {
    const field = input(event);
    const colour = parseHex(field.value);
    if (colour) this.#recolour(colour);
    else field.value = this.colours[this.selected] ?? "";
  }

  /** @param {Event} event */
  #onSteps(event) {
    const field = input(event);
    this.steps = Math.min(editing.LONGEST_RAMP, Math.max(1, Math.round(Number(field.value)) || 1));
    field.value = String(this.steps);
  }

  /**
   * @param {number} from
   * @param {number} to
   * @returns {boolean} whether it could be moved
   */
  #move(from, to) {
    const moved = editing.move(this.colours, from, to, this.#used);
    if (moved === this.colours) return false;
    this.colours = moved;
    this.selected = to;
    return true;
  }

  /** @param {readonly string[]} colours */
  #insert(colours) {
    const inserted = editing.insertAfter(this.colours, this.selected, colours, this.#used);
    this.colours = inserted.colours;
    this.selected = inserted.at;
  }

  #remove() {
    this.colours = editing.remove(this.colours, this.selected, this.#used);
    this.selected = Math.min(this.selected, this.colours.length - 1);
  }

  /**
   * Import a file that is dropped; the dialog keeps others from replacing the page.
   * @param {DragEvent} event
   */
  #handleDrop(event) {
    const file = event.dataTransfer?.files[0];
    const exchange = /** @type {PaletteExchange | null} */ (
      this.renderRoot.querySelector("palette-exchange")
    );
    if (file && exchange && stayForFiles(event)) void exchange.readFile(file);
  }

  /** @param {CustomEvent<Imported>} event */
  #onImported({ detail }) {
    const { colours, leftOut } = editing.takeOver(this.colours, detail.colours, this.#used);
    this.colours = colours;
    this._leftOut = leftOut;
    this.selected = Math.min(this.selected, this.colours.length - 1);
  }
}
customElements.define("palette-editor", PaletteEditor);

/** @type {ReadonlySet<number>} */
const NONE = new Set();

/** @param {Event} event */
function input(event) {
  return /** @type {HTMLInputElement} */ (event.target);
}

/**
 * @param {HTMLCanvasElement} strip
 * @param {readonly string[]} colours drawn as one pixel each
 */
function draw(strip, colours) {
  strip.width = colours.length;
  const context = strip.getContext("2d");
  colours.forEach((colour, i) => {
    if (!context) return;
    context.fillStyle = colour;
    context.fillRect(i, 0, 1, 1);
  });
}
