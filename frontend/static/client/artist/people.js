import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/artist-card.js";
import { ArtistList } from "./list.js";

/** @import { ProfileView } from "#api" */

/**
 * `<artist-people .artist=${id} side="followers">`: the followers of an artist, or the artists they follow.
 */
class ArtistPeople extends ArtistList {
  static properties = { ...ArtistList.properties, side: {} };
  static styles = [...ArtistList.styles, css`:host { --least: 15rem; }`];

  constructor() {
    super();
    this.side = "followers";
  }

  get path() {
    return `/users/${this.artist}/${this.side}`;
  }

  get empty() {
    return t(`account.no_${this.side}`);
  }

  /** @param {ProfileView} person */
  item(person) {
    return html`<artist-card .artist=${person}></artist-card>`;
  }
}
customElements.define("artist-people", ArtistPeople);
