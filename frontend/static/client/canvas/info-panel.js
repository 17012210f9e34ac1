import { api } from "../api.js";
import { dateTime, number, t } from "../i18n.js";
import { css, html, nothing } from "../lit.js";
import { navigate } from "../router.js";
import { artistLink } from "../ui/artist-link.js";
import { attempt } from "../ui/attempt.js";
import { nameColour } from "../ui/colour-name.js";
import "../ui/dialog.js";
import "../ui/error.js";
import "../ui/field.js";
import "../ui/icon.js";
import "../ui/palette-exchange.js";
import { placingFields, placingOf } from "../ui/placing-fields.js";
import "../ui/swatch.js";
import "../ui/time.js";
import { mayManage, mayOwn } from "../model/permissions.js";
import { toast } from "../ui/toast.js";
import "./palette-dialog.js";
import { isSignedIn, Panel } from "./panel.js";
import "./copy-dialog.js";
import "./download-dialog.js";
import "./report-dialog.js";
import "./webhooks.js";

/** @import { CanvasStats, Mode } from "#api" */

/** @type {Mode[]} */
const MODES = ["free", "tile-lock", "area-lock", "review"];

/** Colours from which the palette may have to be scrolled, which the keyboard has to reach. */
const SCROLLED_FROM = 64;

/**
 * `<canvas-info .live=${live}>`: the canvas's description, rules and statistics. Its owner can change or
 * delete it here.
 */
export class CanvasInfo extends Panel {
  static styles = [
    Panel.styles,
    css`
    dl { display: grid; grid-template-columns: auto 1fr; gap: var(--space-1) var(--space-4); }
    dt { color: var(--ink-soft); }
    .description { margin: var(--space-2) 0; white-space: pre-line; overflow-wrap: anywhere; }
    .mode { margin-top: var(--space-2); }
    .palette { display: flex; flex-wrap: wrap; gap: 2px; max-height: 12rem; overflow-y: auto; }
    .palette li { padding: 0; border: 0; }
    .palette ui-swatch { width: 1.5rem; height: 1.5rem; border-radius: 4px; }
    .edit { margin-top: var(--space-3); }
    form { gap: var(--space-3); }
  `,
  ];

  /** @type {CanvasStats | null} */
  #stats = null;
  /**
   * How many more tiles the user may claim here.
   * @type {number | null}
   */
  #remaining = null;
  /** @type {"report" | "copy" | "download" | "delete" | "palette" | null} */
  #dialog = null;

  firstUpdated() {
    void attempt(this, () => this.#load());
  }

  async #load() {
    const [stats, count] = await Promise.all([
      api.get(`/canvases/${this.canvas.id}/stats`),
      this.me ? api.get(`/tiles/user/${this.me.id}/count`, { query: { canvas_id: this.canvas.id } }) : null,
    ]);
    this.#stats = stats;
    this.#remaining = count?.remaining_tiles ?? null;
  }

  render() {
    const { canvas } = this;
    return html`<section>
        <p>${t("canvas.by")} ${artistLink(canvas.owner, "name")}
          ${canvas.is_public ? "" : html`<span class="soft">· ${t("canvas.private")}</span>`}</p>
        ${canvas.description ? html`<p class="description">${canvas.description}</p>` : ""}
        ${canvas.is_archived ? html`<p class="mode"><strong>${t("copies.archived")}</strong></p>` : ""}
        <p class="mode"><strong>${t(
          `canvas.mode_${canvas.collaboration_mode}`,
        )}.</strong> ${t(`canvas.mode_${canvas.collaboration_mode}_text`)}</p>
        <p class="soft small">${this.#limit()}</p>
      </section>
      <section>${this.#numbers()}
        <ui-error .error=${this.error} retryable
          @retry=${() => attempt(this, () => this.#load())}></ui-error></section>
      <section><h3>${t("canvas.palette")}</h3>
        <ul class="palette" tabindex=${canvas.palette.length > SCROLLED_FROM ? "0" : nothing}
          aria-label=${t("canvas.colours", { count: canvas.palette.length })}>${canvas.palette.map(
            (colour, index) =>
              html`<li title=${nameColour(canvas.palette, index + 1)}><ui-swatch
                .colour=${colour}></ui-swatch>
            <span class="visually-hidden">${nameColour(canvas.palette, index + 1)}</span></li>`,
          )}</ul>
        ${
          mayManage(canvas, this.me)
            ? html`<button class="small edit" @click=${() => this.#ask("palette")}>
              <ui-icon name="pencil"></ui-icon>
              ${t("palette.edit")}</button>`
            : ""
        }
        <palette-exchange exports .colours=${canvas.palette} .name=${canvas.name}></palette-exchange>
        <palette-dialog .canvas=${canvas} ?open=${this.#dialog === "palette"}
          @close=${() => this.#ask(null)}></palette-dialog></section>
      ${
        mayManage(canvas, this.me)
          ? html`<section>${this.#settings()}</section>
            <section><canvas-webhooks .canvasId=${canvas.id}></canvas-webhooks></section>`
          : ""
      }
      ${
        canvas.owner.id === this.me?.id
          ? ""
          : html`<section>
        <button class="small" @click=${() => isSignedIn("canvas.sign_in_to_report") && this.#ask("report")}>
        <ui-icon name="flag"></ui-icon>${t("canvas.report_canvas")}</button></section>`
      }
      <section class="row">
        <button class="small" @click=${() => this.#ask("download")}>
        <ui-icon name="down"></ui-icon>${t("copies.download")}</button>
        <button class="small" @click=${() => isSignedIn("copies.login") && this.#ask("copy")}>
        <ui-icon name="copy"></ui-icon>${t("copies.make")}</button></section>
      <download-dialog .canvas=${canvas} ?open=${this.#dialog === "download"}
        @close=${() => this.#ask(null)}></download-dialog>
      <copy-dialog .canvas=${canvas} ?picture=${mayManage(canvas, this.me)} ?open=${this.#dialog === "copy"}
        @close=${() => this.#ask(null)}></copy-dialog>
      <report-dialog kind="canvas" .targetId=${canvas.id} ?open=${this.#dialog === "report"}
        @close=${() => this.#ask(null)}></report-dialog>`;
  }

  /** What limits the user here, in words. */
  #limit() {
    const { cooldown_seconds, max_charges, max_tiles_per_user } = this.canvas;
    if (cooldown_seconds === 0) return t("canvas.no_limit");
    if (cooldown_seconds !== null)
      return t("canvas.pace", { count: max_charges ?? 0, seconds: cooldown_seconds });
    return html`${t("canvas.limit", { count: max_tiles_per_user })}
      ${this.#remaining === null ? "" : t("canvas.remaining", { count: this.#remaining })}`;
  }

  #numbers() {
    const { canvas } = this;
    const stats = this.#stats;
    return html`<h3>${t("canvas.numbers")}</h3>
      <dl>
        <dt>${t("canvas.size")}</dt><dd>${number(canvas.width)} × ${number(canvas.height)}</dd>
        <dt>${t("canvas.tile_size")}</dt><dd>${canvas.tile_size} × ${canvas.tile_size}</dd>
        <dt>${t("canvas.tiles")}</dt>
          <dd>${number(canvas.tile_count)} / ${number(canvas.columns * canvas.rows)}</dd>
        ${
          stats
            ? html`<dt>${t("canvas.artists")}</dt><dd>${number(stats.artist_count)}</dd>
          <dt>${t("canvas.likes")}</dt><dd>${number(stats.like_count)}</dd>
          <dt>${t("canvas.changes")}</dt><dd>${number(stats.change_count)}</dd>
          <dt>${t("canvas.last_change")}</dt><dd><ui-time datetime=${stats.last_activity_at}></ui-time></dd>`
            : ""
        }
        <dt>${t("canvas.since")}</dt><dd>${dateTime(canvas.created_at, { dateStyle: "medium" })}</dd>
      </dl>
      ${
        stats?.top_artists.length
          ? html`<h3>${t("canvas.top_artists")}</h3><ol>${stats.top_artists.map(share)}</ol>`
          : ""
      }`;
  }

  #settings() {
    const { canvas } = this;
    return html`<h3>${t("canvas.settings")}</h3>
      <form class="stack" @submit=${this.#save}>
        <ui-field name="name" label=${t("canvas.name")} .value=${canvas.name} required minlength="3"
          maxlength="100"></ui-field>
        <ui-field name="description" label=${t("canvas.description")} .value=${canvas.description ?? ""}
          multiline maxlength="2000"></ui-field>
        <ui-field name="paper_color" type="color" label=${t("common.paper")} .value=${canvas.paper_color}
          hint=${t("common.paper_hint")}></ui-field>
        ${canvas.collaboration_mode === "place" ? this.#placing() : this.#sharing()}
        <label class="check"><input type="checkbox" name="is_public"
          ?checked=${canvas.is_public}>${t("canvas.public")}</label>
        ${this.#choice("who_paints", ["everyone", "members"])}
        ${this.#choice("chat", ["everyone", "members", "off"])}
        ${
          mayOwn(canvas, this.me)
            ? html`<label class="check"><input type="checkbox" name="is_archived"
              ?checked=${canvas.is_archived}>${t("copies.archive")}</label>`
            : ""
        }
        <div class="row spread"><button class="primary" ?disabled=${this.isBusy}>${t("common.save")}</button>
          ${
            mayOwn(canvas, this.me)
              ? html`<button type="button" @click=${() => this.#ask("delete")}><ui-icon
            name="trash"></ui-icon>${t("canvas.delete_canvas")}</button>`
              : ""
          }</div>
      </form>
      <ui-dialog heading=${t("canvas.delete_canvas")} ?open=${this.#dialog === "delete"}
        @close=${() => this.#ask(null)}>
        <p>${t("canvas.delete_canvas_text", { name: canvas.name })}</p>
        <button slot="actions" @click=${() => this.#ask(null)}>${t("common.cancel")}</button>
        <button slot="actions" class="danger" @click=${this.#delete}>${t("canvas.delete_canvas")}</button>
      </ui-dialog>`;
  }

  #sharing() {
    const { canvas } = this;
    return html`<label>${t("canvas.mode")}<select name="collaboration_mode">${MODES.map(
      (mode) => html`
        <option value=${mode}
          ?selected=${mode === canvas.collaboration_mode}>${t(`canvas.mode_${mode}`)}</option>`,
    )}</select></label>
      <ui-field name="max_tiles_per_user" type="number" label=${t("canvas.max_tiles")}
        .value=${String(canvas.max_tiles_per_user)}
        required .min=${1} .max=${canvas.columns * canvas.rows}></ui-field>`;
  }

  /**
   * @param {"who_paints" | "chat"} name
   * @param {string[]} values
   */
  #choice(name, values) {
    return html`<label>${t(`canvas.${name}`)}<select name=${name}>${values.map(
      (value) => html`<option value=${value}
        ?selected=${value === this.canvas[name]}>${t(`canvas.${name}_${value}`)}</option>`,
    )}</select></label>`;
  }

  #placing() {
    return html`${placingFields({}, this.canvas)}
      <label class="check"><input type="checkbox" name="frozen"
        ?checked=${this.canvas.frozen}>${t("canvas.frozen")}</label>`;
  }

  /** @param {"report" | "copy" | "download" | "delete" | "palette" | null} dialog */
  #ask(dialog) {
    this.#dialog = dialog;
    this.requestUpdate();
  }

  /** @param {SubmitEvent} event */
  #save(event) {
    event.preventDefault();
    const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const change = {
      name: fields.get("name"),
      description: fields.get("description") || null,
      paper_color: fields.get("paper_color"),
      is_public: fields.has("is_public"),
      chat: fields.get("chat"),
      who_paints: fields.get("who_paints"),
      ...(mayOwn(this.canvas, this.me) ? { is_archived: fields.has("is_archived") } : {}),
      ...(this.canvas.collaboration_mode === "place"
        ? {
            ...placingOf(/** @type {Record<string, string>} */ (Object.fromEntries(fields))),
            frozen: fields.has("frozen"),
          }
        : {
            collaboration_mode: fields.get("collaboration_mode"),
            max_tiles_per_user: Number(fields.get("max_tiles_per_user")),
          }),
    };
    void attempt(this, async () => {
      await api.patch(`/canvases/${this.canvas.id}`, change);
      toast(t("common.saved"), { kind: "success" });
    });
  }

  #delete = () => {
    this.#ask(null);
    void attempt(this, async () => {
      await api.delete(`/canvases/${this.canvas.id}`);
      toast(t("canvas.canvas_deleted"));
      await navigate("/");
    });
  };
}
customElements.define("canvas-info", CanvasInfo);

/** @param {CanvasStats["top_artists"][number]} share */
function share({ artist, tile_count, like_count }) {
  return html`<li class="row tight">${artistLink(artist, "name grow")}
    <small class="soft">${t("canvas.tile_count", { count: tile_count })} ·
      ${t("canvas.like_count", { count: like_count })}</small></li>`;
}
