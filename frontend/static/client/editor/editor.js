/**
 * The editor of a tile without its screen: the work on the tile, the tool in hand, and what its commands do.
 *
 * Fires `change` when something of it is to be drawn again, `notice` with a Notice, `saved` with the tile,
 * and `leave` with the path to go to, or null.
 */

import { api } from "../api.js";
import { dateTime, has, t } from "../i18n.js";
import { store } from "../store.js";
import { describeAuthor } from "./author.js";
import { copied } from "./copied.js";
import { Drafts } from "./draft.js";
import { DraftKeeper } from "./draft-keeper.js";
import { Hand } from "./hand.js";
import { Conflict } from "./tile-requests.js";
import { Work } from "./work.js";

/** @import { TileView } from "#api" */
/** @import { Point } from "../model/geometry.js" */
/** @import { Change, Piece } from "../model/pieces.js" */
/** @import { Canvas, Situation } from "./access.js" */
/** @import { Command } from "./commands.js" */
/** @import { Answer, Question } from "./questions.js" */
/** @import { Feed } from "./work.js" */
/** @typedef {{text: string, action?: {label: string, run: () => void}}} Notice */

export class Editor extends Hand {
  /** @type {Question | null} */
  question = null;
  /**
   * Why the last action failed.
   * @type {unknown}
   */
  error = null;
  /**
   * The import of a picture, while it is open; its file where one was pasted or dropped.
   * @type {{file: Blob | null} | null}
   */
  import = null;
  /** Whether the list of keys is open. */
  hasKeys = false;
  #isAway = false;

  /**
   * @param {Canvas} canvas
   * @param {{x: number, y: number}} cell
   * @param {Feed | null} feed
   * @param {Situation["artist"]} artist
   */
  constructor(canvas, cell, feed, artist) {
    const work = new Work({ api, feed, canvas, cell, artist });
    super(work.painting);
    this.canvas = canvas;
    this.palette = canvas.palette;
    this.cell = cell;
    this.feed = feed;
    this.work = work;
    this.drafts = new DraftKeeper(new Drafts(store, artist?.id ?? null), this.work, () => this.redraw());
    this.work.addEventListener("change", () => this.redraw());
    this.work.addEventListener("saved", (event) =>
      this.#handleSaved(/** @type {CustomEvent} */ (event).detail),
    );
    this.work.addEventListener("notice", (event) => this.#explain(/** @type {CustomEvent} */ (event).detail));
  }

  get mayPaint() {
    return this.work.mayPaint;
  }

  get canPaste() {
    return copied.last !== null;
  }

  /** Look at the cell, and go on with the draft of it. */
  async open() {
    await this.work.open();
    this.#restoreDraft();
    this.redraw();
  }

  /**
   * Tell the artist of a session that has ended, or become another artist's, and go on when they are back.
   * @param {number | null} accountId of the account that is signed in now
   */
  checkArtist(accountId) {
    const { artist } = this.work;
    const isAway = artist !== null && artist.id !== accountId;
    const login = { label: t("common.login"), run: () => this.ask("log_in_again") };
    if (isAway) this.drafts.keep();
    if (isAway || this.#isAway)
      this.#notify(isAway ? { text: t("editor.notice_signed_out"), action: login } : null, true);
    if (this.#isAway && !isAway) void this.attempt(() => this.work.relock());
    this.#isAway = isAway;
  }

  /** Keep a draft, and give the lock back. */
  dispose() {
    this.drafts.keep();
    this.work.close();
  }

  /**
   * Run a command of the table, where it is enabled.
   * @param {Command} command
   */
  run(command) {
    if (command.isEnabled(this)) {
      command.run(this);
      if (command.group === "edit" || command.group === "scale") this.drafts.plan();
    }
    this.redraw();
  }

  /**
   * Offer the colours that the canvas has now: its owner may add some at any time.
   * @param {string[]} palette
   * @returns {boolean} whether they are others
   */
  usePalette(palette) {
    if (String(palette) === String(this.palette)) return false;
    this.palette = palette;
    const { colour, second } = this.settings;
    if (Math.max(colour, second) > palette.length)
      this.set({ colour: Math.min(colour, palette.length), second: Math.min(second, palette.length) });
    return true;
  }

  copy() {
    copied.put(this.pen.copy());
    this.#notify({ text: t("editor.copied") });
  }

  paste() {
    if (copied.last) this.#float(copied.last.piece, copied.last.at);
  }

  /**
   * Open the import of a picture.
   * @param {Blob | null} [file]
   */
  openImport(file = null) {
    this.import = { file };
    this.redraw();
  }

  closeImport() {
    this.import = null;
    this.redraw();
  }

  /** @param {boolean} isOpen */
  showKeys(isOpen) {
    this.hasKeys = isOpen;
    this.redraw();
  }

  /**
   * Let an imported picture float over the tile.
   * @param {Uint8Array} pixels
   */
  placePicture(pixels) {
    const { tile_size: size } = this.canvas;
    this.import = null;
    this.#float({ width: size, height: size, pixels }, [0, 0]);
    this.drafts.plan();
  }

  /**
   * Take title, description and visibility as they are edited.
   * @param {Work["edited"]} details
   */
  describe(details) {
    this.work.edited = details;
    this.drafts.plan();
    this.redraw();
  }

  async save() {
    const { work } = this;
    if (work.isSaving || !work.isUnsaved) return;
    if (!work.artist) {
      this.drafts.keep();
      return this.ask("sign_in");
    }
    this.pen.deselect();
    await this.attempt(() => work.save());
  }

  /** Close, or ask first where something would be lost. */
  async close() {
    this.pen.settle();
    if (this.work.isUnsaved || !(await this.work.settle())) this.ask("unsaved");
    else this.leave();
  }

  /** @param {Question | null} question */
  ask(question) {
    this.question = question;
    this.redraw();
  }

  /** @param {Answer} answer */
  answer(answer) {
    this.ask(null);
    if (typeof answer !== "string") return void this.#resolve(answer);
    switch (answer) {
      case "discard":
        return this.#discard();
      case "close":
        return this.leave();
      case "delete":
        return void this.attempt(() => this.work.delete().then(() => this.leave()));
      case "login":
      case "register":
        return this.leave(`/${answer}`);
    }
  }

  /**
   * Do something that the server may refuse, and keep why.
   * @param {() => Promise<void>} action
   */
  async attempt(action) {
    this.error = null;
    try {
      await action();
    } catch (error) {
      if (error instanceof Conflict) this.question = error;
      else this.error = error;
    }
    this.redraw();
  }

  /** @param {string | null} [path] where to go instead of back to the canvas */
  leave(path = null) {
    this.dispatchEvent(new CustomEvent("leave", { detail: path }));
  }

  /** @param {Change[]} changes */
  handlePainted(changes) {
    this.error = null;
    this.work.live?.paint(changes);
    this.drafts.plan();
    this.redraw();
  }

  /** @param {TileView} tile */
  #handleSaved(tile) {
    if (this.work.hasUnsavedPixels) this.drafts.plan();
    else this.drafts.drop();
    const isFirst = tile.version === 1 && !tile.pending;
    const key = tile.pending ? "editor.saved_review" : isFirst ? "editor.saved_first" : "editor.saved";
    this.#notify({ text: t(key) }, true);
    this.dispatchEvent(new CustomEvent("saved", { detail: tile }));
  }

  /** @param {Point} point */
  async handleAsked(point) {
    await this.attempt(async () => {
      const text = await describeAuthor(this.canvas, this.cell, point);
      if (text) this.#notify({ text }, true);
    });
  }

  /**
   * Show a notice of the work.
   * @param {{code: string, name?: string}} notice
   */
  #explain({ code, name = "" }) {
    const key = code.startsWith("refused_") && !has(`editor.notice_${code}`) ? "refused" : code;
    this.#notify({ text: t(`editor.notice_${key}`, { name }) });
  }

  /**
   * @param {Notice | null} notice
   * @param {boolean} [isOnly] in place of those that are shown
   */
  #notify(notice, isOnly = false) {
    this.dispatchEvent(new CustomEvent("notice", { detail: { notice, isOnly } }));
  }

  /**
   * Let a piece float over the tile, to be placed.
   * @param {Piece} piece
   * @param {Point} at where its top left corner is
   */
  #float(piece, at) {
    this.set({ tool: "select" });
    this.pen.paste(piece, at);
    // In the next frame: a dialog that closes now gives the focus back to the button that opened it.
    requestAnimationFrame(() => this.grid?.focus());
  }

  /** Leave what is under way on the drawing area; return whether something was. */
  escape() {
    const { pen } = this;
    if (!pen.isDown && !pen.selection) return false;
    if (pen.isDown) pen.cancel();
    else pen.deselect();
    this.redraw();
    return true;
  }

  /**
   * Save what was chosen in a conflict.
   * @param {Exclude<Answer, string>} resolution
   */
  async #resolve({ theirs, pixels }) {
    this.work.accept(theirs, pixels);
    this.drafts.plan();
    await this.attempt(() => this.work.relock());
    await this.save();
  }

  #restoreDraft() {
    const draft = this.drafts.restore();
    if (!draft) return;
    const { tile_size: size } = this.canvas;
    // Where others paint too, it would paint over what they have painted since.
    const piece = { width: size, height: size, pixels: draft.pixels };
    if (!draft.isResumed) copied.put({ piece, at: [0, 0] });
    const time = dateTime(new Date(draft.savedAt), { dateStyle: "short", timeStyle: "short" });
    this.#notify({
      text: t(draft.isResumed ? "editor.draft_restored" : "editor.draft_copied", { time }),
      action: { label: t("editor.draft_discard"), run: () => this.#revert() },
    });
  }

  /** Go back to what is saved. */
  #revert() {
    this.#notify(null, true);
    this.drafts.drop();
    this.work.revert();
  }

  #discard() {
    this.work.revert();
    this.drafts.drop();
    this.leave();
  }
}
