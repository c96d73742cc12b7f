// Reads JSON Schema as OpenAPI 3.1 has it (section 4.8.24): types in words, rules in words, members, examples.

let root = {};

/** The document that references point into. */
export function within(document) {
  root = document;
}

function target(pointer) {
  const steps = pointer
    .replace(/^#\/?/, "")
    .split("/")
    .map((step) => decodeURIComponent(step).replace(/~1/g, "/").replace(/~0/g, "~"));
  return steps.reduce((value, step) => value?.[step], root) ?? {};
}

/** What stands behind a reference of any kind: members beside `$ref` win. */
export function follow(value, left = 16) {
  if (!value?.$ref || left === 0) return value ?? {};
  const { $ref, ...beside } = value;
  return { ...follow(target($ref), left - 1), ...beside };
}

const nothing = (schema) => schema?.type === "null";
const values = (schema) => schema?.enum ?? (schema && "const" in schema ? [schema.const] : undefined);

/** A schema without detours: `{ schema, model, nullable, choices }`. */
export function look(given) {
  if (typeof given !== "object" || given === null) return { schema: {}, choices: [] };
  let model = given.$ref?.split("/").pop();
  let schema = follow(given);
  let nullable = Array.isArray(schema.type) && schema.type.includes("null");
  const all = schema.allOf ?? [];
  for (const part of all) {
    const inner = look(part);
    if (all.length === 1) model ??= inner.model;
    const properties = { ...inner.schema.properties, ...schema.properties };
    const required = [...(inner.schema.required ?? []), ...(schema.required ?? [])];
    schema = {
      ...inner.schema,
      ...schema,
      allOf: undefined,
      ...(inner.schema.properties && { properties, required }),
    };
  }
  const parts = schema.anyOf ?? schema.oneOf ?? [];
  const choices = parts.filter((part) => !nothing(part));
  nullable ||= choices.length < parts.length;
  if (choices.length === 1) {
    const { anyOf, oneOf, ...beside } = schema;
    const inner = look(choices[0]);
    return { ...inner, model: model ?? inner.model, schema: { ...inner.schema, ...beside }, nullable };
  }
  if (choices.length > 1 && choices.every((part) => values(follow(part)))) {
    schema = { type: "string", ...schema, enum: choices.flatMap((part) => values(follow(part))) };
    return { schema, model, nullable, choices: [] };
  }
  return { schema, model, nullable, choices };
}

/** The type without `null`, guessed from the members where the schema names none. */
export function kind(schema) {
  const types = [schema.type].flat().filter((type) => type && type !== "null");
  if (types.length) return types.join(" or ");
  if (schema.properties || schema.additionalProperties) return "object";
  if (schema.items) return "array";
  const [first] = (values(schema) ?? []).filter((value) => value !== null);
  return first === undefined ? "any" : typeof first;
}

/** A type in words: `array of RoleDivision`, `map of integer`. */
export function typeWords(given) {
  const { schema, model, choices } = look(given);
  if (model && (schema.properties || choices.length)) return model;
  if (choices.length) return [...new Set(choices.map(typeWords))].join(" or ");
  const type = kind(schema);
  if (type === "array") return `array of ${typeWords(schema.items)}`;
  const value = schema.additionalProperties;
  if (type === "object" && !schema.properties && value) return `map of ${typeWords(value)}`;
  return type;
}

function range(least, most, unit) {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  if (most !== undefined) return `at most ${most}${unit}`;
  return least === undefined ? undefined : `at least ${least}${unit}`;
}

/** The rules of a schema, in words. */
export function rules(given) {
  const { schema, nullable } = look(given);
  const inner = kind(schema) === "array" ? look(schema.items).schema : {};
  return [
    schema.format ?? inner.format,
    range(schema.minimum, schema.maximum, ""),
    schema.exclusiveMinimum === undefined ? undefined : `more than ${schema.exclusiveMinimum}`,
    schema.exclusiveMaximum === undefined ? undefined : `less than ${schema.exclusiveMaximum}`,
    range(schema.minLength, schema.maxLength, " characters"),
    range(schema.minItems, schema.maxItems, " elements"),
    range(inner.minLength, inner.maxLength, " characters each"),
    schema.uniqueItems ? "each once" : undefined,
    schema.pattern && `matches ${schema.pattern}`,
    schema.default === undefined || schema.default === null
      ? undefined
      : `default ${JSON.stringify(schema.default)}`,
    nullable ? "can be null" : undefined,
  ].filter(Boolean);
}

/** The values that a schema, or the elements of its array, can have. */
export function accepted(given) {
  const { schema } = look(given);
  const own = values(schema) ?? (kind(schema) === "array" ? values(look(schema.items).schema) : undefined);
  return (own ?? []).filter((value) => value !== null);
}

/** The members of an object, the required ones first. */
export function members(given) {
  const { schema } = look(given);
  const required = new Set(schema.required);
  const all = Object.entries(schema.properties ?? {});
  return all
    .map(([name, member]) => ({ name, schema: member, required: required.has(name) }))
    .sort((a, b) => b.required - a.required);
}

/** The objects inside a schema that have members to show: `{ name, schema }`. */
export function models(given) {
  const { schema, model, choices } = look(given);
  if (choices.length) return choices.flatMap(models);
  if (schema.properties) return [{ name: model ?? "object", schema: given }];
  const inside = kind(schema) === "array" ? schema.items : schema.additionalProperties;
  return inside ? models(inside) : [];
}

const FORMATS = {
  uuid: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
  "date-time": "2026-07-01T12:00:00.000Z",
  date: "2026-07-01",
  uri: "https://app.example/callback",
  email: "ada@app.example",
};

/** A value of the schema. `request` leaves out what only answers have, `least` what is not required. */
export function example(given, { request = false, least = false } = {}, above = []) {
  const { schema, model, choices } = look(given);
  const stated = schema.example ?? schema.examples?.[0] ?? schema.default ?? accepted(given)[0];
  const type = kind(schema);
  if (stated !== undefined && stated !== null && (type !== "array" || Array.isArray(stated))) return stated;
  if (choices.length) return example(choices[0], { request, least }, above);
  if (model && above.includes(model)) return undefined;
  const path = model ? [...above, model] : above;
  if (type === "array") {
    const element = example(schema.items, { request, least }, path);
    return element === undefined ? [] : [element];
  }
  if (type === "object") {
    const made = {};
    const wanted = members(given).filter((member) => member.required || !least);
    for (const member of wanted) {
      const inner = look(member.schema).schema;
      if ((request ? inner.readOnly : inner.writeOnly) || inner.deprecated) continue;
      const value = example(member.schema, { request, least }, path);
      if (value !== undefined) made[member.name] = value;
    }
    const entry = schema.properties
      ? undefined
      : example(schema.additionalProperties, { request, least }, path);
    if (entry !== undefined) made.key = entry;
    return made;
  }
  if (type === "integer" || type === "number") return schema.minimum ?? 0;
  if (type === "boolean") return true;
  return type.includes("string") ? (FORMATS[schema.format] ?? "text") : undefined;
}
