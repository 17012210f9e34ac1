/**
 * Entry point of the client: language, session, page frame and routes.
 */

import { i18n } from "./i18n.js";
import { startRouter } from "./router.js";

/** @import { Route } from "./router.js" */

/** @type {Route[]} the paths equal those of PAGES in frontend/app.py */
const ROUTES = [
  {
    pattern: "/",
    hash: /^#(confirm-email|change-email|reset-password|stop-digest)=/,
    tag: "tessera-mail-link",
    load: () => import("./account/mail-link.js"),
  },
  { pattern: "/", tag: "tessera-home", load: () => import("./home/page.js") },
  { pattern: "/canvas/:canvasId", tag: "tessera-canvas", load: () => import("./canvas/page.js") },
  { pattern: "/embed/canvas/:canvasId", tag: "tessera-embed", load: () => import("./canvas/embed.js") },
  { pattern: "/join", tag: "tessera-join", load: () => import("./canvas/join.js") },
  { pattern: "/login", tag: "tessera-login", load: () => import("./account/login.js") },
  { pattern: "/register", tag: "tessera-register", load: () => import("./account/register.js") },
  { pattern: "/account", tag: "tessera-account", load: () => import("./account/page.js") },
  { pattern: "/artist/:username", tag: "tessera-artist", load: () => import("./artist/page.js") },
  { pattern: "/admin", tag: "tessera-admin", load: () => import("./admin/page.js") },
  { pattern: "/admin/:section", tag: "tessera-admin", load: () => import("./admin/page.js") },
];

const UNKNOWN = { pattern: "", tag: "tessera-not-found", load: () => import("./shell/not-found.js") };

await i18n.start();
// Imported after the language is loaded; they would render in English first otherwise.
await Promise.all([import("./shell/header.js"), import("./shell/footer.js")]);
await startRouter(/** @type {HTMLElement} */ (document.querySelector("main")), ROUTES, UNKNOWN);
