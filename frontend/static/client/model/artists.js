/** How artists are named, those among them whose account was deleted. */

import { t } from "../i18n.js";

/** @typedef {{username: string, display_name: string}} Named */

/** The username that the services give every deleted account, and that no other account can have. */
const DELETED = "_deleted";

/**
 * Whether an artist's account was deleted, and with it the page about them.
 * @param {Named} artist
 */
export function isDeleted({ username }) {
  return username === DELETED;
}

/**
 * Return the username as people write it, "" of a deleted account.
 * @param {Named} artist
 */
export function handleOf(artist) {
  return isDeleted(artist) ? "" : `@${artist.username}`;
}

/**
 * Return the name to show of an artist, "" of none.
 * @param {Named | null | undefined} artist
 */
export function nameOf(artist) {
  if (!artist) return "";
  return isDeleted(artist) ? t("common.deleted_artist") : artist.display_name;
}
