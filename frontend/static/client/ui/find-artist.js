import { ApiError, api } from "../api.js";
import { t } from "../i18n.js";
import { Faults } from "./form.js";

/** @import { ProfileView } from "#api" */

/**
 * Return the artist whom a form's field names. Throws Faults for that field if there is none.
 * @param {string} username
 * @param {string} field
 * @returns {Promise<ProfileView>}
 */
export async function findArtist(username, field) {
  try {
    return await api.get(`/users/by-name/${encodeURIComponent(username.trim())}`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404)
      throw new Faults({ [field]: t("common.no_artist") });
    throw error;
  }
}
