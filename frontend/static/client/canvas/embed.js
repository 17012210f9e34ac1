import { address } from "../base.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { parseHash } from "../model/links.js";
import { LiveCanvas } from "../model/live-canvas.js";
import { setTitle } from "../router.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { follow } from "./follow.js";
import { UNKNOWN_CANVAS } from "./status.js";
import "./stage.js";
import { zoomTools } from "./zoom-tools.js";

/** @import { CanvasStage } from "./stage.js" */

/**
 * `<tessera-embed>` of `/embed/canvas/{canvasId}#x,y,zoom`: a canvas in a page of another site, live, to look
 * at only. Nothing here acts for the user, and no link leads on within the frame, as the page around it may
 * hide what is clicked.
 */
export class EmbedPage extends Element {
  static properties = { canvasId: {} };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    :host { position: relative; height: 100dvh; }
    canvas-stage { position: absolute; inset: 0; }
    .source {
      position: absolute; top: var(--space-2); left: var(--space-2);
      max-width: calc(100% - 2 * var(--space-2));
      background: var(--raised); box-shadow: var(--shadow);
    }
    .source span { overflow: hidden; text-overflow: ellipsis; }
    .zoom {
      position: absolute; bottom: var(--space-2); left: var(--space-2); display: flex;
      border: 1px solid var(--line); border-radius: var(--radius-2); background: var(--raised);
      box-shadow: var(--shadow); overflow: clip;
    }
    .zoom button { border: 0; border-radius: 0; }
    .zoom :focus-visible { outline-offset: -3px; }
    .closed {
      position: absolute; top: 50%; left: 50%; width: min(26rem, calc(100% - 2rem)); translate: -50% -50%;
      box-shadow: var(--shadow);
    }
  `,
  ];

  /** @type {LiveCanvas | null} */
  #live = null;
  /** @type {unknown} */
  #error = null;
  /** Ends with each canvas. */
  #visit = new AbortController();

  constructor() {
    super();
    this.canvasId = "";
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has("canvasId") && this.canvasId) void this.#enter();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#leave();
  }

  /** Null before the first update and beside the message of a failure. */
  get #stage() {
    return /** @type {CanvasStage | null} */ (this.renderRoot.querySelector("canvas-stage"));
  }

  #leave() {
    this.#visit.abort();
    this.#live?.close();
    this.#live = null;
  }

  async #enter() {
    this.#leave();
    this.#error = null;
    if (!/^\d+$/.test(this.canvasId)) return this.#fail(UNKNOWN_CANVAS);
    const { signal } = (this.#visit = new AbortController());
    const live = (this.#live = new LiveCanvas(Number(this.canvasId)));
    this.requestUpdate();
    await this.updateComplete;
    if (signal.aborted) return;
    follow(this, live, signal, {
      picture: () => this.#show(live),
      cell: (cell) => this.#stage?.touch(cell),
      claims: () => this.#stage?.draw(),
      rules: () => this.#stage?.recolour(),
      text: () => this.requestUpdate(),
    });
    try {
      await live.open();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
      return;
    }
    live.feed?.addEventListener("status", () => this.requestUpdate(), { signal });
    this.requestUpdate();
  }

  /** @param {LiveCanvas} live */
  #show(live) {
    if (!live.pixels) return;
    this.#stage?.open(live.pixels, live.claims, live.parts);
    const view = live.feed ? null : parseHash(location.hash);
    if (view) this.#stage?.camera.look(view);
    else if (!live.feed) this.#stage?.camera.fit();
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#leave();
    this.#error = error;
    this.requestUpdate();
  }

  render() {
    if (this.#error)
      return html`<div class="page narrow"><ui-error .error=${this.#error} retryable
        @retry=${() => this.#enter()}></ui-error></div>`;
    const canvas = this.#live?.canvas ?? null;
    const reason = this.#live?.feed?.reason;
    const name = canvas?.name ?? t("common.loading");
    if (canvas) setTitle(canvas.name);
    return html`<canvas-stage label=${t("canvas.picture", { name })} help=${t("canvas.keys")}
        @grid=${() => this.requestUpdate()}></canvas-stage>
      <a class="button source" href=${address(`/canvas/${this.canvasId}`)} target="_blank"
        rel="noopener"><span>${t("canvas.open_embedded", { name })}</span></a>
      ${zoomTools(() => this.#stage)}
      ${reason ? html`<p class="closed card" role="alert">${t(`canvas.closed_${reason}`)}</p>` : ""}`;
  }
}
customElements.define("tessera-embed", EmbedPage);
