import { t } from "../i18n.js";
import { html, nothing } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { formatCell } from "../model/links.js";
import { placeOf } from "../model/places.js";
import { navigate } from "../router.js";
import { session } from "../session.js";
import { nameColour } from "../ui/colour-name.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { isTyping } from "../ui/keys.js";
import { modals } from "../ui/modals.js";
import "../ui/piece-download.js";
import { base, controls, typography } from "../ui/styles.js";
import { commandButton, titleOf } from "./command-button.js";
import "./colours.js";
import { commandNamed, commandsOf } from "./commands.js";
import { copied } from "./copied.js";
import "./cursors.js";
import "./details-form.js";
import { Editor } from "./editor.js";
import "./grid.js";
import { ariaKeys, keymap } from "./keymap.js";
import "./keys-dialog.js";
import "./notes.js";
import "./options.js";
import "./palette.js";
import "./picture-import.js";
import "./questions.js";
import "./selection-bar.js";
import "./steps.js";
import { styles } from "./styles.js";
import "./tool-bar.js";

/** @import { CanvasRole } from "#api" */
/** @import { Point } from "../model/geometry.js" */
/** @import { Canvas } from "./access.js" */
/** @import { PixelGrid } from "./grid.js" */
/** @import { EditorNotes } from "./notes.js" */
/** @import { Palette } from "./palette.js" */
/** @import { Answer } from "./questions.js" */
/** @import { Guide, Surroundings } from "./screen.js" */
/** @import { Feed } from "./work.js" */

/** Milliseconds that the neighbours may lag behind. */
const SURROUND_DELAY = 200;

/**
 * `<tile-editor .canvas=${canvas} .cell=${{x, y}} .surroundings=${(dx, dy) => pixels} .live=${feed}
 * .role=${role}>`: paints the tile in a cell, or a new one; a `guide` over it is what the artist paints by.
 * Fires `saved` with the tile each time it is stored, and `close`.
 */
export class TileEditor extends Element {
  static properties = {
    canvas: { attribute: false },
    cell: { attribute: false },
    surroundings: { attribute: false },
    guide: { attribute: false },
    live: { attribute: false },
    role: { attribute: false },
    _hasOptions: { state: true },
    _pointed: { state: true },
  };
  static styles = [base, typography, controls, styles];

  /** Made when the element is connected, before it is drawn. */
  editor = /** @type {Editor} */ (/** @type {unknown} */ (null));
  #surroundTimer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #life = new AbortController();

  constructor() {
    super();
    this.canvas = /** @type {Canvas} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.cell = { x: 0, y: 0 };
    /** @type {Surroundings} */
    this.surroundings = () => null;
    /** @type {Guide | null} */
    this.guide = null;
    /** @type {Feed | null} */
    this.live = null;
    /**
     * The user's role on the canvas.
     * @type {CanvasRole | null}
     */
    this.role = null;
    this._hasOptions = false;
    /**
     * The pixel under the pointer, or under the keyboard's cursor.
     * @type {Point | null}
     */
    this._pointed = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { account, isModerator } = session;
    const artist = account && { id: account.id, isModerator, role: this.role };
    const editor = new Editor(this.canvas, this.cell, this.live, artist);
    this.editor = editor;
    /**
     * @param {EventTarget | null} source
     * @param {string} type
     * @param {(detail: any) => void} handle
     */
    const listen = (source, type, handle) =>
      source?.addEventListener(type, (event) => handle(/** @type {CustomEvent} */ (event).detail), {
        signal,
      });
    listen(editor, "change", () => this.#redraw());
    listen(keymap, "change", () => this.#redraw());
    listen(editor, "notice", ({ notice, isOnly }) => this.#notes?.show(notice, isOnly));
    listen(editor, "saved", (detail) => this.dispatchEvent(new CustomEvent("saved", { detail })));
    listen(editor, "leave", (path) => this.#leave(path));
    listen(this.live, "change", (event) => this.#redrawSurroundings(event));
    listen(this.live, "resync", () => this.#grid?.surround());
    listen(window, "pagehide", () => editor.drafts.keep());
    listen(window, "popstate", () => this.#handleBack());
    listen(session, "change", () => editor.checkArtist(session.account?.id ?? null));
    history.pushState({ isEditing: true }, "");
    void editor.open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
    this.editor.dispose();
    if (this.hasUpdated) modals.close(this.#dialog);
  }

  get #dialog() {
    return /** @type {HTMLDialogElement} */ (this.renderRoot.querySelector("dialog"));
  }

  async firstUpdated() {
    modals.show(this.#dialog);
    this.editor.grid = this.#grid;
    await this.#grid?.updateComplete;
    this.#grid?.focus();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("canvas") || !this.editor.usePalette(this.canvas.palette)) return;
    /** @type {Palette | null} */
    (this.renderRoot.querySelector("editor-palette"))?.requestUpdate();
  }

  /** @returns {PixelGrid | null} */
  get #grid() {
    return this.renderRoot.querySelector("pixel-grid");
  }

  /** @returns {EditorNotes | null} */
  get #notes() {
    return this.renderRoot.querySelector("editor-notes");
  }

  render() {
    const { editor } = this;
    const { work, palette } = editor;
    const { tile_size: size } = this.canvas;
    return html`<dialog class="editor" aria-labelledby="title"
      aria-busy=${work.status === "loading" ? "true" : "false"} @cancel=${this.#handleCancel}
      @keydown=${this.#handleKey}
        @paste=${this.#handlePaste} @dragover=${allowDrop} @drop=${this.#handleDrop}>
      ${this.#header()}
      <editor-notes class="notes" .editor=${editor}></editor-notes>
      <editor-tools class="tools" .editor=${editor} @click=${this.#goOn}></editor-tools>
      <pixel-grid class="grid" .pen=${editor.pen} .palette=${palette} .surroundings=${this.surroundings}
        .guide=${this.guide} ?readonly=${!work.mayPaint}
        label=${t("editor.grid_label", { size })} @select=${this.#redraw}
        @cursor=${(/** @type {CustomEvent} */ { detail }) => (this._pointed = detail)}></pixel-grid>
      <editor-cursors class="grid" .editor=${editor}></editor-cursors>
      <editor-selection class="selected" .editor=${editor}></editor-selection>
      <aside class=${this._hasOptions ? "panel open" : "panel"}>
        <div class="inks">
          <editor-colours .editor=${editor}></editor-colours>
          <editor-palette .editor=${editor} colour=${editor.settings.colour}
            @click=${this.#goOn}></editor-palette>
        </div>
        <div class="more" id="more"><editor-options .editor=${editor}></editor-options>
          <editor-steps .editor=${editor}></editor-steps>
          <editor-details class="details" .editor=${editor}></editor-details>
        </div>
      </aside>
      <footer>
        <span class="at" aria-live="polite">${this.#pointedText()}</span>
        <span class="state" role="status">${this.#stateText()}</span>
      </footer>
      <editor-questions .question=${editor.question} .work=${work}
        @answer=${(/** @type {CustomEvent<Answer>} */ { detail }) =>
          editor.answer(detail)}></editor-questions>
      <editor-keys ?open=${editor.hasKeys} @close=${() => editor.showKeys(false)}></editor-keys>
      <piece-download .piece=${editor.downloaded} .palette=${palette}
        name=${work.tile?.title || t("canvas.cell", placeOf(this.cell))}
        @close=${() => editor.closeDownload()}></piece-download>
      <picture-import .palette=${palette} size=${size} ?open=${editor.import !== null}
        .file=${editor.import?.file ?? null}
        @close=${() => editor.closeImport()}
        @place=${(/** @type {CustomEvent<Uint8Array>} */ { detail }) =>
          editor.placePicture(detail)}></picture-import>
    </dialog>`;
  }

  #header() {
    const { editor, cell } = this;
    const { work } = editor;
    const title = work.tile?.title;
    const place = placeOf(cell);
    const creator = nameOf(work.tile?.creator);
    return html`<header>
      ${commandButton("close", editor)}
      <div class="name">
        <h2 id="title">${title ? t("editor.title_of", { title, ...place }) : t("editor.title", place)}</h2>
        <p>${this.canvas.name}${creator ? ` · ${t("editor.by", { name: creator })}` : ""}</p>
      </div>
      <div class="group view">${commandsOf("view").map(({ name }) => commandButton(name, editor))}</div>
      <div class="group keys">${commandButton("keys", editor)}</div>
      <div class="group">
        ${commandsOf("history").map(({ name }) => commandButton(name, editor))}
        <button class="quiet icon narrow" aria-expanded=${this._hasOptions ? "true" : "false"}
          aria-controls="more"
          aria-label=${t("editor.options")} @click=${() => (this._hasOptions = !this._hasOptions)}><ui-icon
          name="options"></ui-icon></button>
      </div>
      ${work.mayPaint ? this.#saveButton() : ""}
    </header>`;
  }

  #saveButton() {
    const { isSaving, isUnsaved, waitsForReview } = this.editor.work;
    const command = commandNamed("save");
    // It stays in place and keeps the focus when there is nothing left to save.
    return html`<button class="primary save" aria-disabled=${isSaving || !isUnsaved ? "true" : nothing}
      title=${titleOf(command)}
      aria-keyshortcuts=${ariaKeys(keymap.keysOf(command))} @click=${() => this.editor.run(command)}>
      ${isSaving ? t("editor.saving") : t(waitsForReview ? "editor.save_review" : "editor.save")}</button>`;
  }

  #pointedText() {
    if (!this._pointed) return "";
    const [x, y] = this._pointed;
    const { palette, work } = this.editor;
    const { pixels, size } = work.painting;
    const colour = nameColour(palette, pixels[y * size + x]);
    return t("editor.at_colour", { row: y + 1, column: x + 1, colour });
  }

  #stateText() {
    const { work, drafts } = this.editor;
    if (work.status === "loading") return t("editor.loading");
    if (!work.mayPaint) return t("editor.status_readonly");
    if (work.live && this.live?.status !== "live") return t("editor.status_offline");
    if (work.live && !work.hasUnsavedDetails)
      return t(work.isSettled ? "editor.status_live" : "editor.status_sending");
    if (work.isUnsaved) return t(drafts.hasRoom ? "editor.status_unsaved" : "editor.status_no_room");
    if (!work.tile) return t("editor.status_empty");
    return t(work.tile.pending ? "editor.status_pending" : "editor.status_saved");
  }

  #redraw = () => {
    this.#grid?.drawSoon();
    this.requestUpdate();
  };

  /**
   * Show the neighbours as they are now: on a busy canvas many tiles change, and all nine are drawn.
   * @param {{kind: string}} event
   */
  #redrawSurroundings({ kind }) {
    if (!kind.startsWith("tile.")) return;
    this.#surroundTimer ??= setTimeout(() => {
      this.#surroundTimer = undefined;
      this.#grid?.surround();
    }, SURROUND_DELAY);
  }

  /**
   * Use what was chosen with the pointer at once: the next keys are for the drawing.
   * @param {MouseEvent} event
   */
  #goOn({ detail }) {
    if (detail) this.#grid?.focus();
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const command = keymap.commandOf(event);
    if (!command || (isTyping(event) && command.name !== "save")) return;
    // What was copied elsewhere comes with the browser's own paste.
    if (command.name === "paste" && !copied.isNewest) return;
    event.preventDefault();
    this.editor.run(command);
  }

  /** @param {ClipboardEvent} event */
  #handlePaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    const picture = files.find(({ type }) => type.startsWith("image/"));
    if (picture) this.#importFile(picture);
    else if (!isTyping(event)) this.editor.run(commandNamed("paste"));
  }

  /** @param {DragEvent} event */
  #handleDrop(event) {
    event.preventDefault();
    this.#importFile(event.dataTransfer?.files[0]);
  }

  /** @param {File | undefined} file */
  #importFile(file) {
    if (file && this.editor.mayPaint) this.editor.openImport(file);
  }

  /**
   * Escape leads first out of what is under way.
   * @param {Event} event
   */
  #handleCancel(event) {
    if (event.target !== event.currentTarget) return; // of a dialog within
    event.preventDefault();
    if (!this.editor.escape()) void this.editor.close();
  }

  /** The back button leads out of the editor, not out of the canvas. */
  #handleBack() {
    if (history.state?.isEditing) return;
    history.pushState({ isEditing: true }, ""); // until it is closed: there may be something to ask first
    if (!this.editor.escape()) void this.editor.close();
  }

  /** @param {string | null} path where to go instead of back to the canvas; the way leads back here */
  #leave(path) {
    const here = formatCell(this.cell, { isPainting: true });
    const next = encodeURIComponent(`/canvas/${this.canvas.id}${here}${location.hash}`);
    modals.close(this.#dialog);
    this.dispatchEvent(new Event("close"));
    if (path) void navigate(`${path}?next=${next}`, { replace: true });
    else if (history.state?.isEditing) history.back();
  }
}
customElements.define("tile-editor", TileEditor);

/** @param {DragEvent} event */
function allowDrop(event) {
  event.preventDefault();
}
