import { address } from "../base.js";
import { now } from "../clock.js";
import { t } from "../i18n.js";
import { css, html, nothing, repeat } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { partsOf } from "../model/chat-text.js";
import { ignored } from "../model/ignored.js";
import { mayManage } from "../model/permissions.js";
import { artistLink } from "../ui/artist-link.js";
import { attempt } from "../ui/attempt.js";
import "../ui/avatar.js";
import "../ui/error.js";
import "../ui/icon.js";
import "../ui/time.js";
import { colourOf } from "../ui/artist-colour.js";
import { toast } from "../ui/toast.js";
import { isSignedIn, Panel } from "./panel.js";
import "./report-dialog.js";

/** @import { MessageView } from "#api" */
/** @import { Part } from "../model/chat-text.js" */

/** Pixels from the end within which new messages keep the list at its end. */
const NEAR_END = 60;

/** Characters of a message. */
const LONGEST = 500;

/** How long a mute from here lasts, in milliseconds. */
const MUTE_MS = 86_400_000;

/** `<canvas-chat .live=${live}>`: what artists write to each other beside the canvas. */
export class CanvasChat extends Panel {
  static styles = [
    Panel.styles,
    css`
    /* The keyboard of a phone may leave half of a small window: the field stays in it. */
    :host { display: flex; flex-direction: column; padding: 0; min-height: min(12rem, 50dvh - 4.5rem); }
    .list { flex: 1; min-height: 0; padding: 0 var(--space-4) var(--space-3); overflow-y: auto; }
    .list > button { display: block; margin: var(--space-2) auto; }
    li { display: grid; grid-template-columns: auto 1fr auto; column-gap: var(--space-3); }
    li + li { border: 0; }
    li > :is(p, .row) { grid-column: 2 / -1; }
    ui-avatar { --avatar-size: 1.75rem; margin-top: 0.125rem; }
    .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 var(--space-2); min-width: 0;
      overflow-wrap: anywhere; }
    .head ui-time { color: var(--ink-soft); font-size: var(--text-small); }
    /* A line that is higher than others does not cover them. */
    .text { overflow: clip; overflow-wrap: anywhere; white-space: pre-wrap; }
    .actions { gap: var(--space-2); }
    .mention { font-weight: 600; }
    .mine { border-radius: var(--radius-1); background: var(--accent-soft); }
    li .icon { align-self: start; width: 2rem; min-height: 2rem; margin-top: -0.125rem; }
    @media (pointer: coarse) { li .icon { width: 2.75rem; min-height: 2.75rem; margin-top: -0.5rem; } }
    form { display: flex; gap: var(--space-2); }
    form input { flex: 1; min-width: 0; }
    footer { padding: var(--space-3) var(--space-4); border-top: 1px solid var(--line); }
    footer > * + * { margin-top: var(--space-2); }
  `,
  ];

  /**
   * The message whose actions are shown.
   * @type {number | null}
   */
  #opened = null;
  /**
   * The message that is being reported.
   * @type {number | null}
   */
  #reported = null;
  /** Id of the newest message that is shown. */
  #newest = 0;
  #isAtEnd = true;
  #reading = new AbortController();

  connectedCallback() {
    super.connectedCallback();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.chat.addEventListener("change", () => this.requestUpdate(), { signal });
    ignored.addEventListener("change", () => this.requestUpdate(), { signal });
    this.chat.isRead = true;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#reading.abort();
    this.chat.isRead = false;
  }

  firstUpdated() {
    void this.#load();
  }

  updated() {
    const newest = this.chat.messages.at(-1)?.id ?? 0;
    const list = this.#list;
    if (newest !== this.#newest && this.#isAtEnd && list) list.scrollTop = list.scrollHeight;
    this.#newest = newest;
  }

  get chat() {
    return this.live.chat;
  }

  get #list() {
    return this.renderRoot.querySelector(".list");
  }

  #load() {
    return attempt(this, () => Promise.all([ignored.load(), this.chat.load()]));
  }

  render() {
    const messages = this.chat.messages.filter(({ author }) => !ignored.has(author.id));
    return html`<div class="list" tabindex="0" role="region" aria-label=${t("canvas.chat_messages")}
        @scroll=${this.#handleScroll}>
        ${
          this.chat.hasOlder
            ? html`<button class="small" ?disabled=${this.isBusy}
              @click=${this.#loadOlder}>${t("canvas.chat_older")}</button>`
            : ""
        }
        ${messages.length || this.isBusy ? "" : html`<p class="empty">${t("canvas.chat_empty")}</p>`}
        <div role="log" aria-label=${t("canvas.panel_chat")}><ol>${repeat(
          messages,
          ({ id }) => id,
          (message) => this.#message(message),
        )}</ol></div>
      </div>
      <footer>
        <ui-error .error=${this.error}></ui-error>
        ${
          this.canvas.chat === "off"
            ? html`<p class="empty">${t("canvas.chat_is_off")}</p>`
            : html`<form @submit=${this.#write}>
          <input name="text" required maxlength=${LONGEST} autocomplete="off" dir="auto"
            aria-label=${t("canvas.chat_text")} placeholder=${t("canvas.chat_text")}>
          <button class="primary icon" aria-label=${t("canvas.chat_send")} title=${t("canvas.chat_send")}
            ?disabled=${this.isBusy}><ui-icon name="send"></ui-icon></button>
        </form>`
        }
      </footer>
      <report-dialog kind="message" .canvasId=${this.canvas.id} .targetId=${this.#reported ?? 0}
        ?open=${this.#reported !== null} @close=${() => this.#report(null)}></report-dialog>`;
  }

  /** @param {MessageView} message */
  #message(message) {
    const { id, author, text, mentions, created_at } = message;
    const isOpened = this.#opened === id;
    const isMine = mentions.some((artist) => artist.id === this.me?.id);
    const label = t("canvas.chat_actions", { name: nameOf(author) });
    return html`<li>
      <ui-avatar name=${nameOf(author)} colour=${colourOf(author.id)}></ui-avatar>
      <span class="head">${artistLink(author, "name")}
        <ui-time datetime=${created_at}></ui-time></span>
      ${
        this.me
          ? html`<button class="quiet icon" aria-label=${label} title=${label} aria-expanded=${isOpened}
            @click=${() => this.#open(isOpened ? null : id)}><ui-icon name="menu"></ui-icon></button>`
          : ""
      }
      <p class="text ${isMine ? "mine" : ""}" dir="auto">${this.#parts(text, mentions)}</p>
      ${isOpened ? html`<div class="row actions">${this.#actions(message)}</div>` : ""}
    </li>`;
  }

  /**
   * @param {string} text
   * @param {MessageView["mentions"]} mentions
   */
  #parts(text, mentions) {
    const here = new URL(address(`/canvas/${this.canvas.id}`), location.href).href;
    return partsOf(text, mentions, here).map((part) => renderPart(part, this.canvas.id));
  }

  /** @param {MessageView} message */
  #actions({ id, author }) {
    const isOwn = author.id === this.me?.id;
    const manages = mayManage(this.canvas, this.me);
    return html`${
      isOwn || manages
        ? html`<button class="small" @click=${() => this.#act(() => this.chat.remove(id))}><ui-icon
          name="trash"></ui-icon>${t("canvas.chat_remove")}</button>`
        : ""
    }
      ${
        manages && !isOwn && author.id !== this.canvas.owner.id
          ? html`<button class="small" title=${t("canvas.chat_mute_text")}
            @click=${() => this.#mute(author.id)}>${t("canvas.chat_mute")}</button>`
          : ""
      }
      ${
        isOwn
          ? ""
          : html`<button class="small"
            @click=${() => this.#ignore(author)}>${t("canvas.chat_ignore")}</button>
            <button class="small" @click=${() => this.#report(id)}><ui-icon
              name="flag"></ui-icon>${t("canvas.chat_report")}</button>`
      }`;
  }

  /** @param {number | null} id */
  #report(id) {
    this.#reported = id;
    this.#open(null);
  }

  /** @param {number | null} id */
  #open(id) {
    this.#opened = id;
    this.requestUpdate();
  }

  /** @param {() => Promise<unknown>} action */
  async #act(action) {
    if (await attempt(this, action)) this.#open(null);
  }

  /** @param {number} artistId */
  #mute(artistId) {
    return this.#act(async () => {
      await this.chat.mute(artistId, new Date(now() + MUTE_MS).toISOString());
      toast(t("canvas.chat_muted"), { kind: "success" });
    });
  }

  /** @param {MessageView["author"]} author */
  #ignore({ id, display_name: name }) {
    return this.#act(async () => {
      await ignored.set(id, true);
      const undo = { label: t("canvas.chat_undo"), run: () => void this.#act(() => ignored.set(id, false)) };
      toast(t("canvas.chat_ignored", { name }), { action: undo });
    });
  }

  #loadOlder = async () => {
    const list = this.#list;
    const below = list ? list.scrollHeight - list.scrollTop : 0;
    await attempt(this, () => this.chat.loadOlder());
    await this.updateComplete;
    if (list) list.scrollTop = list.scrollHeight - below; // what was read stays where it was
  };

  #handleScroll = () => {
    const list = /** @type {Element} */ (this.#list);
    this.#isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
  };

  /** @param {SubmitEvent} event */
  #write(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const text = String(new FormData(form).get("text")).trim();
    if (!text || !isSignedIn("canvas.sign_in_to_write")) return;
    void attempt(this, async () => {
      await this.chat.write(text);
      this.#isAtEnd = true;
      form.reset();
    });
  }
}
customElements.define("canvas-chat", CanvasChat);

/**
 * @param {Part} part
 * @param {number} canvasId
 */
function renderPart({ kind, text, target }, canvasId) {
  switch (kind) {
    case "mention":
      return html`<a class="mention" href=${address(`/artist/${target}`)}>${text}</a>`;
    case "place":
      return html`<a href=${address(`/canvas/${canvasId}${target}`)}>${text}</a>`;
    default:
      return text || nothing;
  }
}
