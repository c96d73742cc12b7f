// The page of an operation: what it does, what it needs, what it takes, what it answers.

import { attempt } from "./attempt.js";
import { base } from "./document.js";
import { copyButton, h, prose, words } from "./element.js";
import { model, row } from "./members.js";
import { typeWords } from "./schema.js";

/** The method as a badge. */
export const badge = (method) => h("span", { class: `method ${method.toLowerCase()}` }, method);

export const link = (operation) => `#${encodeURIComponent(operation.id)}`;

/** `find` puts a text into the search. */
export function page(operation, neighbors, find) {
  const { method, path, summary, description, deprecated, id, group } = operation;
  const beside = attempt(operation);
  // Where there is one column only, the form is far below.
  const jump = () => {
    beside.scrollIntoView();
    beside.querySelector("input, select, textarea, [type=submit]").focus({ preventScroll: true });
  };
  return h(
    "article",
    { class: "operation" },
    h(
      "header",
      {},
      h("p", { class: "kicker" }, group),
      h("h1", { tabindex: "-1" }, summary),
      h(
        "p",
        { class: "endpoint" },
        badge(method),
        h("code", {}, breakable(path)),
        copyButton("the address", () => base.href + path.slice(1)),
        h("button", { type: "button", class: "copy jump", click: jump }, "Try it"),
      ),
    ),
    h(
      "div",
      { class: "told" },
      deprecated ? h("p", { class: "warning" }, "Deprecated: do not use it in what is new.") : "",
      h("div", { class: "prose" }, prose(description)),
      access(operation, find),
      parameters(operation),
      body(operation),
      answers(operation, find),
      h("p", { class: "id" }, "Operation id ", h("code", {}, id)),
      onward(neighbors),
    ),
    beside,
  );
}

// A long path may be broken after a slash.
const breakable = (path) => path.split(/(?<=\/)/).flatMap((step) => [step, h("wbr")]);

const section = (title, ...content) => h("section", {}, h("h2", {}, title), ...content);

function chip(text, find) {
  return h(
    "button",
    { type: "button", class: "chip", title: "Find operations with it", click: () => find(text) },
    text,
  );
}

function access({ basic, bearer, optional, permissions, scopes }, find) {
  const authentication = basic
    ? "The client's id and secret, by HTTP Basic or in the form"
    : bearer
      ? "A bearer token"
      : "None";
  const facts = [
    ["Authentication", bearer && optional ? `${authentication}, if there is one` : authentication],
  ];
  if (bearer) {
    const how = permissions.names.length > 1 ? `${permissions.how} of ` : "";
    facts.push([
      "Permission",
      permissions.names.length ? [how, permissions.names.map((name) => chip(name, find))] : "None",
    ]);
    if (scopes.length)
      facts.push([
        "Scope",
        [scopes.length > 1 ? "any of " : "", scopes.map((name) => [h("code", {}, name), " "])],
      ]);
  }
  return section(
    "Access",
    h(
      "dl",
      { class: "facts" },
      facts.map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]),
    ),
  );
}

const AREAS = { path: "In the path", query: "In the query", header: "As a header" };

function parameters({ parameters }) {
  return Object.entries(AREAS).map(([area, title]) => {
    const its = parameters.filter((parameter) => parameter.in === area);
    return its.length ? section(title, h("ul", { class: "members" }, its.map(row))) : "";
  });
}

function body({ body }) {
  if (!body) return "";
  const type = h(
    "p",
    { class: "media" },
    h("code", {}, body.type),
    body.required ? h("span", { class: "required" }, "required") : "",
  );
  return section(
    "Body",
    type,
    prose(body.description),
    model("an example of the body", body, { request: true }),
  );
}

const isRefusal = ({ status }) => !/^[123d]/.test(status);

function answers({ answers }, find) {
  return section(
    "Answers",
    h(
      "ul",
      { class: "answers" },
      answers.map((answer) => told(answer, find)),
      refusals(answers),
    ),
  );
}

function told(answer, find) {
  const { status, description, codes, headers, schema } = answer;
  const explained = headers.filter(({ description }) => description);
  return h(
    "li",
    {},
    h(
      "p",
      { class: "outcome" },
      h("strong", { class: `status s${status[0]}` }, status),
      h("span", {}, words(description)),
    ),
    codes.length
      ? h(
          "ul",
          { class: "codes" },
          codes.map(({ code, when }) => h("li", {}, chip(code, find), h("span", {}, words(when)))),
        )
      : "",
    explained.length
      ? h(
          "details",
          { class: "nested" },
          h("summary", {}, "Headers"),
          h(
            "ul",
            { class: "members" },
            explained.map((header) => row({ ...header, schema: header.schema ?? {} })),
          ),
        )
      : "",
    isRefusal(answer) || !schema ? "" : model(`an example of the answer ${status}`, answer, {}),
  );
}

// Refusals mostly share a model, so it stands once, below them.
function refusals(answers) {
  const shared = Map.groupBy(
    answers.filter((it) => isRefusal(it) && it.schema),
    ({ schema }) => typeWords(schema),
  );
  return [...shared].map(([name, its]) => {
    const statuses = shared.size > 1 ? its.map(({ status }) => status).join(", ") : "Every refusal";
    const content = model(`an example of a refusal, ${name}`, its[0], {});
    return h(
      "li",
      {},
      h("p", {}, `${statuses}: the body is `, h("code", {}, name), "."),
      h("details", { class: "nested" }, h("summary", {}, "Body of a refusal"), content),
    );
  });
}

function onward([before, after]) {
  const to = (operation, word) =>
    operation ? h("a", { href: link(operation) }, h("small", {}, word), operation.summary) : h("span");
  return h("nav", { class: "onward", "aria-label": "Neighbors" }, to(before, "Before"), to(after, "Next"));
}
