import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

import { chooseLocale, t, waitingTime } from "../../static/client/i18n.js";
import german from "../../static/client/messages/de.js";
import english from "../../static/client/messages/en.js";

/** @import { Catalogue, Message } from "#messages" */

const CLIENT = new URL("../../static/client/", import.meta.url);

/**
 * @param {Catalogue} catalogue
 * @returns {Map<string, Message>}
 */
function flat(catalogue) {
  return new Map(
    Object.entries(catalogue).flatMap(([room, messages]) =>
      Object.entries(messages).map(
        ([name, message]) => /** @type {[string, Message]} */ ([`${room}.${name}`, message]),
      ),
    ),
  );
}

const [en, de] = [flat(english), flat(german)];

/** @param {Message | undefined} message */
function placeholders(message) {
  const text = typeof message === "string" ? message : Object.values(message ?? {}).join();
  return [...new Set(text.match(/{\w+}/g))].sort();
}

test("both languages have the same messages", () => {
  assert.deepEqual([...de.keys()].sort(), [...en.keys()].sort());
});

test("both languages have the same placeholders", () => {
  const differing = [...en.keys()].filter(
    (key) => String(placeholders(en.get(key))) !== String(placeholders(de.get(key))),
  );
  assert.deepEqual(differing, []);
});

test("German has one word for each thing", () => {
  const others = /\b(Zellen?|Flächen?|Kästchen|Durchsicht|Gefällt)\b/; // Feld, Bereich, Feld, Prüfung, Like
  const differing = [...de].filter(([, message]) => others.test(JSON.stringify(message)));
  assert.deepEqual(differing, []);
});

test("no message is empty, and counted ones have the plural forms of both languages", () => {
  for (const [key, message] of [...en, ...de]) {
    const forms = typeof message === "string" ? { other: message, one: message } : message;
    assert.ok(forms.one && forms.other, key);
  }
});

test("every message used by the client exists", async () => {
  const files = (await readdir(CLIENT, { recursive: true })).filter((name) => name.endsWith(".js"));
  for (const file of files) {
    const code = await readFile(new URL(file, CLIENT), "utf8");
    for (const [, key = ""] of code.matchAll(/\bt\(\s*"([^"]+)"/g)) {
      assert.ok(en.has(key), `${file} says ${key}`);
    }
  }
});

test("a message formats numbers in its language", () => {
  assert.equal(t("home.tile_sum", { columns: 8, rows: 4, count: 1234 }), "8 × 4 tiles, 1,234 in all");
});

test("a count chooses the plural form", () => {
  assert.deepEqual(
    [1, 2].map((count) => t("home.found", { count })),
    ["1 canvas found", "2 canvases found"],
  );
});

test("a missing message shows its key", () => {
  assert.equal(t("home.nothing_of_the_kind"), "home.nothing_of_the_kind");
});

/** @returns {Promise<any>} */
async function readApi() {
  return JSON.parse(await readFile(new URL("../openapi.json", CLIENT), "utf8"));
}

test("every figure of an artist and every kind of change in the API document has a message", async () => {
  const { StatsView, Kind } = (await readApi()).components.schemas;
  const wanted = [
    ...Object.keys(StatsView.properties).map((name) => `account.stat_${name}`),
    ...Kind.enum.map((/** @type {string} */ kind) => `canvas.did_${kind}`),
  ];
  assert.deepEqual(
    wanted.filter((key) => !en.has(key)),
    [],
  );
});

test("every error code of the API document has a message", async () => {
  const document = await readApi();
  const refusals = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .flatMap(({ responses }) => Object.entries(responses))
    .filter(([status]) => Number(status) >= 400);
  const codes = new Set(
    refusals.flatMap(([, { description }]) => [...description.matchAll(/`(\w+)`/g)].map(([, code]) => code)),
  );
  assert.ok(codes.size > 40);
  assert.deepEqual(
    [...codes].filter((code) => !en.has(`common.error_${code}`)),
    [],
  );
});

for (const [language, tags, locale] of /** @type {[string, string[], string][]} */ ([
  ["en", ["en-GB", "en-US"], "en-GB"],
  ["en", ["en", "en-GB"], "en-GB"],
  ["en", ["de-DE", "de"], "en-DE"],
  ["de", ["en-US", "de-AT"], "de-AT"],
  ["en", ["eo"], "en"],
  ["en", ["en-US@posix"], "en"],
  ["de", ["C", "de-CH"], "de-CH"],
  ["en", [], "en"],
])) {
  test(`in ${language}, a browser of ${tags} gets dates of ${locale}`, () => {
    assert.equal(chooseLocale(language, tags), locale);
  });
}

test("English dates are American for Americans only", () => {
  const day = (/** @type {string[]} */ tags) =>
    new Intl.DateTimeFormat(chooseLocale("en", tags), { timeZone: "UTC" }).format(new Date("2026-12-24"));
  assert.deepEqual([["en-US"], ["en-GB"], ["de-DE"]].map(day), ["12/24/2026", "24/12/2026", "24/12/2026"]);
});

for (const [seconds, text] of /** @type {[number, string][]} */ ([
  [1, "in 1 second"],
  [61, "in 61 seconds"],
  [300, "in 5 minutes"],
  [3599, "in 60 minutes"],
  [7201, "in 3 hours"],
])) {
  test(`${seconds} seconds to wait are "${text}"`, () => assert.equal(waitingTime(seconds), text));
}
