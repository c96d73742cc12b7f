// The pages around the operations: the introduction, the error codes, and the one for what is not there.

import { base, errorCodes } from "./document.js";
import { copyButton, h, prose, words } from "./element.js";
import { badge, link } from "./operation.js";
import * as session from "./session.js";

const heading = (text) => h("h1", { tabindex: "-1" }, text);

const listed = (operations) =>
  h(
    "ul",
    { class: "index" },
    operations.map((it) =>
      h(
        "li",
        {},
        h("a", { href: link(it) }, badge(it.method), h("span", {}, it.summary), h("code", {}, it.path)),
      ),
    ),
  );

/** The first page. */
export function introduction({ info, servers, groups }) {
  const address = base.href.replace(/\/$/, "");
  const elsewhere = servers
    .map((server) => new URL(server.url, base).href.replace(/\/$/, ""))
    .filter((url) => url !== address);
  const facts = [
    ["Address", [h("code", {}, address), " ", copyButton("the address", () => address)]],
    ["Also at", elsewhere.map((url) => h("code", {}, url))],
    ["Version", info.version],
    ["For machines", h("a", { href: new URL("openapi.json", base).href }, "OpenAPI document")],
  ].filter(([, value]) => value?.length !== 0);
  return h(
    "article",
    { class: "overview" },
    h(
      "header",
      {},
      h("img", { src: new URL("docs/seal.svg", base).href, alt: "", width: "72", height: "72" }),
      heading(`${info.title ?? "The"} API`),
    ),
    h("div", { class: "prose lead" }, prose(info.description)),
    h(
      "dl",
      { class: "facts" },
      facts.map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]),
    ),
    h(
      "ol",
      { class: "steps" },
      h(
        "li",
        {},
        h("button", { type: "button", class: "link", click: session.open }, "Get a token"),
        " with the id and secret of a client.",
      ),
      h(
        "li",
        {},
        "Pick an operation, or press ",
        h("kbd", {}, "/"),
        " and search by path, permission or error code.",
      ),
      h("li", {}, "Fill in its form and send it. The curl command follows what you type."),
      h("li", {}, "Look up what went wrong in the ", h("a", { href: "#errors" }, "error codes"), "."),
    ),
    groups.map((group) =>
      h("section", {}, h("h2", {}, group.name), prose(group.description), listed(group.operations)),
    ),
  );
}

/** Every error code, when it comes, and which operations answer it. */
export function errors({ operations }) {
  const entries = errorCodes(operations).map(({ code, statuses, whens, operations: from }) => {
    const count = from.size === 1 ? "1 operation" : `${from.size} operations`;
    return h(
      "li",
      {},
      h(
        "p",
        { class: "signature" },
        h("code", { class: "name" }, code),
        [...statuses].map((status) => h("strong", { class: `status s${status[0]}` }, status)),
      ),
      [...whens].map((when) => h("p", {}, words(when))),
      h("details", { class: "nested" }, h("summary", {}, count), listed([...from])),
    );
  });
  return h(
    "article",
    { class: "overview" },
    h("header", {}, heading("Error codes")),
    h("p", {}, "Branch on the code; the message beside it is for people."),
    h("ul", { class: "members" }, entries),
  );
}

/** For an address that names nothing, or a document that could not be had. */
export function missing(title, text) {
  return h(
    "article",
    { class: "overview" },
    h("header", {}, heading(title)),
    h("p", {}, text),
    h("p", {}, h("a", { href: "#" }, "To the introduction")),
  );
}
