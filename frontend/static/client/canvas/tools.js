import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { mayContribute, mayManage } from "../model/permissions.js";
import { session } from "../session.js";
import "../ui/avatar.js";
import { colourOf } from "../ui/artist-colour.js";
import { stayForFiles } from "../ui/drops.js";
import { Element } from "../ui/element.js";
import { base, controls } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import { copyLink } from "./copy-link.js";
import { iconButton } from "./icon-button.js";
import { incoming } from "./incoming-picture.js";
import { isSignedIn } from "./panel.js";
import "./timelapse.js";

/** @import { CanvasView, CanvasRole } from "#api" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { IconName } from "../ui/icons.js" */
/**
 * @typedef {"tile" | "pixel" | "info" | "people" | "areas" | "reviews" | "templates" | "picture" | "chat" |
 *   "members"} PanelName
 */

/** Faces shown; further people are only counted. */
const FACES = 4;

/** Unread messages that are counted in the badge. */
const MOST_SHOWN = 99;

/**
 * `<canvas-tools .live=${live} .panel=${name}>`: what can be opened beside the picture. Fires `panel` with
 * the name of one as its detail, and `past`.
 */
export class CanvasTools extends Element {
  static properties = { live: { attribute: false, hasChanged: () => true }, panel: { attribute: false } };
  static styles = [
    base,
    controls,
    css`
    :host { display: flex; align-items: center; gap: var(--space-1); }
    .chat { position: relative; }
    .unread {
      position: absolute; top: 0; right: 0; min-width: 1.125rem; padding: 0 0.25rem;
      border-radius: var(--radius-round); background: var(--accent); color: var(--accent-ink);
      font-size: 0.6875rem; line-height: 1.125rem; text-align: center; pointer-events: none;
    }
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

  #isFilmShown = false;
  /** Ends when the element leaves the document. */
  #life = new AbortController();
  /** Ends with each canvas. */
  #shown = new AbortController();

  constructor() {
    super();
    this.live = /** @type {LiveCanvas} */ (/** @type {unknown} */ (null)); // given before it is drawn
    /**
     * The panel that is open.
     * @type {PanelName | null}
     */
    this.panel = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    addEventListener("paste", (event) => this.#takePicture(() => incoming.paste(event)), { signal });
    addEventListener("drop", (event) => this.#handleDrop(event), { signal });
    addEventListener("dragover", stayForFiles, { signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("live") || changed.get("live") === this.live) return;
    this.#shown.abort();
    this.#shown = new AbortController();
    const { signal } = this.#shown;
    this.live.chat.addEventListener("change", () => this.requestUpdate(), { signal });
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
      ${this.#chatButton()}
      ${canvas && hasMembers(canvas, this.live.role) ? this.#panelButton("members", "badge") : ""}
      ${canvas?.collaboration_mode === "area-lock" ? this.#panelButton("areas", "select") : ""}
      ${this.#panelButton("templates", "picture")}
      ${mayPaintPictures(this.live) ? this.#panelButton("picture", "brush") : ""}
      ${hasReviews ? this.#panelButton("reviews", "inbox") : ""}
      ${iconButton("past", t("past.open"), () => this.dispatchEvent(new Event("past")))}
      ${iconButton("film", t("canvas.timelapse"), () => this.#setFilm(true))}
      ${iconButton("link", t("canvas.share_view"), () => copyLink(location.href))}
      ${this.#panelButton("info", "info")}
      <canvas-timelapse .live=${this.live} ?open=${this.#isFilmShown}
        @close=${() => this.#setFilm(false)}></canvas-timelapse>`;
  }

  /** @param {boolean} isShown */
  #setFilm(isShown) {
    this.#isFilmShown = isShown;
    this.requestUpdate();
  }

  /**
   * @param {PanelName} panel
   * @param {IconName} icon
   */
  #panelButton(panel, icon) {
    return iconButton(icon, t(`canvas.panel_${panel}`), () => this.#open(panel), this.panel === panel);
  }

  #chatButton() {
    const { unread } = this.live.chat;
    const label = unread ? t("canvas.chat_unread", { count: unread }) : t("canvas.panel_chat");
    return html`<span class="chat">
      ${iconButton("chat", label, () => this.#open("chat"), this.panel === "chat")}
      ${unread ? html`<span class="unread" aria-hidden="true">${Math.min(unread, MOST_SHOWN)}</span>` : ""}
    </span>`;
  }

  /** @param {DragEvent} event */
  #handleDrop(event) {
    if (event.defaultPrevented) return; // it was dropped on a dialog
    if (mayPaintPictures(this.live)) return this.#takePicture(() => incoming.drop(event));
    if (!stayForFiles(event) || !this.live.canvas) return;
    const isPlaced = this.live.canvas.collaboration_mode === "place";
    if (isPlaced || isSignedIn("picture.login"))
      toast(t(isPlaced ? "picture.as_template" : "picture.not_here"));
  }

  /** @param {() => boolean} keep returns whether there is a picture */
  #takePicture(keep) {
    if (mayPaintPictures(this.live) && keep() && this.panel !== "picture") this.#open("picture");
  }

  /** @param {PanelName} panel */
  #open(panel) {
    this.dispatchEvent(new CustomEvent("panel", { detail: panel }));
  }
}
customElements.define("canvas-tools", CanvasTools);

/**
 * Return whether the user may paint pictures over several tiles.
 * @param {LiveCanvas} live
 */
function mayPaintPictures({ canvas, role }) {
  return canvas !== null && canvas.collaboration_mode !== "place" && mayContribute(canvas, meWith(role));
}

/**
 * Return whether membership matters on a canvas, or to the user.
 * @param {CanvasView} canvas
 * @param {CanvasRole | null} role the user's
 */
function hasMembers(canvas, role) {
  return !canvas.is_public || canvas.who_paints === "members" || mayManage(canvas, meWith(role));
}

/** @param {CanvasRole | null} role */
function meWith(role) {
  const { account, isModerator } = session;
  return account && { id: account.id, isModerator, role };
}
