import { api } from "../api.js";
import { dateTime, has, t } from "../i18n.js";
import { html, nothing } from "../lit.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/field.js";
import "../ui/icon.js";
import { base, controls, typography } from "../ui/styles.js";
import { flippedHorizontally, flippedVertically, rotated } from "./clipboard.js";
import { Drafts } from "./draft.js";
import "./grid.js";
import "./options.js";
import { nameColour } from "../ui/colour-name.js";
import { colourOfKey } from "./palette.js";
import { Pen } from "./pen.js";
import "./picture-import.js";
import { fromBase64, isSame, toBase64 } from "../model/tile-pixels.js";
import "./questions.js";
import { commandOf } from "./shortcuts.js";
import { styles } from "./styles.js";
import "./tool-bar.js";
import { MAX_BRUSH } from "./tools.js";
import { Conflict, Work } from "./work.js";

/** @import { Change, Piece } from "./clipboard.js" */
/** @import { Canvas } from "./access.js" */
/** @import { Action } from "./options.js" */
/** @import { PixelGrid } from "./grid.js" */
/** @import { Answer } from "./questions.js" */
/** @import { Point } from "./tools.js" */
/** @import { Details, Feed } from "./work.js" */
/** @typedef {{text: string, action?: {label: string, run: () => void}}} Notice */

/** Milliseconds from the last stroke to the draft. */
const DRAFT_DELAY = 600;

/** Milliseconds that the neighbours may lag behind. */
const SURROUND_DELAY = 200;

/** What was copied last: it can be pasted into another tile. @type {Piece | null} */
let clipboard = null;

/**
 * `<tile-editor .canvas=${canvas} .cell=${{x, y}} .surroundings=${(dx, dy) => pixels} .live=${feed}>`: paints the tile in
 * a cell, or a new one. Fires `saved` with the tile each time it is stored, and `close`.
 */
export class TileEditor extends Element {
  static properties = {
    canvas: { attribute: false },
    cell: { attribute: false },
    surroundings: { attribute: false },
    live: { attribute: false },
    _notices: { state: true },
    _question: { state: true },
    _error: { state: true },
    _hasOptions: { state: true },
    _at: { state: true },
    _details: { state: true },
    _import: { state: true },
    _settings: { state: true },
  };
  static styles = [base, typography, controls, styles];

  #drafts = new Drafts(localStorage, null);
  #draftTimer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #surroundTimer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  #hasRoom = true;
  #life = new AbortController();
  // Made when the element is connected, before it is drawn.
  work = /** @type {Work} */ (/** @type {unknown} */ (null));
  pen = /** @type {Pen} */ (/** @type {unknown} */ (null));

  constructor() {
    super();
    this.canvas = /** @type {Canvas} */ (/** @type {unknown} */ (null)); // given before it is drawn
    this.cell = { x: 0, y: 0 };
    /** @type {import("./screen.js").Surroundings} */
    this.surroundings = () => null;
    /** @type {Feed | null} */
    this.live = null;
    /** @type {Notice[]} */
    this._notices = [];
    /** @type {import("./questions.js").Question | null} */
    this._question = null;
    /** @type {unknown} */
    this._error = null;
    this._hasOptions = false;
    /** @type {Point | null} */
    this._at = null;
    /** @type {Details} */
    this._details = { title: "", description: "", isPublic: true };
    /** @type {{file: Blob | null} | null} */
    this._import = null;
    /** @type {import("./pen.js").Settings} */
    this._settings = { tool: "pencil", colour: 1, brush: 1, filled: false, symmetry: "none" };
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    addEventListener("pagehide", () => this.#keepDraft(), { signal: this.#life.signal });
    void this.#open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
    this.#keepDraft();
    this.work.close();
  }

  async #open() {
    const { account } = session;
    const artist = account && { id: account.id, isModerator: session.isModerator };
    this.#drafts = new Drafts(localStorage, account?.id ?? null);
    const work = (this.work = new Work({
      api,
      feed: this.live,
      canvas: this.canvas,
      cell: this.cell,
      artist,
    }));
    const listen = { signal: this.#life.signal };
    work.addEventListener("change", () => this.#follow(), listen);
    work.addEventListener(
      "saved",
      (event) => this.#tellSaved(/** @type {CustomEvent} */ (event).detail),
      listen,
    );
    work.addEventListener("notice", (event) => this.#tell(/** @type {CustomEvent} */ (event).detail), listen);
    this.live?.addEventListener(
      "change",
      (event) => this.#surround(/** @type {CustomEvent} */ (event).detail),
      listen,
    );
    this.live?.addEventListener("resync", () => this.#grid?.surround(), listen);
    this.pen = new Pen(work.painting, this._settings, {
      painted: (changes) => this.#painted(changes),
      picked: (colour) => this.#set({ colour, ...(this._settings.tool === "picker" && { tool: "pencil" }) }),
    });
    await work.open();
    this._details = work.details;
    this.#restoreDraft();
    this.requestUpdate();
  }

  /** @returns {PixelGrid | null} */
  get #grid() {
    return this.renderRoot.querySelector("pixel-grid");
  }

  get #hasUnsavedPixels() {
    return !this.work.live && !isSame(this.work.painting.pixels, this.work.base);
  }

  get #hasUnsavedDetails() {
    return JSON.stringify(this._details) !== JSON.stringify(this.work.details);
  }

  /** Whether closing now would lose something, the draft apart. */
  get #isUnsaved() {
    return this.work.mayPaint && (this.#hasUnsavedPixels || this.#hasUnsavedDetails);
  }

  render() {
    const { work } = this;
    const { tile_size: size, palette } = this.canvas;
    return html`<dialog class="editor" aria-labelledby="title" aria-busy=${work.status === "loading" ? "true" : "false"} @cancel=${this.#cancelled} @keydown=${this.#keyPressed}
        @paste=${this.#pasted} @dragover=${allowDrop} @drop=${this.#dropped}>
      ${this.#header()}
      <div class="notes">${this.#notes()}</div>
      <editor-tools class="tools" tool=${this._settings.tool} ?disabled=${!work.mayPaint}
        @pick=${(/** @type {CustomEvent} */ { detail }) => this.#set({ tool: detail })}></editor-tools>
      <pixel-grid class="grid" .pen=${this.pen} .palette=${palette} .surroundings=${this.surroundings} ?readonly=${!work.mayPaint}
        label=${t("editor.grid_label", { size })} @cursor=${(/** @type {CustomEvent} */ { detail }) => (this._at = detail)}></pixel-grid>
      <aside class=${this._hasOptions ? "panel open" : "panel"}>
        <editor-palette .palette=${palette} colour=${this._settings.colour}
          @pick=${(/** @type {CustomEvent} */ { detail }) => this.#pickColour(detail)}></editor-palette>
        <p class="colour">${nameColour(palette, this._settings.colour)}</p>
        <div class="more" id="more">
          <editor-options .settings=${this._settings} ?canPaste=${clipboard !== null} ?disabled=${!work.mayPaint}
            @set=${(/** @type {CustomEvent} */ { detail }) => this.#set(detail)}
            @action=${(/** @type {CustomEvent} */ { detail }) => this.#act(detail)}></editor-options>
          ${this.#detailsForm()}
        </div>
      </aside>
      <footer>
        <span class="at" aria-live="polite">${this.#placeText()}</span>
        <span class="state" role="status">${this.#stateText()}</span>
      </footer>
      <editor-questions .question=${this._question} .work=${work}
        @answer=${(/** @type {CustomEvent<Answer>} */ { detail }) => this.#heed(detail)}></editor-questions>
      <picture-import .palette=${palette} size=${size} ?open=${this._import !== null} .file=${this._import?.file ?? null}
        @close=${() => (this._import = null)} @place=${this.#place}></picture-import>
    </dialog>`;
  }

  #header() {
    const { work, pen } = this;
    const title = work.tile?.title;
    return html`<header>
      ${this.#button("close", "close", () => void this.#askToClose())}
      <div class="name">
        <h2 id="title">${title ? t("editor.title_of", { title, ...this.cell }) : t("editor.title", this.cell)}</h2>
        <p>${this.canvas.name}${work.tile ? ` · ${t("editor.by", { name: work.tile.creator.display_name })}` : ""}</p>
      </div>
      <div class="group view">
        ${this.#button("zoom_out", "zoom_out", () => this.#grid?.zoom(1 / 1.5), "-")}
        ${this.#button("fit", "fit", () => this.#grid?.fit(), "F")}
        ${this.#button("zoom_in", "zoom_in", () => this.#grid?.zoom(1.5), "+")}
        <button class="quiet icon" aria-pressed=${this.#grid?.hasGrid === false ? "false" : "true"} aria-label=${t("editor.grid")}
          title=${t("editor.grid")} @click=${this.#toggleGrid}><ui-icon name="grid"></ui-icon></button>
      </div>
      <div class="group">
        ${this.#button("undo", "undo", () => this.#run("undo"), "Ctrl+Z", !work.mayPaint || !(pen.painting.canUndo || pen.floating))}
        ${this.#button("redo", "redo", () => this.#run("redo"), "Ctrl+Y", !work.mayPaint || !pen.painting.canRedo)}
        <button class="quiet icon narrow" aria-expanded=${this._hasOptions ? "true" : "false"} aria-controls="more"
          aria-label=${t("editor.options")} @click=${() => (this._hasOptions = !this._hasOptions)}><ui-icon name="options"></ui-icon></button>
      </div>
      ${work.mayPaint && !(work.live && !this.#hasUnsavedDetails) ? this.#saveButton() : ""}
    </header>`;
  }

  #saveButton() {
    const { isSaving, waitsForReview } = this.work;
    return html`<button class="primary save" ?disabled=${isSaving || !this.#isUnsaved} @click=${() => this.#save()}
      title=${t("editor.with_key", { name: t("editor.save"), key: "Ctrl+S" })} aria-keyshortcuts="Control+S">
      ${isSaving ? t("editor.saving") : t(waitsForReview ? "editor.save_review" : "editor.save")}</button>`;
  }

  /**
   * @param {string} name  of its message
   * @param {import("../ui/icons.js").IconName} icon
   * @param {() => void} run
   * @param {string} [key]
   * @param {boolean} [isDisabled]  it keeps the focus, and with it the keys, when its last use disables it
   */
  #button(name, icon, run, key = "", isDisabled = false) {
    const label = t(`editor.${name}`);
    return html`<button class="quiet icon" aria-label=${label} title=${key ? t("editor.with_key", { name: label, key }) : label}
      aria-keyshortcuts=${key.replace("Ctrl", "Control") || nothing} aria-disabled=${isDisabled ? "true" : nothing} @click=${run}><ui-icon name=${icon}></ui-icon></button>`;
  }

  /** What the artist should know before going on. */
  #notes() {
    const { work } = this;
    const standing = this.#standingNotice();
    return html`
      ${work.status === "failed" ? html`<ui-error .error=${work.error} retryable @retry=${() => work.load()}></ui-error>` : ""}
      <ui-error .error=${this._error}></ui-error>
      <div role="status">
        ${standing ? html`<p class="note standing"><ui-icon name="lock"></ui-icon><span>${standing.text}</span>${actionOf(standing)}</p>` : ""}
        ${this._notices.map(
          (notice) => html`<p class="note"><span>${notice.text}</span>${actionOf(notice)}
          <button class="quiet icon" aria-label=${t("editor.dismiss")} @click=${() => this.#dismiss(notice)}><ui-icon name="close"></ui-icon></button></p>`,
        )}
      </div>`;
  }

  /** Why the tile cannot be painted at present. @returns {Notice | null} */
  #standingNotice() {
    const { work } = this;
    if (work.obstacle) {
      const name = work.tile?.creator.display_name ?? "";
      const text = t(`editor.obstacle_${work.obstacle}`, {
        name: work.areaHolder?.display_name ?? name,
        count: this.canvas.max_tiles_per_user,
      });
      if (work.obstacle === "signed_out")
        return { text, action: { label: t("common.login"), run: () => this.#leaveFor("/login") } };
      if (work.obstacle === "outside_area")
        return {
          text,
          action: { label: t("editor.claim_area"), run: () => void this.#try(() => work.claimArea()) },
        };
      return { text };
    }
    if (work.lock?.foreign) {
      const { holder, expires_at: expires } = work.lock.foreign;
      const time = expires ? dateTime(expires, { timeStyle: "short" }) : "";
      return { text: t("editor.locked", { name: holder?.display_name ?? "", time }) };
    }
    if (!work.lock?.isLost) return null;
    return {
      text: t("editor.lost_lock"),
      action: { label: t("editor.relock"), run: () => void this.#try(() => work.relock()) },
    };
  }

  #placeText() {
    if (!this._at) return "";
    const [x, y] = this._at;
    const { pixels, size } = this.work.painting;
    const values = {
      row: y + 1,
      column: x + 1,
      colour: nameColour(this.canvas.palette, pixels[y * size + x]),
    };
    return t("editor.at_colour", values);
  }

  #stateText() {
    const { work } = this;
    if (work.status === "loading") return t("editor.loading");
    if (!work.mayPaint) return t("editor.status_readonly");
    if (work.live && this.live?.status !== "live") return t("editor.status_offline");
    if (work.live && !this.#hasUnsavedDetails)
      return t(work.isSettled ? "editor.status_live" : "editor.status_sending");
    if (this.#isUnsaved) return t(this.#hasRoom ? "editor.status_unsaved" : "editor.status_no_room");
    if (!work.tile) return t("editor.status_empty");
    return t(work.tile.pending ? "editor.status_pending" : "editor.status_saved");
  }

  #detailsForm() {
    const { work } = this;
    const { title, description, isPublic } = this._details;
    return html`<form class="details" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <h3>${t("editor.details")}</h3>
      ${
        work.mayDescribe
          ? html`<ui-field label=${t("editor.tile_title")} name="title" maxlength="100" .value=${title} @input=${this.#described}></ui-field>
          <ui-field label=${t("editor.tile_description")} name="description" maxlength="1000" multiline .value=${description} @input=${this.#described}></ui-field>
          <label class="check"><input type="checkbox" name="isPublic" .checked=${isPublic} @change=${this.#described}> ${t("editor.is_public")}</label>`
          : html`<p>${title || t("editor.title", this.cell)}</p><p class="soft">${description}</p>`
      }
      ${!work.tile && Number.isFinite(work.remainingTiles) ? html`<p class="soft">${t("editor.tiles_left", { count: work.remainingTiles })}</p>` : ""}
      ${
        work.mayDelete
          ? html`<button type="button" class="quiet delete" @click=${() => (this._question = "delete")}><ui-icon name="trash"></ui-icon>${t("editor.delete")}</button>`
          : ""
      }
    </form>`;
  }

  async firstUpdated() {
    /** @type {HTMLDialogElement} */ (this.renderRoot.querySelector("dialog")).showModal();
    await this.#grid?.updateComplete;
    this.#grid?.focus();
  }

  /** The work changed: others painted, the lock came or went, something was saved. */
  #follow() {
    this.#grid?.drawSoon();
    this.requestUpdate();
  }

  /** @param {Change[]} changes */
  #painted(changes) {
    this._error = null;
    this.work.paint(changes);
    this.#planDraft();
    this.#grid?.drawSoon();
    this.requestUpdate();
  }

  /** A tile changed, perhaps a neighbour: on a busy canvas many do, and all nine are drawn. @param {{kind: string}} event */
  #surround({ kind }) {
    if (!kind.startsWith("tile.")) return;
    this.#surroundTimer ??= setTimeout(() => {
      this.#surroundTimer = undefined;
      this.#grid?.surround();
    }, SURROUND_DELAY);
  }

  /** @param {Partial<import("./pen.js").Settings>} settings */
  #set(settings) {
    if ("tool" in settings) this.pen.deselect();
    this._settings = { ...this._settings, ...settings };
    this.pen.settings = this._settings;
    this.#grid?.requestUpdate();
  }

  /** @param {number} colour */
  #pickColour(colour) {
    const { tool } = this._settings;
    this.#set({ colour, ...((tool === "eraser" || tool === "picker") && { tool: "pencil" }) });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const isTyping = event
      .composedPath()
      .some((node) => node instanceof HTMLElement && node.matches("input, textarea, select, ui-dialog"));
    const command = commandOf(event);
    if (!command || (isTyping && command !== "save") || (command === "paste" && !clipboard)) return;
    event.preventDefault();
    this.#run(command);
  }

  /** @param {string} command  as `commandOf` names it */
  #run(command) {
    const [name, value] = command.split(":");
    const grid = this.#grid;
    if (name === "tool") this.#set({ tool: value });
    else if (name === "digit")
      this.#pickColour(colourOfKey(this.canvas.palette, value) ?? this._settings.colour);
    else if (name === "smaller") this.#set({ brush: Math.max(1, this._settings.brush - 1) });
    else if (name === "larger") this.#set({ brush: Math.min(MAX_BRUSH, this._settings.brush + 1) });
    else if (name === "zoom_in") grid?.zoom(1.5);
    else if (name === "zoom_out") grid?.zoom(1 / 1.5);
    else if (name === "fit") grid?.fit();
    else if (name === "save") void this.#save();
    else if (name === "copy") this.#act("copy");
    else if (this.work.mayPaint) {
      if (name === "undo") this.pen.undo();
      else if (name === "redo") this.pen.redo();
      else this.#act(/** @type {Action} */ (name));
    }
    grid?.drawSoon();
  }

  /** @param {Action} action */
  #act(action) {
    const { pen } = this;
    if (action === "copy" || action === "cut") clipboard = pen.copy();
    if (action === "copy") this.#note({ text: t("editor.copied") });
    else if (action === "cut" || action === "erase") pen.erase();
    else if (action === "paste") this.#paste();
    else if (action === "import") this._import = { file: null };
    else
      pen.turn(
        { flip_horizontal: flippedHorizontally, flip_vertical: flippedVertically, rotate: rotated }[action],
      );
    this.#planDraft();
    this.#grid?.drawSoon();
    this.requestUpdate();
  }

  #paste() {
    if (!clipboard) return;
    this.#set({ tool: "select" });
    this.pen.paste(clipboard);
    this.#grid?.focus();
  }

  /** @param {ClipboardEvent} event */
  #pasted(event) {
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (file && this.work.mayPaint) this._import = { file };
  }

  /** @param {DragEvent} event */
  #dropped(event) {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file && this.work.mayPaint) this._import = { file };
  }

  /** @param {CustomEvent<Uint8Array>} event */
  #place({ detail: pixels }) {
    const { tile_size: size } = this.canvas;
    this._import = null;
    this.#set({ tool: "select" });
    this.pen.paste({ width: size, height: size, pixels });
    this.#planDraft();
    this.#grid?.focus();
  }

  #toggleGrid() {
    const grid = this.#grid;
    if (grid) grid.hasGrid = !grid.hasGrid;
    this.requestUpdate();
  }

  #described() {
    /** @param {string} name */
    const field = (name) =>
      /** @type {HTMLInputElement} */ (this.renderRoot.querySelector(`.details [name=${name}]`));
    this._details = {
      title: field("title").value,
      description: field("description").value,
      isPublic: field("isPublic").checked,
    };
    this.#planDraft();
  }

  async #save() {
    if (this.work.isSaving || !this.#isUnsaved) return;
    if (!this.work.artist) {
      this.#keepDraft();
      this._question = "sign_in";
      return;
    }
    this.pen.deselect();
    await this.#try(() =>
      this.work.save({
        ...this._details,
        title: this._details.title.trim(),
        description: this._details.description.trim(),
      }),
    );
  }

  /** Do something that the server may refuse, and say so. @param {() => Promise<void>} action */
  async #try(action) {
    this._error = null;
    try {
      await action();
    } catch (error) {
      if (error instanceof Conflict) this._question = error;
      else this._error = error;
    }
  }

  /** @param {Answer} answer */
  #heed(answer) {
    this._question = null;
    if (answer === "discard") this.#discard();
    else if (answer === "close") this.#close();
    else if (answer === "delete") void this.#delete();
    else if (answer === "login" || answer === "register") this.#leaveFor(`/${answer}`);
    else if (answer !== "none") void this.#resolve(answer);
  }

  /** @param {Exclude<Answer, string>} resolution */
  async #resolve({ theirs, pixels }) {
    this.work.accept(theirs, pixels);
    this._details = this.work.details;
    this.#planDraft();
    await this.#try(() => this.work.relock());
    await this.#save();
  }

  /** @param {import("#api").TileView} tile */
  #tellSaved(tile) {
    this._details = this.work.details;
    if (this.#hasUnsavedPixels) this.#planDraft();
    else this.#dropDraft();
    const isFirst = tile.version === 1 && !tile.pending;
    this._notices = [];
    this.#note({
      text: t(tile.pending ? "editor.saved_review" : isFirst ? "editor.saved_first" : "editor.saved"),
    });
    this.dispatchEvent(new CustomEvent("saved", { detail: tile }));
  }

  /** @param {{code: string, name?: string}} notice */
  #tell({ code, name = "" }) {
    const key = code.startsWith("refused_") && !has(`editor.notice_${code}`) ? "refused" : code;
    this.#note({ text: t(`editor.notice_${key}`, { name }) });
  }

  /** @param {Notice} notice */
  #note(notice) {
    this._notices = [...this._notices.filter(({ text }) => text !== notice.text), notice].slice(-3);
    if (!notice.action) setTimeout(() => this.#dismiss(notice), 8000);
  }

  /** @param {Notice} notice */
  #dismiss(notice) {
    this._notices = this._notices.filter((shown) => shown !== notice);
  }

  #restoreDraft() {
    const { work } = this;
    const draft = this.#drafts.load(this.canvas.id, this.cell);
    if (!draft || work.status !== "ready") return;
    const pixels = fromBase64(draft.pixels);
    if (pixels.length !== work.base.length || Math.max(...pixels) > this.canvas.palette.length)
      return this.#dropDraft();
    const { title, description, isPublic } = draft;
    this._details = { title, description, isPublic };
    if (isSame(pixels, work.base) && !this.#hasUnsavedDetails) return this.#dropDraft();
    const action = { label: t("editor.draft_discard"), run: () => this.#revertToSaved() };
    const time = dateTime(new Date(draft.savedAt), { dateStyle: "short", timeStyle: "short" });
    if (work.mayPaint && !work.live) {
      work.resume(draft.version, fromBase64(draft.base), pixels);
      this.#note({ text: t("editor.draft_restored", { time }), action });
    } else {
      // Live, it would paint over what others have painted since.
      this._details = work.details;
      clipboard = { width: this.canvas.tile_size, height: this.canvas.tile_size, pixels };
      this.#note({ text: t("editor.draft_copied", { time }), action });
    }
  }

  #revertToSaved() {
    this._notices = [];
    this.#dropDraft();
    this.work.revert();
    this._details = this.work.details;
  }

  #planDraft() {
    clearTimeout(this.#draftTimer);
    this.#draftTimer = setTimeout(() => this.#keepDraft(), DRAFT_DELAY);
  }

  #keepDraft() {
    clearTimeout(this.#draftTimer);
    const { work } = this;
    if (work.status !== "ready" || work.live || !work.mayPaint) return;
    if (!this.#isUnsaved) return this.#dropDraft();
    this.#hasRoom = this.#drafts.save(this.canvas.id, this.cell, {
      pixels: toBase64(work.painting.pixels),
      base: toBase64(work.base),
      version: work.tile?.version ?? null,
      ...this._details,
      savedAt: Date.now(),
    });
    this.requestUpdate();
  }

  #dropDraft() {
    clearTimeout(this.#draftTimer);
    this.#drafts.discard(this.canvas.id, this.cell);
  }

  async #delete() {
    await this.#try(async () => {
      await this.work.delete();
      this.#close();
    });
  }

  /** Escape: first out of what is under way. @param {Event} event */
  #cancelled(event) {
    if (event.target !== event.currentTarget) return; // of a dialog within
    event.preventDefault();
    void this.#askToClose();
  }

  async #askToClose() {
    this.pen.settle();
    if (this.#isUnsaved || !(await this.work.settle())) this._question = "unsaved";
    else this.#close();
  }

  #discard() {
    this.work.revert();
    this._details = this.work.details;
    this.#dropDraft();
    this.#close();
  }

  #close() {
    /** @type {HTMLDialogElement} */ (this.renderRoot.querySelector("dialog")).close();
    this.dispatchEvent(new Event("close"));
  }

  /** @param {string} path  where an account is had; the way leads back here */
  #leaveFor(path) {
    const next = encodeURIComponent(location.pathname + location.hash);
    this.#close();
    void import("../router.js").then(({ navigate }) => navigate(`${path}?next=${next}`));
  }
}
customElements.define("tile-editor", TileEditor);

/** @param {Notice} notice */
function actionOf({ action }) {
  return action ? html`<button @click=${action.run}>${action.label}</button>` : "";
}

/** @param {DragEvent} event */
function allowDrop(event) {
  event.preventDefault();
}
