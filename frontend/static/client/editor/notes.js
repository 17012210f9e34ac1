import { dateTime, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/icon.js";
import { base, controls, typography } from "../ui/styles.js";

/** @import { Obstacle } from "./access.js" */
/** @import { Editor, Notice } from "./editor.js" */

/** Milliseconds that a notice without an action stays. */
const NOTICE_DURATION = 8000;

/** Notices shown at a time; the oldest goes first. */
const MAX_NOTICES = 3;

/** `<editor-notes .editor=${editor}>`: what the artist needs to read before continuing. */
export class EditorNotes extends Element {
  static properties = {
    editor: { attribute: false, hasChanged: () => true },
    _notices: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    css`
    :host, [role="status"] { display: flex; flex-direction: column; gap: var(--space-2); }
    .note, ui-error { pointer-events: auto; }
    .note {
      display: flex; align-items: center; gap: var(--space-3); min-height: 3rem;
      padding: var(--space-1) var(--space-2) var(--space-1) var(--space-4);
      border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: var(--radius-1);
      background: var(--raised);
      box-shadow: var(--shadow); font-size: 0.9375rem;
    }
    .note span { flex: 1; }
    .note.status { border-left-color: var(--warning); }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
    /** @type {Notice[]} */
    this._notices = [];
  }

  render() {
    const { error, work } = this.editor;
    const status = this.#statusNotice();
    return html`
      ${
        work.status === "failed"
          ? html`<ui-error .error=${work.error} retryable @retry=${() => work.load()}></ui-error>`
          : ""
      }
      <ui-error .error=${error}></ui-error>
      <div role="status">
        ${
          status
            ? html`<p class="note status"><ui-icon name="lock"></ui-icon><span>${status.text}</span>
              ${actionButton(status)}</p>`
            : ""
        }
        ${this._notices.map(
          (notice) => html`<p class="note"><span>${notice.text}</span>${actionButton(notice)}
          <button class="quiet icon" aria-label=${t("editor.dismiss")}
            @click=${() => this.#dismiss(notice)}><ui-icon name="close"></ui-icon></button></p>`,
        )}
      </div>`;
  }

  /**
   * Show a notice, once however often it comes.
   * @param {Notice | null} notice null to show none
   * @param {boolean} isOnly in place of those that are shown
   */
  show(notice, isOnly) {
    const others = isOnly ? [] : this._notices.filter(({ text }) => text !== notice?.text);
    this._notices = [...others, ...(notice ? [notice] : [])].slice(-MAX_NOTICES);
    if (notice && !notice.action) setTimeout(() => this.#dismiss(notice), NOTICE_DURATION);
  }

  /**
   * Why the tile cannot be painted at the moment.
   * @returns {Notice | null}
   */
  #statusNotice() {
    const { work } = this.editor;
    if (work.access.obstacle) return this.#obstacleNotice(work.access.obstacle);
    if (work.lock?.foreign) {
      const { holder, expires_at: expires } = work.lock.foreign;
      const time = expires ? dateTime(expires, { timeStyle: "short" }) : "";
      return { text: t("editor.locked", { name: nameOf(holder), time }) };
    }
    if (!work.lock?.isLost) return null;
    return {
      text: t("editor.lost_lock"),
      action: { label: t("editor.relock"), run: () => void this.editor.attempt(() => work.relock()) },
    };
  }

  /**
   * @param {Obstacle} obstacle
   * @returns {Notice}
   */
  #obstacleNotice(obstacle) {
    const { editor } = this;
    const { access, canvas, tile } = editor.work;
    const name = nameOf(access.areaHolder ?? tile?.creator);
    const text = t(`editor.obstacle_${obstacle}`, { name, count: canvas.max_tiles_per_user });
    switch (obstacle) {
      case "signed_out":
        return { text, action: { label: t("common.login"), run: () => editor.leave("/login") } };
      case "outside_area":
        return { text, action: { label: t("editor.claim_area"), run: () => this.#claimArea() } };
      default:
        return { text };
    }
  }

  #claimArea() {
    const { editor } = this;
    void editor.attempt(() => editor.work.claimArea());
  }

  /** @param {Notice} notice */
  #dismiss(notice) {
    this._notices = this._notices.filter((shown) => shown !== notice);
  }
}
customElements.define("editor-notes", EditorNotes);

/** @param {Notice} notice */
function actionButton({ action }) {
  return action ? html`<button @click=${action.run}>${action.label}</button>` : "";
}
