// Packs each library that the client uses into the one file that browsers load: `npm run vendor`.

import { copyFile, readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

/** Packages, and the declarations in types/ that say what of them is packed. */
const LIBRARIES = { lit: "lit", "@noble/hashes": "sha256" };

for (const [name, packed] of Object.entries(LIBRARIES)) {
  const { version } = JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8"));
  const folder = `static/vendor/${name.replace("@", "").replace("/", "-")}-${version}`;

  await build({
    stdin: { contents: await readFile(`types/${packed}.d.ts`, "utf8"), resolveDir: "." },
    outfile: `${folder}/${packed}.js`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
  });
  // For TypeScript, which looks beside the file; it is not served.
  await writeFile(`${folder}/${packed}.d.ts`, `export * from "../../../types/${packed}.js";\n`);
  await copyFile(`node_modules/${name}/LICENSE`, `${folder}/LICENSE.txt`);
}
