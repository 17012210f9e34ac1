/**
 * A provider of OpenID Connect for the tests: node-oidc-provider, with one page on which anybody is whom they
 * say. Started with `{"port", "clients": [{"client_id", "client_secret", "redirect_uris"}]}`; prints `ready`.
 */

import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import Provider from "oidc-provider";

const { port, clients } = JSON.parse(process.argv[2]);

/** Claims of an account; its name is its subject, and only that of a name with `unsure` has no verified address. */
function claimsOf(sub) {
  return { sub, email: `${sub}@elsewhere.test`, email_verified: !sub.startsWith("unsure") };
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients,
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  features: { devInteractions: { enabled: false } },
  cookies: { keys: ["of the tests"] },
  pkce: { required: () => true },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => claimsOf(sub) }),
  // Who logs in agrees to everything.
  async loadExistingGrant({ oidc }) {
    const grant = new oidc.provider.Grant({
      clientId: oidc.client.clientId,
      accountId: oidc.session.accountId,
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

const PAGE = `<!doctype html><html lang="en"><title>Elsewhere</title><main><h1>Elsewhere</h1>
<form method="post"><label>Name <input name="login"></label><button>Log in</button>
<button name="cancel" value="1">Cancel</button></form></main></html>`;

const serve = provider.callback();

createServer(async (request, response) => {
  if (request.url === "/favicon.ico") return response.writeHead(204).end();
  if (!request.url.startsWith("/interaction/")) return serve(request, response);
  if (request.method !== "POST") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    return response.end(PAGE);
  }
  const form = new URLSearchParams(await text(request));
  const result = form.has("cancel") ? { error: "access_denied" } : { login: { accountId: form.get("login") } };
  return provider.interactionFinished(request, response, result);
}).listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
