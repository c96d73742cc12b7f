// The token in use. It lives in this module's memory only: never in storage, in the address, or on the page.

import { base } from "./document.js";
import { announce, h } from "./element.js";

const PROMISE =
  "For a client that is registered for client credentials. " +
  "The token stays in the memory of this page, and is gone when you leave it.";

let current;
const listeners = new Set();

/** The token, or nothing. */
export const token = () => current?.token;

/** Calls `listener` whenever a token comes or goes, until it answers false. */
export function onChange(listener) {
  listeners.add(listener);
}

function change(next) {
  current = next;
  for (const listener of listeners) if (listener() === false) listeners.delete(listener);
}

/** The value of `Authorization` for HTTP Basic, its parts as they stand (RFC 7617 section 2). */
export function basic(id, secret) {
  const bytes = new TextEncoder().encode(`${id}:${secret}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

async function ask(path, options) {
  const answer = await fetch(new URL(path, base), { credentials: "omit", cache: "no-store", ...options });
  const body = await answer.json().catch(() => ({}));
  if (answer.ok) return body;
  throw new Error(body.error_description ?? body.message ?? `the server answered ${answer.status}`);
}

async function signIn(id, secret) {
  const issued = await ask("oauth/token", {
    method: "POST",
    headers: { Authorization: basic(id, secret) },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const next = {
    token: issued.access_token,
    expires: new Date(Date.now() + issued.expires_in * 1000),
    client: id,
  };
  const me = await ask("api/v2/tokens/me", { headers: bearer(next.token) }).catch(() => ({}));
  change({ ...next, client: me.OAuthClient?.name ?? id, organization: me.organization?.name });
}

const bearer = (token) => ({ Authorization: `Bearer ${token}` });

async function revoke() {
  const { token } = current;
  change(undefined);
  await ask("api/v2/tokens/me", { method: "DELETE", headers: bearer(token) });
}

function field(label, attributes) {
  const input = h("input", { required: true, autocomplete: "off", spellcheck: "false", ...attributes });
  return { input, row: h("label", { class: "field" }, h("span", {}, label), input) };
}

const dialog = h("dialog", { "aria-labelledby": "session-title" });

/** Opens the panel where a token is got, or where it is told whose it is. */
export function open() {
  render();
  dialog.showModal();
}

function render(note) {
  const close = h("button", { type: "button", class: "quiet", click: () => dialog.close() }, "Close");
  dialog.replaceChildren(...(current ? whose(close) : asking(close)));
  const said = h("p", { class: "note", role: "status" }, note ?? "");
  dialog.append(said);
}

function asking(close) {
  const id = field("Client id", { type: "text", name: "id" });
  const secret = field("Client secret", { type: "password", name: "secret" });
  const send = h("button", { type: "submit", class: "primary" }, "Get a token");
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await signIn(id.input.value.trim(), secret.input.value);
      render();
      announce(`You have a token of ${current.client}.`);
      dialog.querySelector("button").focus();
    } catch (error) {
      dialog.querySelector(".note").textContent = `No token: ${error.message}.`;
      secret.input.focus();
    }
    send.disabled = false;
  };
  return [
    h("h2", { id: "session-title" }, "Get a token"),
    h("p", {}, PROMISE),
    h("form", { submit }, id.row, secret.row, h("div", { class: "row" }, send, close)),
  ];
}

function whose(close) {
  const end = async () => {
    const note = await revoke().then(
      () => "The token is revoked.",
      (error) => `It is forgotten here, but: ${error.message}.`,
    );
    render(note);
    dialog.querySelector("input").focus();
  };
  const facts = [
    ["Client", current.client],
    ["Organization", current.organization],
    ["Expires", current.expires.toLocaleString()],
  ];
  return [
    h("h2", { id: "session-title" }, "Your token"),
    h(
      "dl",
      { class: "facts" },
      facts.filter(([, value]) => value).map(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]),
    ),
    h(
      "div",
      { class: "row" },
      h("button", { type: "button", class: "danger", click: end }, "Revoke it"),
      close,
    ),
  ];
}

/** Puts the panel into the page, and lets `button` open it and say who is signed in. */
export function attach(button) {
  document.body.append(dialog);
  button.addEventListener("click", open);
  onChange(() => {
    button.textContent = current ? current.client : "Get a token";
    button.classList.toggle("primary", !current);
    button.classList.toggle("quiet", Boolean(current));
    button.classList.toggle("signed", Boolean(current));
    button.setAttribute("aria-label", current ? `Your token, of ${current.client}` : "Get a token");
  });
}
