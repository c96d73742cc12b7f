// Reads the OpenAPI document (sections 4.8.8 to 4.8.16) into what the pages show: groups of operations.

import { follow, within } from "./schema.js";

const METHODS = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];
const AREAS = ["path", "query", "header"];

export const base = new URL("..", import.meta.url);

/** Fetches and reads the document. */
export async function load() {
  const answer = await fetch(new URL("openapi.json", base), { credentials: "omit" });
  if (!answer.ok) throw new Error(`openapi.json answered ${answer.status}`);
  return read(await answer.json());
}

export function read(document) {
  within(document);
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, stated]) => {
    const item = follow(stated);
    const there = METHODS.filter((method) => item[method]);
    return there.map((method) => operation(document, path, method, item));
  });
  const described = document.tags ?? [];
  const names = new Set([...described.map((tag) => tag.name), ...operations.map((it) => it.group)]);
  const groups = [...names].map((name) => ({
    name,
    description: described.find((tag) => tag.name === name)?.description,
    operations: operations.filter((it) => it.group === name),
  }));
  const filled = groups.filter((group) => group.operations.length);
  const ordered = filled.flatMap((group) => group.operations);
  return { info: document.info ?? {}, servers: document.servers ?? [], groups: filled, operations: ordered };
}

function operation(document, path, method, item) {
  const its = item[method];
  return {
    id: its.operationId ?? `${method} ${path}`,
    method: method.toUpperCase(),
    path,
    summary: its.summary ?? its.operationId ?? path,
    description: its.description,
    deprecated: its.deprecated === true,
    group: its.tags?.[0] ?? "Other",
    permissions: permissions(its["x-permissions"]),
    ...security(document, its.security ?? document.security ?? []),
    parameters: parameters(item.parameters, its.parameters),
    body: body(its.requestBody),
    answers: Object.entries(its.responses ?? {}).map(answer),
  };
}

function permissions(stated) {
  if (stated?.all?.length) return { how: "all", names: stated.all };
  return { how: "any", names: stated?.any ?? [] };
}

function security(document, alternatives) {
  const schemes = document.components?.securitySchemes ?? {};
  const named = alternatives.flatMap((alternative) => Object.entries(alternative));
  const isBasic = ([name]) => follow(schemes[name] ?? {}).scheme?.toLowerCase() === "basic";
  const bearer = named.filter((it) => !isBasic(it));
  return {
    basic: named.some(isBasic),
    bearer: bearer.length > 0,
    optional:
      alternatives.length === 0 || alternatives.some((alternative) => Object.keys(alternative).length === 0),
    scopes: [...new Set(bearer.flatMap(([, scopes]) => scopes))],
  };
}

// A parameter of the operation replaces one of the path with its name.
function parameters(ofPath = [], ofOperation = []) {
  const all = new Map();
  for (const parameter of [...ofPath, ...ofOperation].map((it) => follow(it))) {
    if (AREAS.includes(parameter.in)) all.set(`${parameter.in}.${parameter.name}`, parameter);
  }
  return [...all].map(([key, parameter]) => ({ ...parameter, key, schema: parameter.schema ?? {} }));
}

function media(content = {}) {
  const [type] = Object.keys(content);
  if (!type) return {};
  const { schema = {}, example, examples } = content[type];
  const stated = example ?? follow(Object.values(examples ?? {})[0] ?? {}).value;
  return { type, schema, example: stated };
}

function body(stated) {
  if (!stated) return undefined;
  const { required = false, description, content } = follow(stated);
  const its = media(content);
  return { required, description, ...its, form: its.type === "application/x-www-form-urlencoded" };
}

function answer([status, stated]) {
  const { description, content, headers = {}, "x-error-codes": codes = [] } = follow(stated);
  const described = Object.entries(headers).map(([name, header]) => ({ name, ...follow(header) }));
  return { status, description, headers: described, codes, ...media(content) };
}

/** Every error code: where it can come from, and when. */
export function errorCodes(operations) {
  const found = new Map();
  for (const it of operations) {
    for (const { status, codes } of it.answers) {
      for (const { code, when } of codes) {
        const entry = found.get(code) ?? {
          code,
          statuses: new Set(),
          whens: new Set(),
          operations: new Set(),
        };
        entry.statuses.add(status);
        if (when) entry.whens.add(when);
        entry.operations.add(it);
        found.set(code, entry);
      }
    }
  }
  return [...found.values()].sort((a, b) => a.code.localeCompare(b.code));
}
