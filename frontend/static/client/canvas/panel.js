import { currentPath } from "../base.js";
import { t } from "../i18n.js";
import { css, html, nothing, repeat } from "../lit.js";
import { navigate } from "../router.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";

/** @import { CanvasView } from "#api" */
/** @import { CSSResultGroup, PropertyDeclarations } from "../lit.js" */
/** @import { Cell, FeedEvent } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */

/**
 * Base class of the panels beside the canvas: subscribes to the changes of `live` and shows errors.
 */
export class Panel extends Element {
  /** @type {PropertyDeclarations} */
  static properties = { live: { attribute: false } };
  /** @type {CSSResultGroup} */
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    :host { padding: 0 var(--space-4) var(--space-5); }
    section + section {
      margin-top: var(--space-5); padding-top: var(--space-4); border-top: 1px solid var(--line);
    }
    section > h3 { margin-bottom: var(--space-2); }
    section > * + h3, section > form { margin-top: var(--space-4); }
    ul, ol { padding: 0; list-style: none; }
    li { padding: var(--space-2) 0; }
    li + li { border-top: 1px solid var(--line); }
    li > .row + .row { margin-top: var(--space-2); }
    .grow { flex: 1; min-width: 0; overflow-wrap: anywhere; }
    .tight { gap: var(--space-2); flex-wrap: nowrap; }
    .empty { color: var(--ink-soft); }
    button.small { min-height: 2rem; padding: 0 var(--space-3); font-size: var(--text-small); }
    @media (pointer: coarse) { button.small { min-height: 2.75rem; } }
    a.name { color: inherit; font-weight: 600; text-decoration: none; }
    @media (hover: hover) { a.name:hover { text-decoration: underline; } }
  `,
  ];

  /** @type {unknown} */
  error = null;
  isBusy = false;
  #life = new AbortController();

  constructor() {
    super();
    /**
     * Set by the parent.
     * @type {LiveCanvas}
     */
    this.live = /** @type {any} */ (null);
  }

  connectedCallback() {
    super.connectedCallback();
    this.#life = new AbortController();
    const { signal } = this.#life;
    this.live.addEventListener(
      "change",
      (event) => this.handleChange(/** @type {CustomEvent<FeedEvent>} */ (event).detail),
      { signal },
    );
    for (const type of ["canvas", "claims", "picture", "block"]) {
      this.live.addEventListener(type, () => this.requestUpdate(), { signal });
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#life.abort();
  }

  /**
   * Handle a change of the canvas.
   * @param {FeedEvent} _event
   */
  handleChange(_event) {}

  /** @returns {CanvasView} loaded before any panel opens */
  get canvas() {
    return /** @type {CanvasView} */ (this.live.canvas);
  }

  get me() {
    const { account, isModerator } = session;
    return account && { id: account.id, isModerator, role: this.live.role };
  }

  /**
   * Move the view to a cell.
   * @param {Cell} cell
   */
  visit(cell) {
    this.dispatchEvent(new CustomEvent("visit", { detail: cell, bubbles: true, composed: true }));
  }

  /**
   * Render a button that moves the view to a cell.
   * @param {Cell} cell
   * @param {string} place its name for screen readers
   */
  goButton(cell, place) {
    return html`<button class="small" aria-label=${t("canvas.go_to", { place })}
      @click=${() => this.visit(cell)}>
      ${t("canvas.go")}</button>`;
  }

  /**
   * Render a list, or a message if it is empty.
   * @template T
   * @param {T[]} items
   * @param {(item: T) => unknown} keyOf
   * @param {(item: T) => unknown} row
   * @param {string} otherwise
   */
  list(items, keyOf, row, otherwise) {
    return items.length
      ? html`<ul aria-busy=${this.busy}>${repeat(items, keyOf, row)}</ul>`
      : html`<p class="empty">${otherwise}</p>`;
  }

  /** Value of `aria-busy`. */
  get busy() {
    return this.isBusy ? "true" : nothing;
  }
}

/**
 * Return whether the user is signed in. Ask a guest to sign in, with the reason and a link that leads back.
 * @param {string} what message of the reason
 * @param {string} [search] the part of the canvas to lead back to, as formatCell() writes it
 */
export function isSignedIn(what, search = "") {
  if (session.account) return true;
  const here = currentPath() + search + location.hash;
  const label = t("common.login");
  toast(t(what), { action: { label, run: () => void navigate(`/login?next=${encodeURIComponent(here)}`) } });
  return false;
}
