import assert from "node:assert/strict";
import { test } from "node:test";

import { declarations } from "../../types.js";

/** @import { Schema } from "../../types.js" */

/**
 * @param {Record<string, Schema>} schemas
 * @param {string} [request] the schema of the only request
 */
const declare = (schemas, request) =>
  declarations({
    paths: { "/": { post: { requestBody: request && { $ref: `#/components/schemas/${request}` } } } },
    components: { schemas },
  });

test("a field may be missing unless it is required", () => {
  const schema = { properties: { id: { type: "integer" }, note: { type: "string" } }, required: ["id"] };
  assert.equal(declare({ A: schema }), "export interface A {\n  id: number;\n  note?: string;\n}\n");
});

test("a field with a default is present in responses and optional in requests", () => {
  const part = { properties: { seconds: { type: "integer", default: 900 } } };
  const whole = { properties: { part: { $ref: "#/components/schemas/Part" } }, required: ["part"] };
  assert.match(declare({ Part: part, Whole: whole }), /seconds: number/);
  assert.match(declare({ Part: part, Whole: whole }, "Whole"), /seconds\?: number/);
});

test("a field whose default is null may be missing from a response", () => {
  const pending = { anyOf: [{ type: "string" }, { type: "null" }], default: null };
  assert.match(declare({ A: { properties: { pending } } }), /pending\?: string \| null/);
});

test("enums, constants, lists and short tuples", () => {
  assert.equal(
    declare({ A: { enum: ["free", "review"], type: "string" } }),
    'export type A = "free" | "review";\n',
  );
  assert.equal(declare({ A: { const: "Bearer", type: "string" } }), 'export type A = "Bearer";\n');
  const either = { anyOf: [{ type: "string" }, { type: "integer" }] };
  assert.equal(declare({ A: { type: "array", items: either } }), "export type A = (string | number)[];\n");
  assert.equal(declare({ A: { oneOf: either.anyOf } }), "export type A = string | number;\n");
  const pair = { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2 };
  assert.equal(declare({ A: { type: "array", items: pair } }), "export type A = [number, number][];\n");
});
