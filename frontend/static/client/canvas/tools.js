import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/avatar.js";
import { Element } from "../ui/element.js";
import { base, controls } from "../ui/styles.js";
import { copyLink } from "./copy-link.js";
import { iconButton } from "./icon-button.js";
import { colourOf } from "./people.js";

/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { IconName } from "../ui/icons.js" */
/** @typedef {"tile" | "info" | "people" | "areas" | "reviews"} PanelName */

/** Faces shown; further people are only counted. */
const FACES = 4;

/**
 * `<canvas-tools .live=${live} .panel=${name}>`: what can be opened beside the picture. Fires `panel` with
 * the name of one as its detail, and `film`.
 */
export class CanvasTools extends Element {
  static properties = { live: { attribute: false, hasChanged: () => true }, panel: { attribute: false } };
  static styles = [
    base,
    controls,
    css`
    :host { display: flex; align-items: center; gap: var(--space-1); }
    .faces { padding: 0 var(--space-2); gap: 0; }
    .faces ui-avatar { --avatar-size: 1.75rem; border: 2px solid var(--surface); }
    .faces ui-avatar + ui-avatar { margin-left: -0.5rem; }
    .faces span { margin-left: var(--space-1); color: var(--ink-soft); font-size: var(--text-small); }
    @media (max-width: 48rem) {
      button { border: 0; border-radius: 0; }
      :focus-visible { outline-offset: -3px; }
      .faces { width: var(--target); padding: 0; }
      .faces ui-avatar + ui-avatar, .faces span { display: none; }
    }
  `,
  ];

  constructor() {
    super();
    this.live = /** @type {LiveCanvas} */ (/** @type {unknown} */ (null)); // given before it is drawn
    /**
     * The panel that is open.
     * @type {PanelName | null}
     */
    this.panel = null;
  }

  render() {
    const { canvas, feed, hasReviews } = this.live;
    const people = [...(feed?.people.values() ?? [])];
    const label = t("canvas.people", { count: people.length });
    return html`<button class="quiet faces" aria-pressed=${String(this.panel === "people")}
      aria-label=${label}
        title=${label} @click=${() => this.#open("people")}>
        ${people.slice(0, FACES).map(
          ({ id, username }) => html`<ui-avatar name=${username}
          colour=${colourOf(id)}></ui-avatar>`,
        )}
        ${people.length > FACES ? html`<span>+${people.length - FACES}</span>` : ""}
        ${people.length ? "" : html`<ui-icon name="people"></ui-icon>`}
      </button>
      ${canvas?.collaboration_mode === "area-lock" ? this.#panelButton("areas", "select") : ""}
      ${hasReviews ? this.#panelButton("reviews", "inbox") : ""}
      ${iconButton("film", t("canvas.timelapse"), () => this.dispatchEvent(new Event("film")))}
      ${iconButton("link", t("canvas.share_view"), () => copyLink(location.href))}
      ${this.#panelButton("info", "info")}`;
  }

  /**
   * @param {PanelName} panel
   * @param {IconName} icon
   */
  #panelButton(panel, icon) {
    return iconButton(icon, t(`canvas.panel_${panel}`), () => this.#open(panel), this.panel === panel);
  }

  /** @param {PanelName} panel */
  #open(panel) {
    this.dispatchEvent(new CustomEvent("panel", { detail: panel }));
  }
}
customElements.define("canvas-tools", CanvasTools);
