import { api } from "../api.js";
import "../ui/artist-card.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { Element } from "../ui/element.js";
import { base, typography } from "../ui/styles.js";

/** @import { ProfileView } from "#api" */

const SHOWN = 8;

/** The artists with the most likes. The page works without this list. */
export class Artists extends Element {
  static properties = { artists: { state: true } };
  static styles = [
    base,
    typography,
    css`
    section { margin-top: var(--space-7); }
    ul {
      display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr));
      gap: var(--space-4); margin-top: var(--space-4); padding: 0; list-style: none;
    }
  `,
  ];

  constructor() {
    super();
    /** @type {ProfileView[]} */
    this.artists = [];
  }

  async firstUpdated() {
    try {
      this.artists = (await api.get("/users/leaderboard", { query: { by: "likes", limit: SHOWN } })).items;
    } catch {
      // this list is secondary: the page shows no error for it
    }
  }

  render() {
    if (!this.artists.length) return "";
    return html`<section aria-labelledby="artists">
      <h2 id="artists">${t("home.artists")}</h2>
      <ul>${this.artists.map((artist) => html`<li><artist-card .artist=${artist}></artist-card></li>`)}</ul>
    </section>`;
  }
}
customElements.define("home-artists", Artists);
