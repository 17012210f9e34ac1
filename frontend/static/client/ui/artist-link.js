import { address } from "../base.js";
import { html, nothing } from "../lit.js";
import { isDeleted, nameOf } from "../model/artists.js";

/** @import { Named } from "../model/artists.js" */

/**
 * Render an artist's name as a link to their page; as text if their account was deleted. A name that is
 * written from right to left leaves the text beside it in order (`dir`).
 * @param {Named} artist
 * @param {string} [look] classes of the element
 */
export function artistLink(artist, look) {
  const name = nameOf(artist);
  return isDeleted(artist)
    ? html`<span dir="auto" class=${look ?? nothing}>${name}</span>`
    : html`<a dir="auto" class=${look ?? nothing} href=${address(`/artist/${artist.username}`)}>${name}</a>`;
}
