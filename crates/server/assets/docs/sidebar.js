// The list of operations, and the search that narrows it.

import { h } from "./element.js";
import { badge, link } from "./operation.js";

/** Fills the list. Returns `find(text)`, `mark(address)` and `focus()`. */
export function sidebar(groups, { place, search, found }) {
  const entries = [];
  for (const group of groups) {
    const rows = group.operations.map((operation) => {
      const reason = h("small", { class: "reason" });
      const item = h(
        "li",
        {},
        h("a", { href: link(operation) }, badge(operation.method), h("span", {}, operation.summary, reason)),
      );
      entries.push({ item, reason, facts: facts(operation) });
      return item;
    });
    place.append(h("section", {}, h("h2", {}, group.name), h("ul", {}, rows)));
  }

  const narrow = () => {
    const terms = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { item, reason, facts } of entries) {
      const hits = terms.map((term) => facts.find(([, fact]) => fact.toLowerCase().includes(term)));
      item.hidden = hits.includes(undefined);
      count += item.hidden ? 0 : 1;
      reason.replaceChildren(...because(hits, terms));
    }
    for (const section of place.children) section.hidden = !section.querySelector("li:not([hidden])");
    found.textContent = terms.length === 0 ? "" : count === 1 ? "1 operation" : `${count} operations`;
  };
  search.addEventListener("input", narrow);

  const focus = () => {
    search.focus();
    search.select();
  };
  const find = (text) => {
    search.value = text;
    narrow();
    focus();
  };
  const mark = (address) => {
    for (const anchor of place.parentElement.querySelectorAll("a")) {
      if (anchor.getAttribute("href") !== address) anchor.removeAttribute("aria-current");
      else {
        anchor.setAttribute("aria-current", "page");
        anchor.scrollIntoView({ block: "nearest" });
      }
    }
  };
  keys({ place, search, find });
  return { find, mark, focus };
}

// What can be searched, the most telling first.
function facts({ summary, method, path, id, permissions, scopes, answers }) {
  const codes = answers.flatMap(({ status, codes }) => codes.map(({ code }) => ["code", code, `${status} `]));
  return [
    ["summary", summary],
    ["method", method],
    ["path", path],
    ["id", id],
    ...permissions.names.map((name) => ["permission", name]),
    ...codes,
    ...scopes.map((name) => ["scope", name]),
  ];
}

// Where a term hit something that the list does not show, shows it with the term marked.
function because(hits, terms) {
  const index = hits.findIndex((hit) => hit && !["summary", "method"].includes(hit[0]));
  if (index === -1) return [];
  const [, fact, before = ""] = hits[index];
  const start = fact.toLowerCase().indexOf(terms[index]);
  const end = start + terms[index].length;
  return [before, fact.slice(0, start), h("mark", {}, fact.slice(start, end)), fact.slice(end)];
}

function keys({ place, search, find }) {
  const shown = () => [...place.querySelectorAll("li:not([hidden]) a")];
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && search.value) find("");
    else if (event.key === "ArrowDown") shown()[0]?.focus();
    else if (event.key === "Enter") shown()[0]?.click();
    else return;
    event.preventDefault();
  });
  place.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown") all[at + 1]?.focus();
    else if (event.key === "ArrowUp") (all[at - 1] ?? search).focus();
    else if (event.key === "Escape") search.focus();
    else return;
    event.preventDefault();
  });
}
