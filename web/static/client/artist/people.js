import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/avatar.js";
import { ArtistList } from "./list.js";

/** `<artist-people .artist=${id} side="followers">`: who follows an artist, or whom they follow. */
class ArtistPeople extends ArtistList {
  static properties = { ...ArtistList.properties, side: {} };
  static styles = [...ArtistList.styles, css`
    :host { --least: 15rem; }
    a { display: flex; align-items: center; gap: var(--space-3); padding: var(--space-3); border: 1px solid var(--line); border-radius: var(--radius-2); background: var(--surface); color: inherit; text-decoration: none; }
    ui-avatar { --avatar-size: 2.5rem; }
    a div { min-width: 0; overflow-wrap: anywhere; }
    small { display: block; color: var(--ink-soft); }
  `];

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

  /** @param {{username: string, display_name: string, avatar_color: string}} person */
  item({ username, display_name, avatar_color }) {
    return html`<a href="/artist/${username}">
      <ui-avatar name=${display_name} .colour=${avatar_color}></ui-avatar>
      <div><strong>${display_name}</strong><small>@${username}</small></div>
    </a>`;
  }
}
customElements.define("artist-people", ArtistPeople);
