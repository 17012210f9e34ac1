import { address } from "../base.js";
import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "./avatar.js";
import { Element } from "./element.js";
import { base } from "./styles.js";

/** @import { ProfileView } from "#api" */

/** `<artist-card .artist=${profile}>`: a card that links to an artist's page. */
export class ArtistCard extends Element {
  static properties = { artist: { attribute: false } };
  static styles = [
    base,
    css`
    a {
      display: flex; align-items: center; gap: var(--space-3); height: 100%; padding: var(--space-3);
      border: 1px solid var(--line); border-radius: var(--radius-2); background: var(--surface);
      color: inherit; text-decoration: none;
    }
    @media (hover: hover) { a:hover { box-shadow: var(--shadow); } }
    ui-avatar { --avatar-size: 2.5rem; }
    div { min-width: 0; overflow-wrap: anywhere; }
    small { display: block; color: var(--ink-soft); font-size: var(--text-small); }
  `,
  ];

  constructor() {
    super();
    /** @type {ProfileView} */
    this.artist = /** @type {any} */ (undefined); // always set by the parent
  }

  render() {
    const { username, display_name, avatar_color, stats } = this.artist;
    return html`<a href=${address(`/artist/${username}`)}>
      <ui-avatar name=${display_name} .colour=${avatar_color}></ui-avatar>
      <div><strong>${display_name}</strong>
        <small>@${username}</small>
        <small>${t("account.tiles", { count: stats.tiles_created })} · ${t("account.likes", {
          count: stats.likes_received,
        })}</small></div>
    </a>`;
  }
}
customElements.define("artist-card", ArtistCard);
