import { ApiError } from "../api.js";
import { t } from "../i18n.js";

/**
 * Return the fault of the field of the current password if it was wrong, null for any other error.
 * @param {unknown} error
 * @param {string} field
 * @returns {Record<string, string> | null}
 */
export function findPasswordFault(error, field) {
  const isWrong = error instanceof ApiError && error.code === "bad_credentials";
  return isWrong ? { [field]: t("account.password_wrong") } : null;
}
