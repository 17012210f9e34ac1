import { api } from "../api.js";
import { dateTime, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { mayManage } from "../model/permissions.js";
import { cellAt, placeOf } from "../model/places.js";
import { artistLink } from "../ui/artist-link.js";
import { attempt } from "../ui/attempt.js";
import "../ui/avatar.js";
import "../ui/error.js";
import "../ui/field.js";
import "../ui/icon.js";
import { colourOf } from "../ui/artist-colour.js";
import { isSignedIn, Panel } from "./panel.js";

/** @import { AreaView } from "#api" */
/** @import { Span } from "./renderer.js" */

/**
 * `<canvas-areas .live=${live} .span=${…} ?drawing=${…}>`: the claimed areas, and a form to claim one. `span`
 * is the rectangle drawn on the canvas. Fires `draw` to start or stop drawing it, and `claimed`.
 */
export class CanvasAreas extends Panel {
  static properties = { span: { attribute: false }, drawing: { type: Boolean } };
  static styles = [
    Panel.styles,
    css`
    ui-avatar { --avatar-size: 1.75rem; }
    .numbers { display: grid; grid-template-columns: 1fr 1fr; gap: var(--space-2) var(--space-3); }
  `,
  ];

  constructor() {
    super();
    /** @type {Span | null} */
    this.span = null;
    this.drawing = false;
  }

  render() {
    const { areas } = this.live.claims;
    return html`<section>
        <p>${t("canvas.areas_text", { count: this.canvas.max_tiles_per_user })}</p>
        <form class="stack" @submit=${this.#claim}>
          <button type="button" aria-pressed=${String(this.drawing)}
            @click=${() => this.dispatchEvent(new Event("draw"))}>
            <ui-icon name="select"></ui-icon>${t("canvas.areas_draw")}</button>
          <div class="numbers">
            ${this.#number("x", this.canvas.columns)}
            ${this.#number("y", this.canvas.rows)}
            ${this.#number("columns", this.canvas.columns)}
            ${this.#number("rows", this.canvas.rows)}
          </div>
          <button class="primary" ?disabled=${this.isBusy}>${t("canvas.claim_area")}</button>
        </form>
        <ui-error .error=${this.error}></ui-error>
      </section>
      <section>
        <h3>${t("canvas.areas")}</h3>
        ${this.list(
          areas,
          ({ id }) => id,
          (area) => this.#area(area),
          t("canvas.no_areas"),
        )}
      </section>`;
  }

  /**
   * @param {keyof Span} name
   * @param {number} max
   */
  #number(name, max) {
    const value = this.span ? { ...this.span, ...placeOf(this.span) }[name] : 1;
    return html`<ui-field type="number" required name=${name} label=${t(`canvas.area_${name}`)}
      .min=${1} .max=${max} .value=${String(value)}></ui-field>`;
  }

  /** @param {AreaView} area */
  #area(area) {
    const { holder, x, y, columns, rows, expires_at } = area;
    const isMine = holder.id === this.me?.id;
    const place = t("canvas.area_place", { ...placeOf(area), columns, rows });
    return html`<li>
      <div class="row tight">
        <ui-avatar name=${holder.username} colour=${colourOf(holder.id)}></ui-avatar>
        <span class="grow">${artistLink(holder, "name")}<br>
          <small class="soft">${place} · ${t("canvas.until", { time: dateTime(expires_at) })}</small></span>
      </div>
      <div class="row">
        ${this.goButton({ x: x + (columns >> 1), y: y + (rows >> 1) }, place)}
        ${
          isMine
            ? html`<button class="small" ?disabled=${this.isBusy} @click=${() => this.#renew(area)}>
          ${t("canvas.renew")}</button>`
            : ""
        }
        ${
          isMine || mayManage(this.canvas, this.me)
            ? html`<button class="small" ?disabled=${this.isBusy}
          aria-label=${t("canvas.release_area", { place })}
          @click=${() => this.#release(area)}>${t("canvas.release")}</button>`
            : ""
        }
      </div>
    </li>`;
  }

  /** @param {SubmitEvent} event */
  #claim(event) {
    event.preventDefault();
    if (!isSignedIn("canvas.sign_in_to_claim")) return;
    const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const [x, y, columns, rows] = ["x", "y", "columns", "rows"].map((name) => Number(fields.get(name)));
    const area = { ...cellAt({ x, y }), columns, rows };
    void attempt(this, async () => {
      await api.post(`/canvases/${this.canvas.id}/areas`, area);
      this.dispatchEvent(new Event("claimed"));
    });
  }

  /** @param {AreaView} area */
  #renew({ id }) {
    return attempt(this, () => api.put(`/canvases/${this.canvas.id}/areas/${id}`));
  }

  /** @param {AreaView} area */
  #release({ id }) {
    return attempt(this, () => api.delete(`/canvases/${this.canvas.id}/areas/${id}`));
  }
}
customElements.define("canvas-areas", CanvasAreas);
