/** Loads the subject of a report with the context a moderator needs to judge it. */

import { ApiError, api } from "../api.js";
import { regionAround } from "./region.js";

/** @import { AccountStandingView, CanvasView, ConversationView, LockView, PersonView } from "#api" */
/** @import { ProfileView, ReportView } from "#api" */
/** @import { RevisionView, TileView } from "#api" */
/** @import { Region } from "./region.js" */

/**
 * The subject of a report; `people` are the artists who painted it lately, the last one first, and
 * its author.
 * @typedef {{kind: "tile", tile: TileView, canvas: CanvasView, region: Region, png: Blob,
 *   history: RevisionView[], lock: LockView, people: PersonView[]}
 * | {kind: "canvas", canvas: CanvasView, region: Region, png: Blob, people: PersonView[]}
 * | {kind: "user", profile: ProfileView, tiles: TileView[], people: PersonView[]}
 * | {kind: "message", id: number, conversation: ConversationView, people: PersonView[]}
 * | {kind: "gone", people: PersonView[]}} Subject `people` of what was removed just now
 */

const AROUND = 2; // cells on each side of a reported tile
const REVISIONS = 10;
const TILES = 12;

/** @type {Subject} */
const GONE = { kind: "gone", people: [] };

/**
 * @param {ReportView} report
 * @param {AbortSignal} signal
 * @returns {Promise<Subject>}
 */
export async function loadSubject({ kind, target_id: id, target, conversation, action_taken }, signal) {
  // What was written is part of the report, so it stays when the message goes.
  if (kind === "message" && conversation) return { kind, id, conversation, people: target ? [target] : [] };
  if (kind === "message" || action_taken === "removed") return GONE;
  try {
    return await { tile: loadTile, canvas: loadCanvas, user: loadUser }[kind](id, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return GONE;
    throw error;
  }
}

/**
 * @param {number} id
 * @param {AbortSignal} signal
 * @returns {Promise<Subject>}
 */
async function loadTile(id, signal) {
  /** @type {[TileView, {items: RevisionView[]}, LockView]} */
  const [tile, history, lock] = await Promise.all([
    api.get(`/tiles/${id}`, { signal }),
    api.get(`/tiles/${id}/history`, { query: { limit: REVISIONS }, signal }),
    api.get(`/tiles/${id}/lock`, { signal }),
  ]);
  /** @type {CanvasView} */
  const canvas = await api.get(`/canvases/${tile.canvas_id}`, { signal });
  const region = /** @type {Region} */ (regionAround([tile], canvas, AROUND));
  const png = await loadPicture(canvas, region, signal);
  return {
    kind: "tile",
    tile,
    canvas,
    region,
    png,
    history: history.items,
    lock,
    people: removeDuplicates([
      ...history.items.filter(isPainted).map(({ author }) => author),
      ...(tile.creator ? [tile.creator] : []),
    ]),
  };
}

/** Kinds of versions that show what others painted. */
const BROUGHT_BACK = ["reverted", "rolled_back", "restored", "recoloured"];

/**
 * Return whether a version shows what its author painted, not what a moderator or an owner brought back.
 * @param {RevisionView} revision
 */
function isPainted({ kind }) {
  return !BROUGHT_BACK.includes(kind);
}

/** @param {PersonView[]} people */
function removeDuplicates(people) {
  const ids = people.map(({ id }) => id);
  return people.filter(({ id }, index) => ids.indexOf(id) === index);
}

/**
 * @param {number} id
 * @param {AbortSignal} signal
 * @returns {Promise<Subject>}
 */
async function loadCanvas(id, signal) {
  /** @type {CanvasView} */
  const canvas = await api.get(`/canvases/${id}`, { signal });
  const region = { x: 0, y: 0, columns: canvas.columns, rows: canvas.rows };
  return {
    kind: "canvas",
    canvas,
    region,
    png: await loadPicture(canvas, region, signal),
    people: [canvas.owner],
  };
}

/**
 * @param {number} id
 * @param {AbortSignal} signal
 * @returns {Promise<Subject>}
 */
async function loadUser(id, signal) {
  const [profile, tiles] = await Promise.all([
    api.get(`/users/${id}`, { signal }),
    api.get(`/tiles/user/${id}`, { query: { limit: TILES }, signal }),
  ]);
  return { kind: "user", profile, tiles: tiles.items, people: [profile] };
}

/** `pause` in milliseconds; auth carries out a command within a second. */
const SETTLING = { looks: 15, pause: 300 };

/**
 * Wait until no command for an account is pending, and return its state; null if it no longer exists.
 * @param {PersonView} person
 * @param {AbortSignal} signal
 */
export async function loadSettledAccount({ id, username }, signal) {
  for (let looks = SETTLING.looks; ; looks--) {
    /** @type {{items: AccountStandingView[]}} */
    const found = await api.get("/admin/users", { query: { search: username }, signal });
    const standing = found.items.find((account) => account.id === id) ?? null;
    if (!standing?.pending.length || looks === 0) return standing;
    await new Promise((resolve) => setTimeout(resolve, SETTLING.pause));
  }
}

/**
 * Load a region of a canvas as a picture. Sends the token, because a private canvas has no public address.
 * @param {{id: number}} canvas
 * @param {Region} region
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob>}
 */
export async function loadPicture(canvas, region, signal) {
  const { bytes } = await api.bytes(`/canvases/${canvas.id}.png`, {
    query: { ...region },
    ...(signal && { signal }),
  });
  return new Blob([bytes], { type: "image/png" });
}

/**
 * Remove a message of a chat, unless it is gone already. Throws ApiError.
 * @param {number} canvasId
 * @param {number} id
 */
export async function removeMessage(canvasId, id) {
  try {
    await api.delete(`/canvases/${canvasId}/messages/${id}`);
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}
