import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

const FRONTEND = new URL("../", import.meta.url);

/** Characters per line, also in the templates and comments that the formatter leaves as they are. */
const WIDTH = 110;

/** Lines per file; a longer one does more than one thing. */
const LENGTH = 350;

/** @returns {Promise<{file: string, text: string}[]>} */
async function ownFiles() {
  const names = await readdir(FRONTEND, { recursive: true });
  const own = names.filter(
    (name) => /\.(js|css|html)$/.test(name) && !/(^|\/)(node_modules|vendor|swagger-ui-[\d.]+)\//.test(name),
  );
  return Promise.all(
    own.map(async (file) => ({ file, text: await readFile(new URL(file, FRONTEND), "utf8") })),
  );
}

/**
 * The places in the files, as "file:line", of lines that match.
 * @param {(line: string) => boolean} isMatch
 */
async function linesThat(isMatch) {
  return (await ownFiles()).flatMap(({ file, text }) =>
    text.split("\n").flatMap((line, index) => (isMatch(line) ? [`${file}:${index + 1}`] : [])),
  );
}

test(`no line is longer than ${WIDTH} characters`, async () => {
  assert.deepEqual(await linesThat((line) => line.length > WIDTH), []);
});

test(`no file is longer than ${LENGTH} lines`, async () => {
  const long = (await ownFiles()).filter(({ text }) => text.split("\n").length > LENGTH + 1);
  assert.deepEqual(
    long.map(({ file }) => file),
    [],
  );
});

test("each element has a name of its own", async () => {
  const names = (await ownFiles()).flatMap(({ text }) =>
    [...text.matchAll(/customElements\.define\("([\w-]+)"/g)].map(([, name]) => name),
  );
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test("JSDoc has one tag per line", async () => {
  const comment = /^\s*(\/\*\*|\*)\s/;
  const tag = /(?<![\w`{"])@(param|returns|type|template|typedef|property|import)\b/g;
  const crowded = (/** @type {string} */ line) =>
    comment.test(line) && (line.replace(/`[^`]*`/g, "").match(tag)?.length ?? 0) > 1;
  assert.deepEqual(await linesThat(crowded), []);
});

test("JSDoc stands above what it describes", async () => {
  assert.deepEqual(await linesThat((line) => /^\s*\/\*\*.*\*\/ [^(]/.test(line)), []);
});

test("JSDoc imports types with @import", async () => {
  assert.deepEqual(await linesThat((line) => /import\("(\.|#)[^"]+"\)\.\w/.test(line)), []);
});

test("no link and no import begins at the root of the host, where the site need not be", async () => {
  const raw = (/** @type {string} */ line) =>
    /<(a|img)\b[^>]*\b(href|src)="\/|\bhref=\$\{["`]\/|\bfrom "\/|\bimport\("\//.test(line);
  const places = await linesThat(raw);
  assert.deepEqual(
    places.filter((place) => place.startsWith("static/client/")),
    [],
  );
});

test("nothing looks hovered that a finger has tapped", async () => {
  const guarded = /@media \(hover: hover\) \{(?:[^{}]|\{[^{}]*\})*\}/g;
  const isPlain = (/** @type {string} */ selector) => !selector.includes(":hover");
  const found = (await ownFiles()).flatMap(({ file, text }) =>
    [...text.replaceAll(guarded, "").matchAll(/[^{};/*]*:hover[^{};]*(?=\{)/g)]
      // a state looks the same with and without a pointer over it
      .filter(([rule]) => !rule.split(",").some(isPlain))
      .map(([rule]) => `${file}: ${rule.trim()}`),
  );
  assert.deepEqual(
    found.filter((place) => place.startsWith("static/client/")),
    [],
  );
});
