import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, normalize } from "node:path/posix";
import { test } from "node:test";

const CLIENT = new URL("../static/client/", import.meta.url);

/**
 * Rooms and files of the client from the top down. A module imports from floors below its own, and from its
 * own room; rooms on one floor do not import each other.
 */
const FLOORS = [
  ["main.js"],
  ["account", "admin", "artist", "canvas", "home", "shell"],
  ["editor"], // the page of a canvas opens it
  ["ui"],
  ["model"],
  ["router.js", "session.js"],
  ["api.js", "i18n.js", "lit.js", "sha256.js", "theme.js", "early.js"],
  ["base.js", "clock.js", "messages", "store.js", "transfer.js"],
];

/**
 * Every import between two rooms: static, dynamic and of types.
 * @returns {Promise<{from: string, to: string, file: string}[]>}
 */
async function importsOfTheClient() {
  const files = (await readdir(CLIENT, { recursive: true })).filter((name) => name.endsWith(".js"));
  const found = await Promise.all(
    files.map(async (file) => {
      const code = await readFile(new URL(file, CLIENT), "utf8");
      return [...code.matchAll(/(?:\bfrom |\bimport |\bimport\()"(\.[^"]+)"/g)].map(([, path = ""]) => ({
        from: roomOf(file),
        to: roomOf(normalize(`${dirname(file)}/${path}`)),
        file,
      }));
    }),
  );
  // Vendored libraries are beside the client, and below all of its floors.
  return found.flat().filter(({ from, to }) => from !== to && to !== "..");
}

/** @param {string} file */
function roomOf(file) {
  return file.split("/")[0] ?? file;
}

/** @param {string} room */
function floorOf(room) {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

test("every room and file of the client has its floor", async () => {
  const rooms = new Set((await readdir(CLIENT)).filter((name) => !name.endsWith(".css")));
  assert.deepEqual([...rooms].sort(), FLOORS.flat().sort());
});

test("a room imports only from floors below its own", async () => {
  const imports = await importsOfTheClient();
  assert.ok(imports.length > 100);
  const wrong = imports.filter(({ from, to }) => floorOf(to) <= floorOf(from));
  assert.deepEqual(
    wrong.map(({ file, to }) => `${file} -> ${to}`),
    [],
  );
});
