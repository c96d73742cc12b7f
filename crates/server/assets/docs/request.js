// What was typed, as a request and as a curl command that makes it.

import { base } from "./document.js";
import { kind, look } from "./schema.js";

/** Members whose values a curl command must not repeat. */
export const isSecret = (name, schema) =>
  look(schema).schema.format === "password" || /secret|password|assertion|token$/i.test(name);

const several = (text) =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);

/** `values` has the text of each field by its key. Empty fields are left out; an empty path keeps its `{name}`. */
export function prepare(operation, values) {
  const typed = (key) => values.get(key) ?? "";
  const headers = [];
  const query = new URLSearchParams();
  let path = operation.path.replace(/^\//, "");
  for (const { key, name, in: area, schema, explode } of operation.parameters) {
    const text = typed(key);
    if (text === "") continue;
    if (area === "path") path = path.replace(`{${name}}`, encodeURIComponent(text));
    else if (area === "header") headers.push([name, text]);
    else if (kind(look(schema).schema) === "array" && explode !== false)
      several(text).forEach((part) => query.append(name, part));
    else query.append(name, text);
  }
  const { body } = operation;
  const form = body?.form ? [...values].filter(([key, text]) => key.startsWith("form.") && text !== "") : [];
  const members = form.map(([key, text]) => [key.slice("form.".length), text]);
  const text = body?.form ? new URLSearchParams(members).toString() : typed("body").trim();
  if (body && text !== "") headers.push(["Content-Type", body.type]);
  const tail = query.size ? `?${query}` : "";
  // Joined as text, because URL would normalize an argument away that is made of dots.
  return {
    method: operation.method,
    url: base.href + path + tail,
    headers,
    text: body && text !== "" ? text : undefined,
    members,
  };
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const isPlain = (text) => /^[\w.~-]*$/.test(text);

/** The command. Tokens and secrets stand in it as variables of the shell. */
export function curl(operation, values) {
  const { method, url, headers, text, members } = prepare(operation, values);
  const lines = [quote(url)];
  if (operation.bearer) lines.push('-H "Authorization: Bearer $TOKEN"');
  if (operation.basic && !values.get("form.client_id")) {
    const id = values.get("basic.id") ?? "";
    lines.push(`-u ${isPlain(id) && id ? `"${id}` : '"$CLIENT_ID'}:$CLIENT_SECRET"`);
  }
  if (operation.body?.form) {
    for (const [name, value] of members) {
      const schema = look(operation.body.schema).schema.properties?.[name];
      if (isSecret(name, schema)) lines.push(`--data-urlencode "${name}=$${name.toUpperCase()}"`);
      else
        lines.push(isPlain(value) ? `-d ${name}=${value}` : `--data-urlencode ${quote(`${name}=${value}`)}`);
    }
  } else {
    lines.push(...headers.map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`));
    if (text !== undefined) lines.push(`--data-raw ${quote(text)}`);
  }
  const implied = text === undefined ? "GET" : "POST";
  const flag = method === "HEAD" ? " --head" : method === implied ? "" : ` -X ${method}`;
  return `curl -sS${flag} ${lines.join(" \\\n  ")}`;
}
