import assert from "node:assert/strict";
import { test } from "node:test";

import { FORMATS, readPaletteFile } from "../../../static/client/model/palette-files/files.js";

const MANY = Array.from(
  { length: 255 },
  (_, index) => `#${(index * 0x10101 + 7).toString(16).padStart(6, "0")}`,
);

for (const { id, write } of FORMATS)
  for (const colours of [["#000000", "#ff004d"], MANY])
    test(`${colours.length} colours are the same after being written and read as ${id}`, () => {
      const written = write(colours, "Größe; #1");
      const bytes = typeof written === "string" ? new TextEncoder().encode(written) : written;
      assert.deepEqual(readPaletteFile(bytes), { colours, merged: 0 });
    });

const NAMED = "GIMP Palette\n0 0 0\tschwarz\n255 0 77\tweiß\n";

test("names of colours may be in the encoding of an old machine", () => {
  const bytes = Uint8Array.from(NAMED, (letter) => letter.charCodeAt(0)); // Latin-1
  assert.deepEqual(readPaletteFile(bytes).colours, ["#000000", "#ff004d"]);
});

for (const littleEndian of [true, false])
  test(`a text in UTF-16 is read, ${littleEndian ? "little" : "big"} end first`, () => {
    const text = `\uFEFF${NAMED}`;
    const view = new DataView(new ArrayBuffer(2 * text.length));
    [...text].forEach((letter, at) => {
      view.setUint16(2 * at, letter.charCodeAt(0), littleEndian);
    });
    assert.deepEqual(readPaletteFile(new Uint8Array(view.buffer)).colours, ["#000000", "#ff004d"]);
  });

test("bytes that are no text in any encoding are no palette", () => {
  assert.throws(() => readPaletteFile(Uint8Array.of(0x30, 0xff, 0x31)), { reason: "unknown" });
});

test("a file of empty lines does not hold up the page", () => {
  const started = performance.now();
  assert.throws(() => readPaletteFile(new TextEncoder().encode("\n".repeat(100_000))), { reason: "too_few" });
  assert.ok(performance.now() - started < 10_000); // trying each line from each took minutes
});
