// The members of a model as a list; models inside it unfold when they are asked for.

import { codeBlock, colored, copyButton, h, pretty, prose } from "./element.js";
import { accepted, example, look, members, models, rules, typeWords } from "./schema.js";

const rule = (text) => h("span", { class: "rule" }, text);
const choice = (value) => [h("code", {}, String(value)), " "];

/** One row: a name, its type and rules, what it is for. Parameters have rows too. */
export function row({ name, schema, required, description, deprecated }) {
  const shape = look(schema).schema;
  const choices = accepted(schema);
  return h(
    "li",
    { class: "member" },
    h(
      "p",
      { class: "signature" },
      h("code", { class: "name" }, name),
      h("span", { class: "type" }, typeWords(schema)),
      required ? h("span", { class: "required" }, "required") : "",
      shape.readOnly ? rule("read only") : "",
      deprecated || shape.deprecated ? rule("deprecated") : "",
      rules(schema).map(rule),
    ),
    prose(description ?? shape.description),
    choices.length ? h("p", { class: "choices" }, "One of ", choices.map(choice)) : "",
    models(schema).map(unfolding),
  );
}

function unfolding({ name, schema }) {
  const count = members(schema).length;
  const details = h(
    "details",
    { class: "nested" },
    h("summary", {}, h("span", {}, name), h("small", {}, count === 1 ? "1 member" : `${count} members`)),
  );
  // Built when it is opened: models can hold themselves.
  const fill = () => details.open && details.childElementCount === 1 && details.append(list(schema));
  details.addEventListener("toggle", fill);
  return details;
}

function list(schema) {
  return h("ul", { class: "members" }, members(schema).map(row));
}

/** A model where it is the subject: its type, its members, an example. */
export function model(label, media, options) {
  const { schema } = media;
  const [only, ...others] = models(schema);
  const direct = only && others.length === 0 && look(schema).schema.properties;
  const type = h("span", { class: "type" }, typeWords(schema));
  // "object" says nothing that the list of members does not.
  const telling = !direct || type.textContent !== "object";
  return [
    telling ? h("p", { class: "signature" }, type, direct ? "" : rules(schema).map(rule)) : "",
    h("div", { class: "prose" }, prose(look(schema).schema.description)),
    direct ? list(schema) : models(schema).map(unfolding),
    media.form ? "" : sample(label, pretty(media.example ?? example(schema, options))),
  ];
}

function sample(label, text) {
  if (!text) return "";
  const copy = copyButton(label, () => text);
  const block = h("div", { class: "example" }, copy, codeBlock(label, ...colored(text)));
  return h("details", { class: "nested" }, h("summary", {}, "Example"), block);
}
