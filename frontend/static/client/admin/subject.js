/** What a report is about, with all that a moderator needs to judge it. */

import { ApiError, api } from "../api.js";
import { regionAround } from "./region.js";

/** @import { Person } from "./people.js" */
/** @import { Region } from "./region.js" */
/** @import { Report } from "./reports.js" */
/**
 * @typedef {{id: number, canvas_id: number, x: number, y: number, title: string | null, description: string | null,
 *   creator: Person, like_count: number, version: number, created_at: string, updated_at: string}} Tile
 * @typedef {{id: number, name: string, description: string | null, width: number, height: number, tile_size: number,
 *   columns: number, rows: number, palette: string[], collaboration_mode: string, is_public: boolean, owner: Person,
 *   tile_count: number, created_at: string}} Canvas
 * @typedef {{version: number, kind: string, author: Person, occurred_at: string}} Revision
 * @typedef {{is_locked: boolean, holder: Person | null, expires_at: string | null}} Lock
 * @typedef {Person & {bio: string | null, avatar_color: string, joined_at: string,
 *   stats: {tiles_created: number, likes_received: number, canvases_created: number}}} Profile
 * @typedef {Person & {status: "active" | "suspended" | "deleted", suspended_until: string | null,
 *   suspension_reason: string | null, roles: string[], is_verified: boolean, joined_at: string, pending: string[]}} Standing
 * @typedef {{kind: "tile", tile: Tile, canvas: Canvas, region: Region, png: Blob, history: Revision[], lock: Lock, people: Person[]}
 *   | {kind: "canvas", canvas: Canvas, region: Region, png: Blob, people: Person[]}
 *   | {kind: "user", profile: Profile, tiles: Tile[], people: Person[]}
 *   | {kind: "gone"}} Subject `people`: whose work it is, who changed it last before who made it
 */

const AROUND = 2; // cells on each side of a reported tile
const REVISIONS = 10;
const TILES = 12;

/** @param {Report} report @param {AbortSignal} signal @returns {Promise<Subject>} */
export async function subjectOf({ kind, target_id: id, action_taken }, signal) {
  if (action_taken === "removed") return { kind: "gone" };
  try {
    return await { tile: tileSubject, canvas: canvasSubject, user: userSubject }[kind](id, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { kind: "gone" };
    throw error;
  }
}

/** @param {number} id @param {AbortSignal} signal @returns {Promise<Subject>} */
async function tileSubject(id, signal) {
  /** @type {[Tile, {items: Revision[]}, Lock]} */
  const [tile, history, lock] = await Promise.all([
    api.get(`/tiles/${id}`, { signal }),
    api.get(`/tiles/${id}/history`, { query: { limit: REVISIONS }, signal }),
    api.get(`/tiles/${id}/lock`, { signal }),
  ]);
  /** @type {Canvas} */
  const canvas = await api.get(`/canvases/${tile.canvas_id}`, { signal });
  const region = /** @type {Region} */ (regionAround([tile], canvas, AROUND));
  const png = await drawn(canvas, region, signal);
  return {
    kind: "tile",
    tile,
    canvas,
    region,
    png,
    history: history.items,
    lock,
    people: distinct([history.items[0]?.author, tile.creator]),
  };
}

/** @param {(Person | undefined)[]} people */
function distinct(people) {
  return [...new Map(people.flatMap((person) => (person ? [[person.id, person]] : []))).values()];
}

/** @param {number} id @param {AbortSignal} signal @returns {Promise<Subject>} */
async function canvasSubject(id, signal) {
  /** @type {Canvas} */
  const canvas = await api.get(`/canvases/${id}`, { signal });
  const region = { x: 0, y: 0, columns: canvas.columns, rows: canvas.rows };
  return { kind: "canvas", canvas, region, png: await drawn(canvas, region, signal), people: [canvas.owner] };
}

/** @param {number} id @param {AbortSignal} signal @returns {Promise<Subject>} */
async function userSubject(id, signal) {
  const [profile, tiles] = await Promise.all([
    api.get(`/users/${id}`, { signal }),
    api.get(`/tiles/user/${id}`, { query: { limit: TILES }, signal }),
  ]);
  return { kind: "user", profile, tiles: tiles.items, people: [profile] };
}

const SETTLING = { looks: 15, pause: 300 }; // milliseconds; auth does what it was asked within a second

/**
 * How an account stands once nothing about it is under way; null for one that is not found any more.
 * @param {Person} person @param {AbortSignal} signal
 */
export async function standingOf({ id, username }, signal) {
  for (let looks = SETTLING.looks; ; looks--) {
    /** @type {{items: Standing[]}} */
    const found = await api.get("/admin/users", { query: { search: username }, signal });
    const standing = found.items.find((account) => account.id === id) ?? null;
    if (!standing?.pending.length || looks === 0) return standing;
    await new Promise((resolve) => setTimeout(resolve, SETTLING.pause));
  }
}

/**
 * A region of a canvas as the server draws it; asked for with the token, as a private canvas has no public address.
 * @param {{id: number}} canvas @param {Region} region @param {AbortSignal} [signal] @returns {Promise<Blob>}
 */
export async function drawn(canvas, region, signal) {
  const { bytes } = await api.bytes(`/canvases/${canvas.id}.png`, {
    query: { ...region },
    ...(signal && { signal }),
  });
  return new Blob([bytes], { type: "image/png" });
}
