import { ApiError, api } from "../api.js";
import { address, currentPath } from "../base.js";
import { dateTime, number, t } from "../i18n.js";
import { css, html } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import "../ui/avatar.js";
import { Element } from "../ui/element.js";
import "../ui/error.js";
import { isFollowing } from "../model/follows.js";
import { errorText } from "../ui/error.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import { toast } from "../ui/toast.js";
import "./people.js";
import "./tiles.js";

/** @import { ProfileView } from "#api" */

const TABS = /** @type {const} */ (["tiles", "canvases", "followers", "following"]);

/** The public page of an artist: profile, tiles, canvases and followers. */
export class Artist extends Element {
  static properties = {
    username: {},
    profile: { state: true },
    error: { state: true },
    follows: { state: true },
    tab: { state: true },
  };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    header { display: grid; grid-template-columns: auto 1fr auto; align-items: start; gap: var(--space-5); }
    header ui-avatar { --avatar-size: 5.5rem; }
    .bio { margin-top: var(--space-2); max-width: 40rem; white-space: pre-line; overflow-wrap: anywhere; }
    dl { display: flex; flex-wrap: wrap; gap: var(--space-3) var(--space-5); margin: var(--space-5) 0; }
    dl div { display: flex; flex-direction: column-reverse; }
    dt { color: var(--ink-soft); font-size: var(--text-small); }
    dd { font-size: var(--text-large); font-weight: 700; font-variant-numeric: tabular-nums; }
    [role="tablist"] {
      display: flex; gap: var(--space-1); margin-bottom: var(--space-5); border-bottom: 1px solid var(--line);
      overflow-x: auto;
    }
    [role="tab"] { border: 0; border-bottom: 3px solid transparent; border-radius: 0; background: none; }
    [role="tab"][aria-selected="true"] { border-bottom-color: var(--accent); color: var(--link); }
    [role="tab"]:focus-visible { outline-offset: -3px; }
    @media (max-width: 40rem) {
      header { grid-template-columns: auto 1fr; gap: var(--space-4); }
      header ui-avatar { --avatar-size: 4rem; }
      header .follow { grid-column: 1 / -1; }
    }
  `,
  ];

  constructor() {
    super();
    this.username = "";
    /** @type {ProfileView | null} */
    this.profile = null;
    /** @type {unknown} */
    this.error = null;
    /** @type {boolean | null} */
    this.follows = null;
    /** @type {typeof TABS[number]} */
    this.tab = "tiles";
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("username")) void this.#load();
  }

  async #load() {
    const { username } = this;
    this.error = null;
    this.profile = null;
    this.follows = null;
    this.tab = "tiles";
    try {
      const profile = await api.get(`/users/by-name/${encodeURIComponent(username)}`);
      if (username !== this.username) return;
      this.profile = profile;
      await session.ready;
      if (!session.account || session.account.id === profile.id) return;
      const follows = await isFollowing(session.account.id, profile.id);
      if (username === this.username) this.follows = follows;
    } catch (error) {
      if (username === this.username) this.error = error;
    }
  }

  async #toggleFollow() {
    const { profile, follows } = this;
    if (!profile) return;
    if (!session.account) return navigate(`/login?next=${encodeURIComponent(currentPath())}`);
    try {
      await (follows ? api.delete : api.put).call(api, `/users/${profile.id}/follow`);
      this.follows = !follows;
      const followers = profile.stats.followers + (follows ? -1 : 1);
      this.profile = { ...profile, stats: { ...profile.stats, followers } };
    } catch (error) {
      toast(errorText(error), { kind: "error" });
    }
  }

  /** @param {KeyboardEvent} event arrow keys move between tabs (WAI-ARIA tabs pattern) */
  #onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = (TABS.indexOf(this.tab) + step + TABS.length) % TABS.length;
    this.tab = TABS[next] ?? "tiles";
    /** @type {HTMLElement} */ (this.renderRoot.querySelectorAll("[role=tab]")[next]).focus();
  }

  render() {
    const { profile, error } = this;
    setTitle(profile?.display_name ?? this.username);
    if (error instanceof ApiError && error.status === 404) {
      return html`<div class="page narrow stack">
        <h1>${this.username}</h1>
        <p>${t("common.no_artist")}</p>
        <p><a class="button primary" href=${address("/")}>${t("common.to_canvases")}</a></p>
      </div>`;
    }
    if (!profile) {
      return html`<div class="page">
        <h1>${this.username}</h1><ui-error .error=${error} retryable
          @retry=${() => this.#load()}></ui-error></div>`;
    }
    return html`<div class="page">
      <header>
        <ui-avatar name=${profile.display_name} .colour=${profile.avatar_color}></ui-avatar>
        <div>
          <h1>${profile.display_name}</h1>
          <p class="soft">@${profile.username} · ${t("account.joined", {
            date: dateTime(profile.joined_at, { dateStyle: "long" }),
          })}</p>
          ${profile.bio ? html`<p class="bio">${profile.bio}</p>` : ""}
        </div>
        <div class="follow">${this.#renderFollowButton(profile)}</div>
      </header>
      <dl>${Object.entries(profile.stats).map(
        ([name, count]) => html`<div><dt>${t(`account.stat_${name}`)}</dt><dd>${number(count)}</dd></div>`,
      )}</dl>
      <div role="tablist" aria-label=${profile.display_name} @keydown=${this.#onKey}>
        ${TABS.map(
          (tab) => html`<button role="tab" id="tab-${tab}" aria-selected=${String(tab === this.tab)}
            aria-controls="panel"
          tabindex=${tab === this.tab ? 0 : -1}
          @click=${() => (this.tab = tab)}>${t(`account.tab_${tab}`)}</button>`,
        )}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby="tab-${this.tab}">${this.#renderPanel(profile)}</div>
    </div>`;
  }

  /** @param {ProfileView} profile */
  #renderFollowButton({ id }) {
    if (session.account?.id === id)
      return html`<a class="button" href=${address("/account")}>${t("account.edit_profile")}</a>`;
    if (session.account && this.follows === null) return "";
    return html`<button class=${this.follows ? "" : "primary"} @click=${this.#toggleFollow}>${t(
      this.follows ? "account.unfollow" : "account.follow",
    )}</button>`;
  }

  /** @param {ProfileView} profile */
  #renderPanel({ id }) {
    switch (this.tab) {
      case "tiles":
        return html`<artist-tiles .artist=${id}></artist-tiles>`;
      case "canvases":
        return html`<artist-canvases .artist=${id}></artist-canvases>`;
      default:
        return html`<artist-people .artist=${id} side=${this.tab}></artist-people>`;
    }
  }
}
customElements.define("tessera-artist", Artist);
