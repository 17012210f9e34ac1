/** Names of people and states in the admin panel. */

import { ApiError, api } from "../api.js";
import { has, t } from "../i18n.js";
import { html } from "../lit.js";
import { REASONS } from "../model/reports.js";
import { artistLink } from "../ui/artist-link.js";

/** @import { PersonView } from "#api" */

/** @param {PersonView | null} person */
export function renderPersonLink(person) {
  return person ? artistLink(person) : "";
}

/**
 * Return the message for a code such as `account.suspend`, or the code itself if there is none.
 * @param {string} kind
 * @param {string} code
 */
export function describeCode(kind, code) {
  const key = `admin.${kind}_${code}`;
  return has(key) ? t(key) : code;
}

/**
 * Name why something was reported: a reason that the form offers, or the reporter's own words.
 * @param {string} reason
 */
export function describeReason(reason) {
  return REASONS.includes(reason) ? t(`canvas.report_${reason}`) : reason;
}

/**
 * Render the state of a report, an account or a command.
 * @param {string} kind
 * @param {string} state
 */
export function renderState(kind, state) {
  return html`<span class="mark ${LOOKS[state] ?? ""}">${describeCode(kind, state)}</span>`;
}

/** @type {Record<string, string>} */
const LOOKS = {
  open: "wait",
  assigned: "wait",
  resolved: "good",
  active: "good",
  suspended: "bad",
  deleted: "",
  requested: "wait",
  done: "good",
  refused: "bad",
  used_up: "",
  expired: "",
  revoked: "bad",
};

/**
 * Find the id of the artist with a username as typed by a moderator. Uses the search, because a mistyped name
 * is not an error worth logging. Throws ApiError `user_not_found`.
 * @param {string} typed
 * @returns {Promise<number>}
 */
export async function findArtistId(typed) {
  const name = typed.trim().replace(/^@/, "").toLowerCase();
  /** @type {{items: PersonView[]}} */
  const found = await api.get("/users", { query: { search: name } });
  const artist = found.items.find(({ username }) => username.toLowerCase() === name);
  if (!artist) throw new ApiError({ status: 404, code: "user_not_found" });
  return artist.id;
}
