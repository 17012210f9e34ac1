/** What in a message is more than text: artists who are mentioned, and places on its canvas. */

import { parseHash } from "./links.js";

/** @typedef {{kind: "text" | "mention" | "place", text: string, target: string}} Part */

/** A name after an @, or a place after an address or without one. */
const PATTERN =
  /(?<![A-Za-z0-9_@])@([A-Za-z0-9_]{3,50})(?![A-Za-z0-9_])|(https?:\/\/[^\s#]+)?(#[\d.-]+,[\d.-]+,[\d.]+)/g;

/**
 * Divide a message into its parts. A link is one only if it leads to the canvas that is shown, so that nobody
 * is led elsewhere.
 * @param {string} text
 * @param {{username: string}[]} mentions
 * @param {string} here address of the canvas, without a hash
 * @returns {Part[]}
 */
export function partsOf(text, mentions, here) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(PATTERN)) {
    const part = readPart(found, mentions, here);
    if (!part) continue;
    if (found.index > end) parts.push(plain(text.slice(end, found.index)));
    parts.push(part);
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push(plain(text.slice(end)));
  return parts;
}

/**
 * @param {RegExpMatchArray} found
 * @param {{username: string}[]} mentions
 * @param {string} here
 * @returns {Part | null}
 */
function readPart([text = "", name, url, hash = ""], mentions, here) {
  if (name) {
    const mentioned = mentions.find(({ username }) => username.toLowerCase() === name.toLowerCase());
    return mentioned ? { kind: "mention", text, target: mentioned.username } : null;
  }
  if ((url && url !== here) || !parseHash(hash)) return null;
  return { kind: "place", text: hash, target: hash };
}

/**
 * @param {string} text
 * @returns {Part}
 */
function plain(text) {
  return { kind: "text", text, target: "" };
}
