import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/dialog.js";
import { Element } from "../ui/element.js";
import "../ui/login-form.js";
import { base, controls, typography } from "../ui/styles.js";
import "./preview.js";
import { visiblePixels } from "../model/tile-pixels.js";
import { merge } from "./strokes.js";
import { Conflict } from "./tile-requests.js";

/** @import { TileView } from "#api" */
/** @import { Work } from "./work.js" */
/** @typedef {"unsaved" | "delete" | "sign_in" | "log_in_again" | Conflict} Question */
/**
 * The object answers a conflict: what to go on with.
 * @typedef {"none" | "discard" | "close" | "delete" | "login" | "register" |
 *   {theirs: TileView, pixels: Uint8Array}} Answer
 */

/**
 * `<editor-questions .question=${question} .work=${work}>`: asks one at a time. Fires `answer` with an Answer
 * as its detail.
 */
export class Questions extends Element {
  static properties = { question: { attribute: false }, work: { attribute: false } };
  static styles = [
    base,
    typography,
    controls,
    css`
    .choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: var(--space-4);
      margin-top: var(--space-4); }
    .choices button { width: 100%; margin-top: var(--space-2); }
    login-form { display: block; margin-top: var(--space-4); }
  `,
  ];

  constructor() {
    super();
    /** @type {Question | null} */
    this.question = null;
    this.work = /** @type {Work} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    const { question, work } = this;
    return html`
      <ui-dialog heading=${t("editor.unsaved_title")} ?open=${question === "unsaved"}
        @close=${this.#answerWith("none")}>
        <p>${t("editor.unsaved_text")}</p>
        <button slot="actions" @click=${this.#answerWith("discard")}>${t("editor.unsaved_discard")}</button>
        ${
          work.live
            ? ""
            : html`<button slot="actions"
              @click=${this.#answerWith("close")}>${t("editor.unsaved_draft")}</button>`
        }
        <button slot="actions" class="primary"
          @click=${this.#answerWith("none")}>${t("editor.unsaved_keep")}</button>
      </ui-dialog>
      <ui-dialog heading=${t("editor.delete_title")} ?open=${question === "delete"}
        @close=${this.#answerWith("none")}>
        <p>${t("editor.delete_text")}</p>
        <button slot="actions" @click=${this.#answerWith("none")}>${t("common.cancel")}</button>
        <button slot="actions" class="danger"
          @click=${this.#answerWith("delete")}>${t("editor.delete")}</button>
      </ui-dialog>
      <ui-dialog heading=${t("editor.sign_in_title")} ?open=${question === "sign_in"}
        @close=${this.#answerWith("none")}>
        <p>${t("editor.sign_in_text")}</p>
        <button slot="actions" @click=${this.#answerWith("login")}>${t("common.login")}</button>
        <button slot="actions" class="primary"
          @click=${this.#answerWith("register")}>${t("common.register")}</button>
      </ui-dialog>
      <ui-dialog heading=${t("common.login")} ?open=${question === "log_in_again"}
        @close=${this.#answerWith("none")}>
        <p>${t("editor.log_in_again_text")}</p>
        ${
          question === "log_in_again"
            ? html`<login-form @entered=${this.#answerWith("none")}></login-form>`
            : ""
        }
      </ui-dialog>
      <ui-dialog heading=${t("editor.conflict_title")} wide ?open=${question instanceof Conflict}
        @close=${this.#answerWith("none")}>
        <p>${t("editor.conflict_text")}</p>
        <div class="choices">${question instanceof Conflict ? this.#choices(question) : ""}</div>
      </ui-dialog>`;
  }

  /** @param {Conflict} conflict */
  #choices({ theirs }) {
    const { painting, base, canvas } = this.work;
    const [mine, other] = [painting.pixels, visiblePixels(theirs)];
    const choices = /** @type {[string, string, Uint8Array][]} */ ([
      ["mine", "keep_mine", mine],
      ["theirs", "take_theirs", other],
      ["merged", "merge", merge(base, mine, other)],
    ]);
    return choices.map(
      ([name, action, pixels]) => html`<div>
      <tile-preview .pixels=${pixels} .palette=${canvas.palette}
        label=${t(`editor.conflict_${name}`)}></tile-preview>
      <button class=${name === "merged" ? "primary" : ""}
        @click=${this.#answerWith({ theirs, pixels })}>${t(`editor.conflict_${action}`)}</button>
    </div>`,
    );
  }

  /** @param {Answer} answer */
  #answerWith(answer) {
    return () => this.dispatchEvent(new CustomEvent("answer", { detail: answer }));
  }
}
customElements.define("editor-questions", Questions);
