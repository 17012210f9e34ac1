import { api } from "../api.js";
import { address } from "../base.js";
import { now } from "../clock.js";
import { dateTime, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { nameOf } from "../model/artists.js";
import { readAll } from "../model/paging.js";
import { mayManage, mayOwn } from "../model/permissions.js";
import { artistLink } from "../ui/artist-link.js";
import { attempt } from "../ui/attempt.js";
import "../ui/avatar.js";
import "../ui/error.js";
import "../ui/field.js";
import { colourOf } from "../ui/artist-colour.js";
import { copyLink } from "./copy-link.js";
import "./hand-over.js";
import { Panel } from "./panel.js";

/** @import { CanvasInvitationView, CanvasRole, MemberView } from "#api" */
/** @import { FeedEvent } from "../model/canvas-pixels.js" */

const DAY = 86_400_000; // milliseconds

/** @type {Record<string, number | null>} how long an invitation is valid, in milliseconds */
const SPANS = { day: DAY, week: 7 * DAY, forever: null };

/** @type {CanvasRole[]} */
const ROLES = ["viewer", "painter", "moderator"];

/** `<canvas-members .live=${live}>`: the members of a canvas, and the invitations by which they join. */
export class CanvasMembers extends Panel {
  static styles = [
    Panel.styles,
    css`
    ui-avatar { --avatar-size: 1.75rem; }
    li select { width: auto; min-height: 2rem; padding: 0 var(--space-2); font-size: var(--text-small); }
    @media (pointer: coarse) { li select { min-height: 2.75rem; } }
    .made {
      margin-top: var(--space-3); padding: var(--space-3); border-radius: var(--radius-1);
      background: var(--accent-soft);
    }
    .made code { display: block; margin: var(--space-2) 0; overflow-wrap: anywhere; user-select: all; }
  `,
  ];

  /** @type {MemberView[]} */
  #members = [];
  /** @type {CanvasInvitationView[]} */
  #invitations = [];
  /**
   * The link of the invitation that was just made.
   * @type {string | null}
   */
  #link = null;

  firstUpdated() {
    void this.#load();
  }

  /** @param {FeedEvent} event */
  handleChange(event) {
    if (event.kind === "member.changed" || event.kind === "member.removed") void this.#load();
  }

  get #manages() {
    return mayManage(this.canvas, this.me);
  }

  /** The roles that the user may give. */
  get #roles() {
    return mayOwn(this.canvas, this.me) ? ROLES : ROLES.filter((role) => role !== "moderator");
  }

  #load() {
    return attempt(this, async () => {
      const path = `/canvases/${this.canvas.id}`;
      [this.#members, this.#invitations] = await Promise.all([
        readAll(`${path}/members`),
        this.#manages ? readAll(`${path}/invitations`) : [],
      ]);
    });
  }

  render() {
    return html`<section>
        <p class="soft small">${t("canvas.members_text")}</p>
        <ui-error .error=${this.error}></ui-error>
        ${this.list(
          this.#members,
          ({ artist }) => artist.id,
          (member) => this.#member(member),
          t("canvas.members_none"),
        )}
      </section>
      ${
        this.#manages
          ? html`<section><h3>${t("canvas.invite")}</h3>${this.#inviting()}</section>
      <section><h3>${t("canvas.invitations")}</h3>${this.list(
        this.#invitations,
        ({ id }) => id,
        (invitation) => this.#invitation(invitation),
        t("canvas.invitations_none"),
      )}</section>`
          : ""
      }
      ${
        this.me?.id === this.canvas.owner.id
          ? html`<section><h3>${t("canvas.hand_over")}</h3>
        <canvas-hand-over .canvasId=${this.canvas.id}></canvas-hand-over></section>`
          : ""
      }`;
  }

  /** @param {MemberView} member */
  #member({ artist, role }) {
    const name = nameOf(artist);
    const isMe = artist.id === this.me?.id;
    const mayChange = this.#manages && this.#roles.includes(role);
    const label = isMe ? t("canvas.member_leave") : t("canvas.member_remove", { name });
    return html`<li class="row tight">
      <ui-avatar name=${name} colour=${colourOf(artist.id)}></ui-avatar>
      ${artistLink(artist, "name grow")}
      ${
        mayChange
          ? html`<select aria-label=${t("canvas.member_role", { name })} ?disabled=${this.isBusy}
            @change=${(/** @type {Event} */ { target }) =>
              this.#name(artist.id, /** @type {HTMLSelectElement} */ (target).value)}>
            ${this.#roles.map((one) => option(one, role))}</select>`
          : html`<small class="soft">${t(`canvas.role_${role}`)}</small>`
      }
      ${
        mayChange || isMe
          ? html`<button class="quiet icon" aria-label=${label} title=${label} ?disabled=${this.isBusy}
            @click=${() => this.#remove(artist.id)}><ui-icon name="close"></ui-icon></button>`
          : ""
      }
    </li>`;
  }

  #inviting() {
    return html`<p class="soft small">${t("canvas.invite_text")}</p>
      <form class="stack" @submit=${this.#invite}>
        <label>${t("canvas.role")}<select name="role">${this.#roles.map((one) => option(one, "painter"))}
        </select></label>
        <ui-field name="max_uses" type="number" label=${t("canvas.invite_uses")} .min=${1}
          .max=${500}></ui-field>
        <label>${t("canvas.invite_span")}<select name="span">${Object.keys(SPANS).map(
          (span) =>
            html`<option value=${span} ?selected=${span === "week"}>${t(`canvas.invite_${span}`)}</option>`,
        )}</select></label>
        <button class="primary" ?disabled=${this.isBusy}>${t("canvas.invite_make")}</button>
      </form>
      ${
        this.#link
          ? html`<div class="made" role="status"><p>${t("canvas.invite_made")}</p><code>${this.#link}</code>
        <button class="small" @click=${() => copyLink(this.#link ?? "")}>${t("canvas.invite_copy")}</button>
        </div>`
          : ""
      }`;
  }

  /** @param {CanvasInvitationView} invitation */
  #invitation({ id, role, uses, max_uses, expires_at, created_by }) {
    const name = nameOf(created_by);
    const used = max_uses
      ? t("canvas.invitation_of", { count: uses, most: max_uses })
      : t("canvas.invitation_uses", { count: uses });
    const end = expires_at ? ` · ${t("canvas.until", { time: dateTime(expires_at) })}` : "";
    return html`<li class="row tight">
      <span class="grow">${t(`canvas.role_${role}`)}<br><small class="soft">${t("canvas.by_name", {
        name,
      })} · ${used}${end}</small></span>
      <button class="small" aria-label=${t("canvas.invitation_revoke", { name })} ?disabled=${this.isBusy}
        @click=${() => this.#revoke(id)}>${t("canvas.revoke")}</button>
    </li>`;
  }

  /**
   * @param {number} artistId
   * @param {string} role
   */
  #name(artistId, role) {
    return attempt(this, () => api.put(`/canvases/${this.canvas.id}/members/${artistId}`, { role }));
  }

  /** @param {number} artistId */
  #remove(artistId) {
    return attempt(this, () => api.delete(`/canvases/${this.canvas.id}/members/${artistId}`));
  }

  /** @param {SubmitEvent} event */
  async #invite(event) {
    event.preventDefault();
    const fields = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const length = SPANS[String(fields.get("span"))];
    const draft = {
      role: fields.get("role"),
      max_uses: Number(fields.get("max_uses")) || null,
      expires_at: length ? new Date(now() + length).toISOString() : null,
    };
    const isMade = await attempt(this, async () => {
      const { token } = await api.post(`/canvases/${this.canvas.id}/invitations`, draft);
      this.#link = new URL(`${address("/join")}#${token}`, location.href).href;
    });
    if (isMade) await this.#load();
  }

  /** @param {number} id */
  async #revoke(id) {
    if (await attempt(this, () => api.delete(`/canvases/${this.canvas.id}/invitations/${id}`)))
      await this.#load();
  }
}
customElements.define("canvas-members", CanvasMembers);

/**
 * @param {CanvasRole} role
 * @param {CanvasRole} selected
 */
function option(role, selected) {
  return html`<option value=${role} ?selected=${role === selected}>${t(`canvas.role_${role}`)}</option>`;
}
