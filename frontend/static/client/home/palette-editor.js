import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls, typography } from "../ui/styles.js";
import "../ui/swatch.js";
import { parseHex } from "../model/colours.js";
import { FEWEST_COLOURS, MOST_COLOURS, PALETTES } from "./palettes.js";

const CUSTOM = "custom";
const SAFE = "okabe-ito"; // distinguishable with colour blindness

/** `<palette-editor>`: selects a named palette or custom colours; `value` is in the API's format. */
export class PaletteEditor extends Element {
  static properties = { choice: { state: true }, colours: { state: true }, selected: { state: true } };
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
      display: flex; flex-wrap: wrap; gap: var(--space-2); max-height: 14rem; margin: var(--space-3) 0;
      padding: 3px; overflow-y: auto; list-style: none;
    }
    .own button { width: var(--target); padding: 0; }
    .own ui-swatch { width: 1.75rem; height: 1.75rem; border-radius: 4px; }
    .tools { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-2); }
    .tools input { flex: none; }
    .tools .hex { width: 7rem; font-family: var(--font-mono); }
  `,
  ];

  constructor() {
    super();
    this.choice = "pico-8";
    this.colours = ["#1d2129", "#faf8f4", "#d1495b", "#edae49", "#00798c"];
    this.selected = 0;
  }

  /** @returns {string | string[]} */
  get value() {
    return this.choice === CUSTOM ? this.colours : this.choice;
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
    return html`
      <fieldset class="named">
        <legend class="visually-hidden">${t("home.palette")}</legend>
        ${[...Object.keys(PALETTES), CUSTOM].map(
          (name) => html`<label>
          <input type="radio" name="palette" .checked=${name === this.choice}
            @change=${() => (this.choice = name)}>
          <span>${t(`home.palette_${name}`)}${
            name === SAFE ? html`<small>${t("home.palette_safe")}</small>` : ""
          }</span>
          <canvas height="1" data-name=${name} aria-hidden="true"></canvas>
        </label>`,
        )}
      </fieldset>
      ${this.choice === CUSTOM ? this.#renderOwn() : ""}`;
  }

  #renderOwn() {
    const { colours, selected } = this;
    return html`
      <ul class="own" aria-label=${t("home.colours")}>
        ${colours.map(
          (colour, i) => html`<li><button type="button" aria-pressed=${String(i === selected)}
          aria-label=${t("home.colour_nth", { nth: i + 1, colour })} @click=${() => (this.selected = i)}>
          <ui-swatch .colour=${colour}></ui-swatch></button></li>`,
        )}
      </ul>
      <div class="tools">
        <input type="color" aria-label=${t("home.colour_change")} .value=${colours[selected] ?? ""}
          @input=${this.#onRecolour}>
        <input type="text" class="hex" aria-label=${t("home.colour_hex")} .value=${colours[selected] ?? ""}
          maxlength="7" spellcheck="false" autocomplete="off" @change=${this.#onHex}>
        <button type="button" class="icon" aria-label=${t("home.colour_earlier")} ?disabled=${selected === 0}
          @click=${() => this.#move(-1)}><ui-icon name="left"></ui-icon></button>
        <button type="button" class="icon" aria-label=${t("home.colour_later")}
          ?disabled=${selected === colours.length - 1} @click=${() => this.#move(1)}><ui-icon
            name="right"></ui-icon></button>
        <button type="button" ?disabled=${colours.length >= MOST_COLOURS} @click=${this.#add}><ui-icon
          name="add"></ui-icon>${t("home.colour_add")}</button>
        <button type="button" ?disabled=${colours.length <= FEWEST_COLOURS} @click=${this.#remove}><ui-icon
          name="trash"></ui-icon>${t("home.colour_remove")}</button>
        <span class="soft small" role="status">${t("home.colour_count", { count: colours.length })}</span>
      </div>`;
  }

  /** @param {InputEvent} event */
  #onRecolour(event) {
    this.colours = this.colours.with(this.selected, /** @type {HTMLInputElement} */ (event.target).value);
  }

  /** @param {Event} event with three or six digits, with or without the `#`; anything else is taken back */
  #onHex(event) {
    const field = /** @type {HTMLInputElement} */ (event.target);
    const colour = parseHex(field.value);
    if (colour) this.colours = this.colours.with(this.selected, colour);
    else field.value = this.colours[this.selected] ?? "";
  }

  /** @param {-1 | 1} by */
  #move(by) {
    const colour = this.colours[this.selected] ?? "";
    this.colours = this.colours.toSpliced(this.selected, 1).toSpliced(this.selected + by, 0, colour);
    this.selected += by;
  }

  #add() {
    this.colours = this.colours.toSpliced(this.selected + 1, 0, this.colours[this.selected] ?? "#000000");
    this.selected += 1;
  }

  #remove() {
    this.colours = this.colours.toSpliced(this.selected, 1);
    this.selected = Math.min(this.selected, this.colours.length - 1);
  }
}
customElements.define("palette-editor", PaletteEditor);

/**
 * @param {HTMLCanvasElement} strip
 * @param {string[]} colours drawn as drawn as one pixel each
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
