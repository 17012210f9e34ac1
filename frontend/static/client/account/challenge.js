/** The challenge that a registration may need. */

import { api } from "../api.js";
import { encodePayload } from "../model/proof-of-work.js";

/** @import { ChallengeView } from "#api" */
/** @import { Solution } from "../model/proof-of-work.js" */

/**
 * Get a challenge, solve it in a worker, and return what to send with the registration.
 * @returns {Promise<string>}
 */
export async function solveChallenge() {
  /** @type {ChallengeView} */
  const challenge = await api.get("/auth/challenge");
  const worker = new Worker(new URL("./challenge-worker.js", import.meta.url), { type: "module" });
  try {
    /** @type {Solution} */
    const solution = await new Promise((resolve, reject) => {
      worker.addEventListener("message", ({ data }) => resolve(data));
      worker.addEventListener("error", () => reject(new Error("the challenge could not be solved")));
      worker.postMessage(challenge.parameters);
    });
    return encodePayload(challenge, solution);
  } finally {
    worker.terminate();
  }
}
