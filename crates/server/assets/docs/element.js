// Makes elements. Text goes in as text only; nothing in these pages parses HTML.

/** `h("a", { href: "#" }, "text", child)`: members that are functions listen, `true` stands without a value. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== undefined && value !== null && value !== false) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ""),
  );
  return element;
}

/** Words in which `backticks` mark code. */
export function words(text) {
  return String(text ?? "")
    .split("`")
    .map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
}

/** Paragraphs, parted by empty lines. */
export function prose(text) {
  const paragraphs = String(text ?? "")
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter(Boolean);
  return paragraphs.map((part) => h("p", {}, words(part)));
}

/** Says `text` to whoever listens to the page. */
export function announce(text) {
  document.getElementById("announcement").textContent = text;
}

/** A button that copies what `text` returns; nothing where the browser has no clipboard (plain http elsewhere). */
export function copyButton(label, text) {
  if (!navigator.clipboard) return "";
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied";
    }
    announce(button.textContent);
    setTimeout(() => (button.textContent = "Copy"), 1500);
  };
  const button = h(
    "button",
    { type: "button", class: "copy", "aria-label": `Copy ${label}`, click: copy },
    "Copy",
  );
  return button;
}

/** A block of code that a keyboard can scroll. */
export function codeBlock(label, ...content) {
  return h("pre", { tabindex: "0", role: "region", "aria-label": label }, h("code", {}, ...content));
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG = 100_000;

/** JSON text in colours; left plain where it is long enough to slow the page down. */
export function colored(text) {
  if (text.length > LONG) return [text];
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, string, colon] = match;
    parts.push(text.slice(end, match.index));
    if (colon) parts.push(h("span", { class: "key" }, string), colon);
    else parts.push(h("span", { class: string ? "string" : "literal" }, whole));
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)];
}

export const pretty = (value) => JSON.stringify(value, null, 2);
