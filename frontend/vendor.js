// Packs Lit and the directives that the client uses into the one file that browsers load: `npm run vendor`.

import { copyFile, readFile } from "node:fs/promises";
import { build } from "esbuild";

const { version } = JSON.parse(await readFile("node_modules/lit/package.json", "utf8"));
const folder = `static/vendor/lit-${version}`;

await build({
  stdin: { contents: await readFile("types/lit.d.ts", "utf8"), resolveDir: "." },
  outfile: `${folder}/lit.js`,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
});
await copyFile("node_modules/lit/LICENSE", `${folder}/LICENSE.txt`);
