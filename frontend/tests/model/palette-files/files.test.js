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
