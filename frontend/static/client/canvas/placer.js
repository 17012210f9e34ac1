/** What the page of a canvas in `place` mode does with pixels: choose a colour, place, take back. */

import { ApiError, api } from "../api.js";
import { currentPath } from "../base.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { Placing } from "../model/placing.js";
import { navigate } from "../router.js";
import { session } from "../session.js";
import { errorText } from "../ui/error.js";
import { isBracketWithAlt, keyName } from "../ui/keys.js";
import { toast } from "../ui/toast.js";
import { EmptyOverlay } from "./empty-overlay.js";
import { isSignedIn } from "./panel.js";

/** @import { Cell } from "../model/canvas-pixels.js" */
/** @import { LiveCanvas } from "../model/live-canvas.js" */
/** @import { CanvasStage } from "./stage.js" */

/** What shows where a pixel would be erased: a grey that is seen on any paper. */
const ERASED = "rgb(128 128 128 / 0.5)";

const HEAT_HOURS = 24;

/** Milliseconds between two maps. */
const HEAT_MS = 30_000;

export class Placer {
  colour = 1;
  #heatTimer = /** @type {ReturnType<typeof setInterval> | undefined} */ (undefined);
  /** @type {EmptyOverlay | null} */
  #empty = null;

  /**
   * @param {LiveCanvas} live in `place` mode
   * @param {CanvasStage} stage which points at pixels during the visit
   * @param {AbortSignal} signal of the visit of the canvas
   * @param {() => void} changed called when colour, charges or rules changed
   */
  constructor(live, stage, signal, changed) {
    this.live = live;
    this.stage = stage;
    this.placing = new Placing(live);
    this.changed = () => {
      stage.ghost = this.ghost;
      stage.draw();
      changed();
    };
    stage.isPixelwise = true;
    signal.addEventListener("abort", () => {
      clearInterval(this.#heatTimer);
      Object.assign(stage, { isPixelwise: false, ghost: null, overlay: null });
    });
    stage.addEventListener(
      "pick",
      (event) => !stage.past && void this.place(/** @type {CustomEvent<Cell>} */ (event).detail),
      { signal },
    );
    stage.addEventListener("keydown", (event) => this.handleKey(event) && event.preventDefault(), { signal });
    this.placing.addEventListener("change", this.changed, { signal });
    live.addEventListener(
      "cell",
      (event) => this.#empty?.touch(/** @type {CustomEvent<Cell>} */ (event).detail),
      { signal },
    );
    live.addEventListener("block", () => this.hasEmpty && this.#showEmpty(true), { signal });
    live.addEventListener("picture", () => this.hasEmpty && this.#showEmpty(true), { signal });
    session.addEventListener("change", () => this.handleRules(), { signal });
    void import("./place-bar.js"); // with the palette of the editor, which other canvases load later or never
    this.handleRules();
  }

  /** Load the charges: the rules, or the account, have changed. */
  handleRules() {
    this.colour = Math.min(this.colour, this.live.canvas?.palette.length ?? this.colour);
    this.changed();
    if (!session.account) return this.placing.forget();
    this.placing.load().catch((error) => this.#show(error));
  }

  /** The colour to show where the next pixel would be placed; null while none can be. */
  get ghost() {
    if (!session.account || this.placing.state !== "open" || this.placing.charges?.charges === 0) return null;
    return this.live.canvas?.palette[this.colour - 1] ?? ERASED;
  }

  /**
   * Return the cell in which a pixel lies.
   * @param {Cell} pixel
   * @returns {Cell}
   */
  cellOf({ x, y }) {
    const side = this.live.canvas?.tile_size ?? 1;
    return { x: Math.floor(x / side), y: Math.floor(y / side) };
  }

  /** @param {Cell} pixel */
  async place({ x, y }) {
    if (!isSignedIn("canvas.sign_in_to_paint")) return;
    try {
      await this.placing.place([[x, y, this.colour]]);
    } catch (error) {
      this.#show(error);
      if (error instanceof ApiError && error.code === "cooldown") this.handleRules();
    }
  }

  async takeBack() {
    await this.placing.takeBack().catch((error) => this.#show(error));
  }

  /** Whether the map of where people paint is shown. */
  get hasHeat() {
    return this.#heatTimer !== undefined;
  }

  /** Whether what is still empty is marked. */
  get hasEmpty() {
    return this.#empty !== null;
  }

  toggleEmpty() {
    if (this.hasHeat) this.toggleHeat();
    this.#showEmpty(!this.hasEmpty);
    this.changed();
  }

  /** @param {boolean} isWanted */
  #showEmpty(isWanted) {
    this.#empty = isWanted && this.live.pixels ? new EmptyOverlay(this.live.pixels) : null;
    this.stage.overlay = this.#empty?.image ?? null;
  }

  toggleHeat() {
    this.#showEmpty(false);
    clearInterval(this.#heatTimer);
    this.#heatTimer = this.hasHeat ? undefined : setInterval(() => this.#loadHeat(), HEAT_MS);
    if (this.hasHeat) void this.#loadHeat();
    else this.stage.overlay = null;
    this.changed();
  }

  async #loadHeat() {
    try {
      const { bytes } = await api.bytes(`/canvases/${this.live.id}/heatmap.png`, {
        query: { hours: HEAT_HOURS },
      });
      const overlay = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      this.stage.overlay = this.hasHeat ? overlay : null;
      this.stage.draw();
    } catch (error) {
      if (!this.hasHeat) return;
      this.toggleHeat();
      this.#show(error);
    }
  }

  /** @param {number} colour palette index, 0 to erase */
  choose(colour) {
    const count = (this.live.canvas?.palette.length ?? 0) + 1;
    this.colour = (colour + count) % count;
    this.changed();
  }

  /**
   * Digits choose one of the first ten colours, brackets the one before or after, U takes back, H shows the
   * heat map, and V what is still empty.
   * @param {KeyboardEvent} event
   * @returns whether the key means something here
   */
  handleKey(event) {
    if (event.defaultPrevented || this.stage.past) return false;
    if ((event.ctrlKey || event.metaKey || event.altKey) && !isBracketWithAlt(event)) return false;
    const key = keyName(event);
    const colour = /^\d$/.test(key) ? Number(key) || 10 : 0;
    if (colour && colour <= (this.live.canvas?.palette.length ?? 0)) this.choose(colour);
    else if (key === "[" || key === "]") this.choose(this.colour + (key === "[" ? -1 : 1));
    else if (key === "H") this.toggleHeat();
    else if (key === "V") this.toggleEmpty();
    else if (key === "U" && this.placing.takeBackLeft) void this.takeBack();
    else return false;
    return true;
  }

  /** @param {unknown} error */
  #show(error) {
    toast(errorText(error), { kind: "error" });
  }
}

/**
 * The bar below the picture in `place` mode.
 * @param {Placer | null} placer
 */
export function placeBar(placer) {
  if (!placer) return "";
  const login = () => navigate(`/login?next=${encodeURIComponent(currentPath() + location.hash)}`);
  return html`<place-bar aria-label=${t("canvas.place")} role="region" .placing=${placer.placing}
    colour=${placer.colour} ?heat=${placer.hasHeat} ?empty=${placer.hasEmpty}
    @heat=${() => placer.toggleHeat()} @empty=${() => placer.toggleEmpty()}
    @colour=${(/** @type {CustomEvent<number>} */ { detail }) => placer.choose(detail)}
    @takeback=${() => placer.takeBack()} @login=${login}></place-bar>`;
}
