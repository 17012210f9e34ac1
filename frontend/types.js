// Writes the types of the API, types/api.d.ts, from its document: `npm run types`. The client imports them as
// "#api".
import { readFile, writeFile } from "node:fs/promises";

/**
 * The part of JSON Schema that the document uses.
 * @typedef {object} Schema
 * @property {string} [$ref]
 * @property {string} [type]
 * @property {unknown} [const]
 * @property {unknown} [default]
 * @property {unknown[]} [enum]
 * @property {Schema[]} [anyOf]
 * @property {Schema[]} [oneOf]
 * @property {Schema} [items]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 * @property {Record<string, Schema>} [properties]
 * @property {boolean | Schema} [additionalProperties]
 * @property {string[]} [required]
 */

const REF = "#/components/schemas/";

/** @typedef {Record<string, Record<string, {requestBody?: unknown}>>} Paths operations by path and method */

/** Longest array that is written as a tuple, such as the `[offset, colour]` of a stroke. */
const LONGEST_TUPLE = 4;

/**
 * Declare every schema of an OpenAPI document.
 * @param {{paths: Paths, components: {schemas: Record<string, Schema>}}} document
 */
export function declarations({ paths, components: { schemas } }) {
  const requests = reachable(requestBodies(paths), schemas);
  const declared = Object.entries(schemas).map(([name, schema]) => {
    const isRequest = requests.has(name);
    return schema.properties
      ? `export interface ${name} ${objectType(schema, isRequest)}\n`
      : `export type ${name} = ${typeOf(schema)};\n`;
  });
  return declared.join("\n");
}

/** @param {Paths} paths */
function requestBodies(paths) {
  return Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ requestBody }) => requestBody),
  );
}

/**
 * Collect the names of the schemas that a part of the document refers to, directly or through others.
 * @param {unknown} part
 * @param {Record<string, Schema>} schemas
 * @param {Set<string>} [found]
 */
function reachable(part, schemas, found = new Set()) {
  for (const [, name] of (JSON.stringify(part) ?? "").matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    reachable(schemas[name], schemas, found);
  }
  return found;
}

/**
 * Write the type of an object. Responses always contain a field whose default is not null.
 * @param {Schema} schema
 * @param {boolean} [isRequest]
 */
function objectType({ properties = {}, required = [] }, isRequest = false) {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const isPresent = required.includes(name) || (!isRequest && schema.default != null);
    return `  ${name}${isPresent ? "" : "?"}: ${typeOf(schema)};\n`;
  });
  return `{\n${fields.join("")}}`;
}

/**
 * @param {Schema} schema
 * @returns {string}
 */
function typeOf(schema) {
  if (schema.$ref) return schema.$ref.slice(REF.length);
  const kinds = schema.anyOf ?? schema.oneOf;
  if (kinds) return kinds.map(typeOf).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  switch (schema.type) {
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "array":
      return arrayType(schema);
    case "object":
      return schema.properties ? objectType(schema) : "Record<string, any>";
    default:
      return "unknown";
  }
}

/** @param {Schema} schema */
function arrayType({ items = {}, minItems, maxItems = Infinity }) {
  const item = typeOf(items);
  if (minItems === maxItems && maxItems <= LONGEST_TUPLE) return `[${Array(maxItems).fill(item).join(", ")}]`;
  return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
}

if (import.meta.main) {
  const document = JSON.parse(await readFile(new URL("static/openapi.json", import.meta.url), "utf8"));
  await writeFile(new URL("types/api.d.ts", import.meta.url), declarations(document));
}
