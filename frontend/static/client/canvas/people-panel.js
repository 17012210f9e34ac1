import { api } from "../api.js";
import { address } from "../base.js";
import { dateTime, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { placeOf } from "../model/places.js";
import { attempt } from "../ui/attempt.js";
import "../ui/avatar.js";
import "../ui/error.js";
import { colourOf } from "../ui/artist-colour.js";
import { Panel } from "./panel.js";

/** @import { LockView } from "#api" */
/** @import { Person } from "../model/feed.js" */

/** `<canvas-people .live=${live}>`: the viewers with their positions, and the locked tiles. */
export class CanvasPeople extends Panel {
  static styles = [
    Panel.styles,
    css`
    ui-avatar { --avatar-size: 1.75rem; }
    .actions { margin-left: calc(1.75rem + var(--space-2)); } /* below the name */
  `,
  ];

  #redraw = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    this.live.feed?.addEventListener("presence", this.#redraw);
    this.live.cursors.addEventListener("change", this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.live.feed?.removeEventListener("presence", this.#redraw);
    this.live.cursors.removeEventListener("change", this.#redraw);
  }

  render() {
    const people = [...(this.live.feed?.people.values() ?? [])];
    const { locks } = this.live.claims;
    const { cursors } = this.live;
    return html`<section>
        ${this.list(
          people,
          ({ id }) => id,
          (person) => this.#person(person),
          t("canvas.nobody_else"),
        )}
        <p class="soft small">${t("canvas.guests_unseen")}</p>
        <label class="check"><input type="checkbox" .checked=${cursors.isShown}
          @change=${() => (cursors.isShown = !cursors.isShown)}>${t("canvas.cursors_shown")}</label>
        ${
          this.me
            ? html`<label class="check"><input type="checkbox" .checked=${cursors.isShared}
          @change=${() => (cursors.isShared = !cursors.isShared)}>${t("canvas.cursors_shared")}</label>`
            : ""
        }
      </section>
      <section>
        <h3>${t("canvas.locks")}</h3>
        <ui-error .error=${this.error}></ui-error>
        ${this.list(
          locks,
          ({ tile_id }) => tile_id,
          (lock) => this.#lock(lock),
          t("canvas.no_locks"),
        )}
      </section>`;
  }

  /** @param {Person} person */
  #person({ id, username, tile, editing }) {
    return html`<li><div class="row tight">
      <ui-avatar name=${username} colour=${colourOf(id)}></ui-avatar>
      <span class="grow"><a class="name" href=${address(`/artist/${username}`)}>${username}</a><br>
        <small class="soft">${
          tile ? t(editing ? "canvas.paints_at" : "canvas.looks_at", placeOf(tile)) : t("canvas.watches")
        }</small></span></div>
      <div class="row tight actions">${this.#followButton(id, username)}
      ${tile ? this.goButton(tile, username) : ""}</div>
    </li>`;
  }

  /**
   * @param {number} id
   * @param {string} name
   */
  #followButton(id, name) {
    const { cursors } = this.live;
    const isFollowed = cursors.following === id;
    return html`<button class="small" aria-pressed=${String(isFollowed)}
      aria-label=${t("canvas.along_with", { name })}
      @click=${() => cursors.follow(isFollowed ? null : id)}>${t("canvas.along")}</button>`;
  }

  /** @param {LockView} lock */
  #lock({ tile_id, holder, expires_at }) {
    const tile = this.live.pixels?.tile(tile_id);
    if (!tile || !holder) return "";
    const place = t("canvas.cell", placeOf(tile));
    const time = dateTime(expires_at ?? "", { timeStyle: "short" });
    return html`<li class="row tight">
      <span class="grow">${place}<br><small
        class="soft">${nameOf(holder)} · ${t("canvas.until", { time })}</small></span>
      ${
        this.me?.isModerator || this.me?.id === holder.id
          ? html`<button class="small" ?disabled=${this.isBusy}
        aria-label=${t("canvas.unlock_cell", { place })}
        @click=${() => this.#release(tile_id)}>${t("canvas.unlock")}</button>`
          : ""
      }
      ${this.goButton(tile, place)}
    </li>`;
  }

  /** @param {number} tileId */
  #release(tileId) {
    return attempt(this, () => api.delete(`/tiles/${tileId}/lock`));
  }
}
customElements.define("canvas-people", CanvasPeople);
