// The API reference: loads /openapi.json and shows the page that the address names.

import { load } from "./document.js";
import { errors, introduction, missing } from "./overview.js";
import { page } from "./operation.js";
import { attach } from "./session.js";
import { sidebar } from "./sidebar.js";

const at = (id) => document.getElementById(id);
const main = at("main");

function themes(button) {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () =>
    (button.textContent = isDark() ? "Light" : "Dark") &&
    button.setAttribute("aria-label", `${button.textContent} theme`);
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    label();
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // The choice then lasts as long as the page.
    }
  });
  system.addEventListener("change", label);
  label();
}

/** On a phone the list covers the page, and the page is out of reach while it does. */
function drawer(button, list) {
  const wide = matchMedia("(min-width: 56rem)");
  const set = (open) => {
    list.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
    main.inert = open && !wide.matches;
  };
  button.addEventListener("click", () => set(!list.classList.contains("open")));
  wide.addEventListener("change", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || wide.matches || !list.classList.contains("open") || event.defaultPrevented)
      return;
    set(false);
    button.focus();
  });
  return { open: () => set(true), close: () => set(false) };
}

function start(reference) {
  const { info, groups, operations } = reference;
  at("version").textContent = info.version ?? "";
  at("browser").hidden = false;
  const shelf = drawer(at("browse"), at("browser"));
  const list = sidebar(groups, { place: at("groups"), search: at("search"), found: at("found") });
  const find = (text) => {
    shelf.open();
    list.find(text);
  };

  const pages = new Map(); // built once, so that what was typed is still there
  const build = (name) => {
    if (name === "") return introduction(reference);
    if (name === "errors") return errors(reference);
    const index = operations.findIndex((operation) => operation.id === name);
    if (index === -1) return missing("Not there", `No operation has the id ${name}.`);
    return page(operations[index], [operations[index - 1], operations[index + 1]], find);
  };
  const show = (event) => {
    const name = decoded(location.hash.slice(1));
    if (!pages.has(name)) pages.set(name, build(name));
    main.replaceChildren(pages.get(name));
    const heading = main.querySelector("h1");
    document.title = `${heading.textContent} · ${info.title ?? "API"}`;
    list.mark(`#${encodeURIComponent(name)}`);
    shelf.close();
    if (!event) return;
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  };
  addEventListener("hashchange", show);
  at("browser").addEventListener("click", (event) => event.target.closest("a") && shelf.close());
  show();

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, dialog");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    shelf.open();
    list.focus();
  });
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address stays that of the operation
  main.focus();
});
themes(at("theme"));
attach(at("session"));
at("tools").hidden = false;
try {
  start(await load());
} catch (error) {
  main.replaceChildren(missing("No document", `The OpenAPI document could not be loaded: ${error.message}.`));
}
