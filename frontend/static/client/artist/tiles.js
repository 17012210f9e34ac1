import { number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import "../ui/canvas-card.js";
import { tileLink } from "../model/links.js";
import "../ui/icon.js";
import "../ui/picture.js";
import { ArtistList } from "./list.js";

/** @import { CanvasView, TileView } from "#api" */

/** `<artist-tiles .artist=${id}>`: the tiles of an artist, each linked to its place on its canvas. */
class ArtistTiles extends ArtistList {
  static styles = [
    ...ArtistList.styles,
    css`
    a { display: block; color: inherit; text-decoration: none; font-size: var(--text-small); }
    ui-picture {
      aspect-ratio: 1; margin-bottom: var(--space-1); border: 1px solid var(--line);
      border-radius: var(--radius-2);
    }
    .line { display: flex; justify-content: space-between; gap: var(--space-2); }
    .likes { display: inline-flex; align-items: center; gap: var(--space-1); }
  `,
  ];

  get path() {
    return `/tiles/user/${this.artist}`;
  }

  get empty() {
    return t("account.no_tiles");
  }

  /** @param {TileView} tile */
  item(tile) {
    const title = tile.title ?? t("account.untitled");
    return html`<a href=${tileLink(tile)}>
      <ui-picture src="/tiles/${tile.id}.png"></ui-picture>
      <span class="line"><span>${title}</span>
        <span class="likes"><ui-icon name="heart"></ui-icon><span class="visually-hidden">${t(
          "account.stat_likes_received",
        )}</span>${number(tile.like_count)}</span></span>
    </a>`;
  }
}
customElements.define("artist-tiles", ArtistTiles);

/** `<artist-canvases .artist=${id}>`: the canvases of an artist. */
class ArtistCanvases extends ArtistList {
  static styles = [...ArtistList.styles, css`:host { --least: 16rem; }`];

  get path() {
    return "/canvases";
  }

  get query() {
    return { ...super.query, owner_id: this.artist, sort: "newest" };
  }

  get empty() {
    return t("account.no_canvases");
  }

  /** @param {CanvasView} canvas */
  item(canvas) {
    return html`<canvas-card .canvas=${canvas}></canvas-card>`;
  }
}
customElements.define("artist-canvases", ArtistCanvases);
