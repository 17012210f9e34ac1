import { address, currentPath } from "../base.js";
import { t } from "../i18n.js";
import { css, html, nothing } from "../lit.js";
import { navigate, setTitle } from "../router.js";
import { session } from "../session.js";
import { Element } from "../ui/element.js";
import "../ui/icon.js";
import { base, controls, layout, typography } from "../ui/styles.js";
import "./audit.js";
import "./dashboard.js";
import "./invitations.js";
import "./reports.js";
import "./rollback.js";
import "./settings.js";
import "./users.js";

/** @type {Record<string, {show: () => unknown, isForAdmins?: boolean}>} sections by their path segment */
const SECTIONS = {
  dashboard: { show: () => html`<admin-dashboard></admin-dashboard>` },
  reports: { show: () => html`<admin-reports></admin-reports>` },
  users: { show: () => html`<admin-users></admin-users>` },
  rollback: { show: () => html`<admin-rollback></admin-rollback>` },
  invitations: { show: () => html`<admin-invitations></admin-invitations>`, isForAdmins: true },
  settings: { show: () => html`<admin-settings></admin-settings>`, isForAdmins: true },
  audit: { show: () => html`<admin-audit></admin-audit>`, isForAdmins: true },
};

/** The admin panel. Shows moderators only what they may do; the server checks every request again. */
class Admin extends Element {
  static properties = { section: {}, isReady: { state: true } };
  static styles = [
    base,
    typography,
    controls,
    layout,
    css`
    nav {
      margin: calc(-1 * var(--space-3)) 0 var(--space-5); border-bottom: 1px solid var(--line);
      overflow-x: auto;
    }
    ul { display: flex; gap: var(--space-1); padding: 0; list-style: none; }
    nav a {
      display: flex; align-items: center; min-height: 2.75rem; padding: 0 var(--space-3);
      border-bottom: 3px solid transparent;
      color: var(--ink-soft); font-weight: 600; text-decoration: none; white-space: nowrap;
    }
    @media (hover: hover) { nav a:hover { color: var(--ink); } }
    nav a:focus-visible { outline-offset: -3px; }
    nav a[aria-current] { border-color: var(--accent); color: var(--ink); }
    h1 { margin-bottom: var(--space-5); }
    .away { max-width: 32rem; }
  `,
  ];

  constructor() {
    super();
    this.section = "dashboard";
    this.isReady = false;
  }

  connectedCallback() {
    super.connectedCallback();
    void session.ready.then(() => (this.isReady = true));
  }

  render() {
    if (!this.isReady || !session.account) return nothing;
    const section = SECTIONS[this.section];
    if (!session.isModerator || (section?.isForAdmins && !session.isAdmin))
      return this.#renderRefusal(t("admin.forbidden"));
    if (!section) return this.#renderRefusal(t("common.not_found"));
    const open = Object.entries(SECTIONS).filter(([, { isForAdmins }]) => !isForAdmins || session.isAdmin);
    return html`<div class="page">
      <nav aria-label=${t("admin.sections")}>
        <ul>${open.map(
          ([name]) => html`<li>
          <a href=${address(`/admin/${name}`)}
            aria-current=${name === this.section ? "page" : nothing}>${t(`admin.${name}`)}</a>
        </li>`,
        )}</ul>
      </nav>
      <h1>${t(`admin.${this.section}`)}</h1>
      ${section.show()}
    </div>`;
  }

  updated() {
    if (!this.isReady) return;
    this.renderRoot.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    setTitle(t(`admin.${SECTIONS[this.section] ? this.section : "panel"}`));
    if (!session.account)
      void navigate(`/login?next=${encodeURIComponent(currentPath())}`, { replace: true });
  }

  /** @param {string} heading */
  #renderRefusal(heading) {
    return html`<div class="page stack away">
      <h1>${heading}</h1>
      ${session.isModerator ? "" : html`<p>${t("admin.forbidden_text")}</p>`}
      <div><a class="button" href=${address("/")}>${t("common.to_canvases")}</a></div>
    </div>`;
  }
}
customElements.define("tessera-admin", Admin);
