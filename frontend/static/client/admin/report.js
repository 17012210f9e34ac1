import { api } from "../api.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { session } from "../session.js";
import { attempt } from "../ui/attempt.js";
import "../ui/dialog.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import "../ui/field.js";
import "../ui/icon.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "../ui/time.js";
import { toast } from "../ui/toast.js";
import { renderClosing } from "./closing.js";
import { Load } from "./load.js";
import { describeReason, renderPersonLink, renderState } from "./people.js";
import "./rollback-form.js";
import { renderSubject, sceneStyles } from "./scene.js";
import { marks } from "./styles.js";
import { loadSettledAccount, loadSubject, removeMessage } from "./subject.js";
import { reinstate } from "./suspend.js";

/** @import { AccountStandingView, CanvasView, LockView, PersonView, ReportView, RevisionView } from "#api" */
/** @import { TileView } from "#api" */
/** @import { ActionTaken } from "./closing.js" */
/** @import { Order } from "./rollback-form.js" */
/** @import { Subject } from "./subject.js" */

/** A report with its subject and the actions a moderator may take. Fires `changed` with the report. */
export class ReportDesk extends Element {
  static properties = {
    report: { attribute: false },
    error: { state: true },
    isBusy: { state: true },
    suspended: { state: true },
    order: { state: true },
    action: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    marks,
    sceneStyles,
    css`
    article { display: flex; flex-direction: column; gap: var(--space-5); }
    h2 { overflow-wrap: anywhere; }
    blockquote {
      margin: 0; padding: var(--space-1) 0 var(--space-1) var(--space-4);
      border-left: 3px solid var(--line-strong);
      white-space: pre-line; overflow-wrap: anywhere;
    }
    form label[for] { display: block; margin-bottom: var(--space-1); font-weight: 600; }
    ui-error, ui-dialog, admin-suspend { display: contents; }
    form { padding-top: var(--space-5); border-top: 1px solid var(--line); }
    select { width: auto; }
    .skeleton { height: 18rem; }
  `,
  ];

  /** @type {Load<Subject>} */
  #subject = new Load(this, (signal) => loadSubject(/** @type {ReportView} */ (this.report), signal));
  /** @type {Load<(AccountStandingView | null)[]>} */
  #standings = new Load(this, (signal) =>
    Promise.all(this.#people.map((person) => loadSettledAccount(person, signal))),
  );

  constructor() {
    super();
    /** @type {ReportView | null} */
    this.report = null;
    /** @type {unknown} error of the last action */
    this.error = null;
    this.isBusy = false;
    /** @type {PersonView | null} shown in the dialog for suspending */
    this.suspended = null;
    /** @type {{canvas: CanvasView, order: Partial<Order>} | null} shown in the dialog for rolling back */
    this.order = null;
    /** @type {ActionTaken} */
    this.action = "none";
  }

  get #people() {
    return this.#subject.data?.people ?? [];
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.renderRoot.querySelector("h2"))?.focus();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    const before = /** @type {ReportView | null | undefined} */ (changed.get("report"));
    if (!changed.has("report") || before?.id === this.report?.id) return;
    this.action = "none";
    this.error = null;
    this.#standings.clear();
    this.#subject.clear();
    void this.#load();
  }

  async #load() {
    await this.#subject.run();
    if (this.#people.length) await this.#standings.run();
  }

  render() {
    const { report } = this;
    if (!report) return "";
    const { data, error, isBusy } = this.#subject;
    return html`<article class="card">
      <header class="stack">
        <div class="row spread"><h2
          tabindex="-1">${describeReason(report.reason)}</h2>${renderState("report", report.status)}</div>
        <p class="small soft">${t("admin.reported_by")} ${renderPersonLink(report.reporter)} · <ui-time
          datetime=${report.created_at}></ui-time></p>
        ${report.detail ? html`<blockquote>${report.detail}</blockquote>` : ""}
        ${this.#renderAssignment(report)}
      </header>
      <ui-error .error=${error ?? this.#standings.error} retryable @retry=${this.#load}></ui-error>
      ${data ? this.#renderSubject(data) : ""}
      ${
        isBusy && !data
          ? html`<div class="skeleton" role="status"><span
            class="visually-hidden">${t("common.loading")}</span></div>`
          : ""
      }
      <ui-error .error=${this.error}></ui-error>
      ${renderClosing(report, {
        action: this.action,
        isBusy: this.isBusy,
        onAction: (action) => (this.action = action),
        onSubmit: (event) => this.#close(event),
      })}
      <admin-suspend .person=${this.suspended} @close=${() => (this.suspended = null)}
        @done=${this.#onSuspended}></admin-suspend>
      <ui-dialog wide heading=${t("admin.rollback")} ?open=${this.order !== null}
        @close=${() => (this.order = null)}>
        ${
          this.order &&
          html`<admin-rollback-form .canvas=${this.order.canvas} .order=${this.order.order}
          @done=${this.#onRolledBack}></admin-rollback-form>`
        }
      </ui-dialog>
    </article>`;
  }

  /** @param {ReportView} report */
  #renderAssignment({ status, assignee }) {
    const isMine = assignee?.id === session.account?.id;
    if (status === "open") {
      return html`<div><button class="primary" ?disabled=${this.isBusy}
        @click=${() => this.#decide({ status: "assigned" })}>
        ${t("admin.assign")}</button></div>`;
    }
    if (status !== "assigned") return "";
    return html`<div class="row">
      <span>${
        isMine ? t("admin.yours") : html`${t("admin.assigned_to")} ${renderPersonLink(assignee)}`
      }</span>
      ${
        isMine || session.isAdmin
          ? html`<button ?disabled=${this.isBusy} @click=${() => this.#decide({ status: "open" })}>
        ${t("admin.give_back")}</button>`
          : ""
      }
    </div>`;
  }

  /**
   * Render the subject of the report with the actions for it.
   * @param {Subject} subject
   */
  #renderSubject(subject) {
    return html`${renderSubject(subject, (person) => this.#accountOf(person)?.status)}
      <div class="row">
        ${subject.kind === "tile" ? this.#renderTileActions(subject) : ""}
        ${subject.kind === "canvas" ? this.#renderCanvasActions(subject) : ""}
        ${subject.kind === "message" ? this.#renderMessageActions(subject) : ""}
        ${subject.people.map((person) => this.#renderSuspendButton(person))}
      </div>`;
  }

  /** @param {Extract<Subject, {kind: "tile"}>} subject */
  #renderTileActions({ tile, canvas, history, lock, people }) {
    return html`<button class="danger" ?disabled=${this.isBusy}
      @click=${() => this.#removeTile(tile, history, lock)}>
        <ui-icon name="trash"></ui-icon>${t("admin.remove_tile")}</button>
      <button ?disabled=${this.isBusy}
        @click=${() => this.#prepareRollback(canvas, tile, people[0])}>${t("admin.roll_back_open")}</button>
      ${
        lock.is_locked
          ? html`<button ?disabled=${this.isBusy} @click=${() => this.#releaseLock(tile)}>
        ${t("admin.release_lock", { name: nameOf(lock.holder) })}</button>`
          : ""
      }`;
  }

  /** @param {Extract<Subject, {kind: "canvas"}>} subject */
  #renderCanvasActions({ canvas }) {
    return html`${
      canvas.is_public
        ? html`<button class="danger" ?disabled=${this.isBusy} @click=${() => this.#setPublic(canvas, false)}>
        ${t("admin.hide_canvas")}</button>`
        : ""
    }
      <button ?disabled=${this.isBusy}
        @click=${() => (this.order = { canvas, order: {} })}>${t("admin.roll_back_open")}</button>`;
  }

  /** @param {Extract<Subject, {kind: "message"}>} subject */
  #renderMessageActions(subject) {
    return html`<button class="danger" ?disabled=${this.isBusy || this.action === "removed"}
      @click=${() => this.#removeMessage(subject)}>
        <ui-icon name="trash"></ui-icon>${t("admin.remove_message")}</button>`;
  }

  /** @param {Extract<Subject, {kind: "message"}>} subject */
  async #removeMessage({ id, conversation }) {
    const isDone = await attempt(this, () => removeMessage(conversation.canvas_id, id));
    if (!isDone) return;
    this.action = "removed";
    toast(t("admin.removed_message_done"), { kind: "success" });
  }

  /** @param {PersonView} person */
  #accountOf({ id }) {
    return this.#standings.data?.find((standing) => standing?.id === id);
  }

  /** @param {PersonView} person */
  #renderSuspendButton(person) {
    const standing = this.#accountOf(person);
    if (!standing || standing.id === session.account?.id || (standing.roles.length && !session.isAdmin))
      return "";
    if (standing.status === "suspended") {
      return html`<button @click=${() => reinstate(person).then(this.#reload)}>
        ${t("admin.reinstate_name", { name: person.display_name })}</button>`;
    }
    return html`<button @click=${() => (this.suspended = person)}>
      ${t("admin.suspend_name", { name: person.display_name })}</button>`;
  }

  /** @param {SubmitEvent} event */
  async #close(event) {
    event.preventDefault();
    const { value: status } = /** @type {HTMLButtonElement} */ (event.submitter);
    const resolution =
      String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("resolution")) || null;
    if (await this.#decide({ status, resolution, action_taken: this.action })) {
      toast(t(`admin.${status}_done`), { kind: "success" });
      this.focus();
    }
  }

  /** @param {object} decision */
  #decide(decision) {
    return attempt(this, async () => {
      const report = await api.patch(`/admin/reports/${this.report?.id}`, decision);
      this.dispatchEvent(new CustomEvent("changed", { detail: report }));
    });
  }

  /**
   * @param {TileView} tile
   * @param {RevisionView[]} history
   * @param {LockView} lock
   */
  async #removeTile(tile, [last], { is_locked }) {
    const isDone = await attempt(this, async () => {
      if (is_locked) await api.delete(`/admin/tiles/${tile.id}/lock`);
      await api.delete(`/tiles/${tile.id}`);
    });
    if (!isDone) return;
    this.action = "removed";
    this.#subject.data = { kind: "gone", people: this.#people };
    const since = last?.occurred_at ?? tile.updated_at;
    toast(t("admin.removed_done"), {
      kind: "success",
      action: { label: t("admin.undo"), run: () => void this.#restore(tile, since) },
    });
    this.focus();
  }

  /**
   * Undo the removal: restore the cell as it was then.
   * @param {TileView} tile
   * @param {string} since of the tile's last change
   */
  async #restore(tile, since) {
    const area = { x: tile.x, y: tile.y, columns: 1, rows: 1 };
    const isDone = await attempt(this, () =>
      api.post(`/admin/canvases/${tile.canvas_id}/rollback`, { since, area }),
    );
    if (!isDone) return;
    this.action = "none";
    toast(t("admin.restored_done"), { kind: "success" });
    await this.#reload();
  }

  /** @param {TileView} tile */
  async #releaseLock(tile) {
    if (await attempt(this, () => api.delete(`/admin/tiles/${tile.id}/lock`))) {
      toast(t("admin.released_done"), { kind: "success" });
      await this.#reload();
    }
  }

  /**
   * @param {CanvasView} canvas
   * @param {boolean} isPublic
   */
  async #setPublic(canvas, isPublic) {
    if (!(await attempt(this, () => api.patch(`/canvases/${canvas.id}`, { is_public: isPublic })))) return;
    this.action = isPublic ? "none" : "removed";
    toast(t(isPublic ? "admin.shown_done" : "admin.hidden_done"), {
      kind: "success",
      ...(!isPublic && { action: { label: t("admin.undo"), run: () => void this.#setPublic(canvas, true) } }),
    });
    await this.#reload();
  }

  /**
   * @param {CanvasView} canvas
   * @param {TileView} tile
   * @param {PersonView | undefined} artist
   */
  #prepareRollback(canvas, { x, y }, artist) {
    this.order = { canvas, order: { area: { x, y, columns: 1, rows: 1 }, artist: artist?.username ?? "" } };
  }

  #onSuspended = () => {
    this.action = "suspended";
    void this.#reload();
  };

  #onRolledBack = () => {
    this.order = null;
    this.action = "rolled_back";
    void this.#reload();
  };

  #reload = () => this.#load();
}
customElements.define("admin-report", ReportDesk);
