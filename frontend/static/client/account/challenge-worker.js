/** A worker that solves one challenge, so that the page can still be used meanwhile. */

import { solve } from "../model/proof-of-work.js";
import { sha256 } from "../sha256.js";

addEventListener("message", ({ data }) => postMessage(solve(data, sha256)));
