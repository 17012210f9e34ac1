import { ApiError } from "../api.js";
import { t } from "../i18n.js";

/**
 * What to say beside the field of the present password when it was wrong; null when something else is.
 * @param {unknown} error
 * @param {string} field
 * @returns {Record<string, string> | null}
 */
export function currentPasswordFault(error, field) {
  const isWrong = error instanceof ApiError && error.code === "bad_credentials";
  return isWrong ? { [field]: t("account.password_wrong") } : null;
}
