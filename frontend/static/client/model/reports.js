/** The reasons that the client offers for a report; others write their own by the API. */
export const REASONS = ["offensive", "spam", "copied", "harassment", "other"];
