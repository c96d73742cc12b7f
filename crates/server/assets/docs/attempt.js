// "Try it": the form of an operation, the request it makes, and the answer.

import { announce, codeBlock, colored, copyButton, h, pretty } from "./element.js";
import { curl, isSecret, prepare } from "./request.js";
import { accepted, example, kind, look, members } from "./schema.js";
import * as session from "./session.js";

const PATIENCE = 30_000;
const TELLING = /^(inin-|retry-after$|location$|www-authenticate$|content-type$)/i;

/** The column beside an operation. */
export function attempt(operation) {
  const command = codeBlock("The request as a curl command");
  const answer = h("div", { class: "answer" });
  const send = h(
    "button",
    { type: "submit", class: operation.method === "DELETE" ? "danger" : "primary" },
    `Send ${operation.method}`,
  );
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    await run(operation, values(form), answer);
    answer.scrollIntoView({ block: "nearest" });
    send.disabled = false;
  };
  const form = h("form", { submit }, access(operation), fields(operation), h("div", { class: "row" }, send));
  const follow = () => (command.firstChild.textContent = curl(operation, values(form)));
  form.addEventListener("input", follow);
  follow();
  const copy = copyButton("the curl command", () => command.textContent);
  return h(
    "aside",
    { class: "attempt", "aria-label": "Try it" },
    h("section", { class: "card" }, h("h2", {}, "Try it"), form),
    h("section", { class: "card dark" }, h("h2", {}, "curl", copy), command),
    answer,
  );
}

const values = (form) => new Map([...new FormData(form)].map(([key, value]) => [key, String(value)]));

function access(operation) {
  if (operation.basic) {
    return [
      field("basic.id", "client id, for Basic", h("input", { type: "text" })),
      field("basic.secret", "client secret, for Basic", h("input", { type: "password" })),
    ];
  }
  if (!operation.bearer) return [];
  const line = h("p", { class: "access" });
  const get = h("button", { type: "button", class: "link", click: session.open }, "Get a token");
  const tell = () =>
    line.replaceChildren(
      ...(session.token()
        ? ["Goes out with your token."]
        : [get, " first, or see what the server says without one."]),
    );
  // A form that was left behind is told no more.
  session.onChange(() => line.isConnected && (tell(), true));
  tell();
  return line;
}

function fields(operation) {
  const { parameters, body } = operation;
  const typed = parameters.map(({ key, name, schema, required, in: area }) => {
    return field(key, name, input(name, schema, area === "path"), required);
  });
  if (body?.form)
    return [
      ...typed,
      ...members(body.schema).map(({ name, schema, required }) => formField(name, schema, required)),
    ];
  return body ? [...typed, ...bodyField(body)] : typed;
}

function formField(name, schema, required) {
  const made = input(name, schema, false);
  if (required) made.value = accepted(schema)[0] ?? "";
  return field(`form.${name}`, name, made, required);
}

function field(key, label, made, required = false) {
  made.name = key;
  made.autocomplete = "off";
  made.spellcheck = false;
  const mark = required ? h("span", { class: "required" }, "required") : "";
  return h("label", { class: "field" }, h("span", {}, h("code", {}, label), mark), made);
}

function input(name, schema, required) {
  const shape = look(schema).schema;
  const choices = kind(shape) === "boolean" ? [true, false] : kind(shape) === "array" ? [] : accepted(schema);
  const usual = shape.default === undefined ? "" : String(shape.default);
  if (choices.length) {
    const none = h("option", { value: "" }, usual ? `not sent (${usual})` : "not sent");
    return h(
      "select",
      {},
      none,
      choices.map((value) => h("option", {}, String(value))),
    );
  }
  const placeholder = kind(shape) === "array" ? "several, parted by commas" : usual;
  return h("input", { type: isSecret(name, schema) ? "password" : "text", placeholder, required });
}

function bodyField(body) {
  const area = h("textarea", { wrap: "off" });
  const hint = h("p", { class: "hint" });
  const check = () => {
    area.rows = Math.min(Math.max(area.value.split("\n").length, 4), 18);
    try {
      if (area.value.trim()) JSON.parse(area.value);
      hint.textContent = "";
    } catch (error) {
      hint.textContent = `Not JSON: ${error.message}`;
    }
  };
  const fill = (least) => () => {
    const stated = least ? undefined : body.example;
    area.value = pretty(stated ?? example(body.schema, { request: true, least }));
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  area.addEventListener("input", check);
  const least = members(body.schema).some((member) => member.required);
  area.value = pretty((least ? undefined : body.example) ?? example(body.schema, { request: true, least }));
  check();
  const button = (label, all) => h("button", { type: "button", class: "link", click: fill(!all) }, label);
  const offers = members(body.schema).length
    ? h(
        "p",
        { class: "offers" },
        "Fill in ",
        button("what is required", false),
        " or ",
        button("all members", true),
      )
    : "";
  return [field("body", "body", area, body.required), hint, offers];
}

async function run(operation, typed, place) {
  const { method, url, headers: pairs, text } = prepare(operation, typed);
  const headers = new Headers(pairs);
  if (operation.basic && typed.get("basic.id"))
    headers.set("Authorization", session.basic(typed.get("basic.id"), typed.get("basic.secret")));
  if (operation.bearer && session.token()) headers.set("Authorization", `Bearer ${session.token()}`);
  place.replaceChildren(h("p", { class: "waiting" }, "Waiting for the answer …"));
  const started = performance.now();
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(url, {
      method,
      headers,
      body: text,
      signal,
      credentials: "omit",
      cache: "no-store",
      redirect: "manual",
    });
    const received = await answer.text();
    show(place, answer, received, Math.round(performance.now() - started));
  } catch (error) {
    place.replaceChildren(
      h("section", { class: "card" }, h("h2", {}, "No answer"), h("p", {}, error.message)),
    );
    announce(`No answer: ${error.message}`);
  }
}

function show(place, answer, received, time) {
  const status =
    answer.type === "opaqueredirect"
      ? "a redirect, which a browser does not show"
      : `${answer.status} ${answer.statusText}`.trim();
  const headers = [...answer.headers].filter(([name]) => TELLING.test(name));
  const body =
    received === ""
      ? h("p", {}, "No body.")
      : codeBlock("The body of the answer", ...content(answer, received));
  const copy = received === "" ? "" : copyButton("the body of the answer", () => body.textContent);
  place.replaceChildren(
    h(
      "section",
      { class: "card" },
      h("h2", {}, "Answer"),
      h(
        "p",
        { class: "outcome" },
        h("strong", { class: `status s${String(answer.status)[0]}` }, status),
        h("span", {}, `${time} ms`),
        copy,
      ),
      h(
        "dl",
        { class: "headers" },
        headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
      ),
      body,
    ),
  );
  announce(`The answer is ${status}, after ${time} milliseconds.`);
}

function content(answer, received) {
  if (!/json/.test(answer.headers.get("Content-Type") ?? "")) return [received];
  try {
    return colored(pretty(JSON.parse(received)));
  } catch {
    return [received];
  }
}
