/** How the panel names people and the states of things. */

import { ApiError, api } from "../api.js";
import { has, t } from "../i18n.js";
import { html } from "../lit.js";

/** @import { PersonView } from "#api" */

/** @param {PersonView | null} person */
export function personLink(person) {
  return person ? html`<a href="/artist/${person.username}">${person.display_name}</a>` : "";
}

/**
 * The message of a code such as `account.suspend`, or the code itself.
 * @param {string} kind
 * @param {string} code
 */
export function named(kind, code) {
  const key = `admin.${kind}_${code}`;
  return has(key) ? t(key) : code;
}

/**
 * A mark for the state of a report, an account or a command.
 * @param {string} kind
 * @param {string} state
 */
export function stateMark(kind, state) {
  return html`<span class="mark ${LOOKS[state] ?? ""}">${named(kind, state)}</span>`;
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
};

/**
 * The id of the artist of that username, as a moderator types it. Asked by search: to type a name that nobody
 * has is no failure of the page. Throws ApiError `user_not_found`.
 * @param {string} typed
 * @returns {Promise<number>}
 */
export async function artistId(typed) {
  const name = typed.trim().replace(/^@/, "").toLowerCase();
  /** @type {{items: PersonView[]}} */
  const found = await api.get("/users", { query: { search: name } });
  const artist = found.items.find(({ username }) => username.toLowerCase() === name);
  if (!artist) throw new ApiError({ status: 404, code: "user_not_found" });
  return artist.id;
}
