/** The subject of a report: its picture and its details. */

import { address } from "../base.js";
import { dateTime, number, t } from "../i18n.js";
import { css, html, nothing } from "../lit.js";
import { handleOf, nameOf } from "../model/artists.js";
import { placeOf } from "../model/places.js";
import "../ui/avatar.js";
import "../ui/picture.js";
import "../ui/time.js";
import { describeCode, renderPersonLink, renderState } from "./people.js";
import "./picture.js";

/** @import { AccountStandingView, PersonView } from "#api" */
/** @import { Subject } from "./subject.js" */

/**
 * @typedef {(person: PersonView) => AccountStandingView["status"] | undefined} StatusOf undefined until it is
 *   loaded
 */

export const sceneStyles = css`
    .scene { display: grid; grid-template-columns: minmax(0, 3fr) minmax(12rem, 2fr); gap: var(--space-5); }
    .facts {
      display: flex; flex-direction: column; gap: var(--space-3); min-width: 0; overflow-wrap: anywhere;
    }
    .history {
      display: flex; flex-direction: column; gap: var(--space-1); padding: 0; list-style: none;
      font-size: var(--text-small);
    }
    .tiles {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(4.5rem, 1fr)); gap: var(--space-2);
      padding: 0; list-style: none;
    }
    .tiles ui-picture { aspect-ratio: 1; border: 1px solid var(--line); border-radius: var(--radius-1); }
    .conversation {
      display: flex; flex-direction: column; gap: var(--space-2); padding: 0; list-style: none;
    }
    .conversation li { padding: var(--space-2) var(--space-3); border-left: 3px solid transparent; }
    .conversation [aria-current] { border-color: var(--accent); background: var(--accent-soft); }
    .conversation p { overflow: clip; overflow-wrap: anywhere; white-space: pre-wrap; }
    @media (max-width: 40rem) { .scene { grid-template-columns: minmax(0, 1fr); } }
`;

/**
 * @param {Subject} subject
 * @param {StatusOf} statusOf
 */
export function renderSubject(subject, statusOf) {
  switch (subject.kind) {
    case "gone":
      return html`<p class="soft">${t("admin.gone")}</p>`;
    case "tile":
      return renderTile(subject, statusOf);
    case "canvas":
      return renderCanvas(subject, statusOf);
    case "user":
      return renderUser(subject, statusOf);
    case "message":
      return renderMessage(subject, statusOf);
  }
}

/**
 * @param {Extract<Subject, {kind: "tile"}>} subject
 * @param {StatusOf} statusOf
 */
function renderTile({ tile, canvas, region, png, history, people: [last] }, statusOf) {
  const place = t("admin.tile_place", { id: String(tile.id), ...placeOf(tile) });
  const [x, y] = [tile.x, tile.y].map((cell) => (cell + 0.5) * canvas.tile_size);
  return html`<div class="scene">
    <admin-picture label=${t("admin.in_context", { tile: place })} .canvas=${canvas} .region=${region}
      .png=${png}
      .marked=${[tile]}></admin-picture>
    <div class="facts">
      <div><h3>${tile.title || place}</h3>${tile.title ? html`<p class="small soft">${place}</p>` : ""}
        <a href=${address(`/canvas/${canvas.id}#${x},${y},8`)}>${canvas.name}</a></div>
      ${tile.description ? html`<p>${tile.description}</p>` : ""}
      ${
        tile.creator
          ? html`<div><h3>${t("admin.made_by")}</h3>${renderArtist(tile.creator, statusOf)}</div>`
          : ""
      }
      ${
        last && last.id !== tile.creator?.id
          ? html`<div><h3>${t("admin.changed_by")}</h3>${renderArtist(last, statusOf)}</div>`
          : ""
      }
      <div><h3>${t("admin.history")}</h3><ol class="history">${history.map(
        (revision) => html`<li>
        ${describeCode("revision", revision.kind)} · ${renderPersonLink(revision.author)} · <ui-time
          datetime=${revision.occurred_at}></ui-time>
      </li>`,
      )}</ol></div>
    </div>
  </div>`;
}

/**
 * @param {Extract<Subject, {kind: "canvas"}>} subject
 * @param {StatusOf} statusOf
 */
function renderCanvas({ canvas, region, png }, statusOf) {
  return html`<div class="scene">
    <admin-picture label=${canvas.name} .canvas=${canvas} .region=${region} .png=${png}></admin-picture>
    <div class="facts">
      <div><h3><a href=${address(`/canvas/${canvas.id}`)}>${canvas.name}</a></h3>
        <p class="small soft">${number(canvas.width)} × ${number(canvas.height)} · ${t("admin.tile_count", {
          count: canvas.tile_count,
        })}</p></div>
      ${canvas.description ? html`<p>${canvas.description}</p>` : ""}
      ${renderArtist(canvas.owner, statusOf)}
    </div>
  </div>`;
}

/**
 * @param {Extract<Subject, {kind: "user"}>} subject
 * @param {StatusOf} statusOf
 */
function renderUser({ profile, tiles }, statusOf) {
  return html`<div class="scene">
    <div class="facts">
      ${renderArtist(profile, statusOf, profile.avatar_color)}
      ${profile.bio ? html`<p>${profile.bio}</p>` : ""}
      <p class="small soft">${t("admin.joined", {
        date: dateTime(profile.joined_at, { dateStyle: "medium" }),
      })} ·
        ${t("admin.tile_count", { count: profile.stats.tiles_created })}</p>
    </div>
    <ul class="tiles">${tiles.map(
      ({ id, title }) => html`<li>
      <ui-picture src="/tiles/${id}.png"
        alt=${title || t("admin.tile", { id: String(id) })}></ui-picture></li>`,
    )}</ul>
  </div>`;
}

/**
 * @param {Extract<Subject, {kind: "message"}>} subject
 * @param {StatusOf} statusOf
 */
function renderMessage({ id, conversation, people }, statusOf) {
  return html`<div class="scene">
    <div><h3>${t("admin.conversation")}</h3><ol class="conversation">${conversation.messages.map(
      (quote) => html`<li aria-current=${quote.id === id ? "true" : nothing}>
        <span class="small">${renderPersonLink(quote.author)} · <ui-time
          datetime=${quote.created_at}></ui-time></span>
        <p dir="auto">${quote.text}</p></li>`,
    )}</ol></div>
    <div class="facts">
      ${people.map((person) => renderArtist(person, statusOf))}
      <a href=${address(`/canvas/${conversation.canvas_id}`)}>${t("admin.conversation_canvas")}</a>
    </div>
  </div>`;
}

/**
 * @param {PersonView} person
 * @param {StatusOf} statusOf
 * @param {string} [colour]
 */
function renderArtist(person, statusOf, colour) {
  const status = statusOf(person);
  return html`<div class="row">
    <ui-avatar name=${nameOf(person)} .colour=${colour}></ui-avatar>
    <div>${renderPersonLink(person)} <span class="soft">${handleOf(person)}</span>
      ${status && status !== "active" ? renderState("account", status) : ""}</div>
  </div>`;
}
