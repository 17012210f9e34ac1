/** Logging in with accounts elsewhere: what the client shows before, and what it learns afterwards. */

import { api } from "../api.js";
import { address } from "../base.js";
import { t } from "../i18n.js";
import { html } from "../lit.js";
import { nextPath } from "./next.js";

/** @import { ProviderView } from "#api" */

/**
 * How a login elsewhere ended: the outcome, and what the client needs to go on.
 * @typedef {{outcome: string, challenge: string, methods: string[], ticket: string, email: string}} Return
 */

/** Outcomes that are told as what went wrong. */
const FAULTS = [
  "cancelled",
  "expired",
  "failed",
  "unavailable",
  "too-many",
  "suspended",
  "link-first",
  "taken",
];

/**
 * Take what the server left in the fragment after a login elsewhere, and take it out of the address.
 * @returns {Return | null}
 */
export function takeReturn() {
  const left = new URLSearchParams(location.hash.slice(1));
  const outcome = left.get("oidc");
  if (!outcome) return null;
  history.replaceState(null, "", location.pathname + location.search); // keeps secrets out of the history
  return {
    outcome,
    challenge: left.get("challenge") ?? "",
    methods: (left.get("methods") ?? "").split(","),
    ticket: left.get("ticket") ?? "",
    email: left.get("email") ?? "",
  };
}

/**
 * Return what to tell somebody whose login elsewhere did not succeed; "" if it did.
 * @param {Return | null} returned
 */
export function describeFault(returned) {
  return returned && FAULTS.includes(returned.outcome)
    ? t(`account.oidc_${returned.outcome.replace("-", "_")}`)
    : "";
}

/** @returns {Promise<ProviderView[]>} */
export async function listProviders() {
  return (await api.get("/auth/providers", { anonymous: true })).items;
}

/**
 * Render a link to each provider, which logs in there and returns.
 * @param {ProviderView[]} providers
 */
export function renderProviders(providers) {
  const next = encodeURIComponent(nextPath());
  return providers.map(({ id, title }) => {
    const start = `${address(`/api/v1/auth/oidc/${id}/start`)}?next=${next}`;
    return html`<p><a class="button" href=${start}>${t("account.oidc_login", { title })}</a></p>`;
  });
}
