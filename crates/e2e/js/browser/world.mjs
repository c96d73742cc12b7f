// The world of the browser's suite: two running servers, a real Chromium, and an application of the test's own that is
// served from another origin and has the vendor's SDK, unmodified.
//
// CHANCERY_URL and CHANCERY_BOOTSTRAP name a server, CHANCERY_CONSENT_URL and CHANCERY_CONSENT_BOOTSTRAP another one
// that asks people for their consent.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after } from 'node:test';

import { WIDE, launch, text } from './chromium.mjs';
import { serverAt } from './server.mjs';

export * from './chromium.mjs';

const { resolve } = createRequire(import.meta.url);
const AXE = readFileSync(resolve('axe-core/axe.min.js'), 'utf8');
const SDK = readFileSync(
  join(resolve('purecloud-platform-client-v2'), '../../web-cjs/purecloud-platform-client-v2.min.js'),
);

// The servers

function environment(name) {
  const value = process.env[name];
  assert.ok(value, `set ${name}: the suite drives servers that are already running`);
  return value;
}

function server(prefix) {
  const bootstrap = JSON.parse(readFileSync(environment(`${prefix}_BOOTSTRAP`), 'utf8'));
  return serverAt(environment(`${prefix}_URL`).replace(/\/$/, ''), bootstrap);
}

export const plain = server('CHANCERY');
export const asking = server('CHANCERY_CONSENT');

// Other origins

/** Sites of the test's own: pages are put at new paths, and every request is noted. */
async function site() {
  const pages = new Map([['/sdk.js', { type: 'text/javascript', text: SDK }]]);
  const requests = [];
  const listener = createServer(({ url, headers, method }, answer) => {
    const { pathname } = new URL(url, 'http://site');
    requests.push({ method, url, referer: headers.referer });
    const page = pages.get(pathname);
    if (page?.location) return answer.writeHead(302, { Location: page.location }).end();
    return answer.writeHead(page ? 200 : 404, { 'Content-Type': page?.type ?? 'text/plain' }).end(page?.text);
  });
  await new Promise((listening) => listener.listen(0, '127.0.0.1', listening));
  after(() => {
    listener.closeAllConnections();
    listener.close();
  });
  const { port } = listener.address();
  let count = 0;
  return {
    /** The same site as the servers, another origin. */
    origin: `http://127.0.0.1:${port}`,
    /** Another site, for a browser. */
    foreign: `http://localhost:${port}`,
    requests,
    path: () => `/page-${(count += 1)}`,
    /** A page that leads elsewhere. */
    lead(path, location) {
      pages.set(path, { location });
      return this.origin + path;
    },
    put(path, text, type = 'text/html; charset=utf-8') {
      pages.set(path, { type, text });
      return this.origin + path;
    },
  };
}

export const app = await site();

/** A page without content, where a login can end. */
export function callback() {
  return app.put(app.path(), '<!doctype html><html lang="en"><title>Callback</title><link rel="icon" href="data:,">');
}

/** An application made with the vendor's SDK, which logs in as soon as it is opened; and its client. */
export async function application(t, server, flow, { options = {}, members = {} } = {}) {
  const path = app.path();
  const authorizedGrantType = flow === 'loginImplicitGrant' ? 'TOKEN' : 'CODE';
  const registeredRedirectUri = [app.origin + path];
  const client = await server.register(t, { authorizedGrantType, registeredRedirectUri, ...members });
  const { hostname: host, port } = new URL(server.url);
  const settings = JSON.stringify({ flow, options, id: client.id, gateway: { host, port, protocol: 'http' } });
  app.put(
    path,
    `<!doctype html><html lang="en"><title>Application</title><link rel="icon" href="data:,">
<img src="/seen.png?by=${path.slice(1)}" alt=""><script src="/sdk.js"></script><script>
const { flow, options, id, gateway } = ${settings};
const platform = require('platformClient');
const api = platform.ApiClient.instance;
api.setGateway(gateway);
const here = location.origin + location.pathname;
const tell = (told) => {
  const element = document.createElement('pre');
  element.id = 'told';
  element.textContent = JSON.stringify({ referrer: document.referrer, ...told });
  document.body.append(element);
};
api[flow](id, here, options).then(async ({ accessToken: token, state }) => {
  const { email, id } = await new platform.UsersApi().getUsersMe();
  tell({ token, state, email, id });
}).catch((error) => tell({ error: error.message ?? JSON.stringify(error) }));
</script>`,
  );
  app.put('/seen.png', '', 'image/png');
  return { url: app.origin + path, client };
}

/** What the application tells once its login has ended. */
export async function told(page) {
  await page.waitForSelector('#told');
  return JSON.parse(await text(page, '#told'));
}

// The browser

const { browser, close } = await launch();
after(close);

/**
 * Runs `body` in a browser of its own: no cookie of another. Its pages must load nothing from elsewhere, and complain about
 * nothing but what is `expected`: statuses, and patterns of what is said.
 */
export async function browse(settings, body) {
  const { expected = [], size = WIDE, scheme = 'light', scripts = true, language } = settings;
  const context = await browser.createBrowserContext();
  const complaints = [];
  const known = [plain.url, asking.url, app.origin, app.foreign];
  const complain = (said) => {
    const isExpected = (it) => (it instanceof RegExp ? it.test(said) : said.includes(`status of ${it}`));
    if (!expected.some(isExpected)) complaints.push(said);
  };
  const open = async () => {
    const page = await context.newPage();
    page.on('console', (message) => ['error', 'warn'].includes(message.type()) && complain(message.text()));
    page.on('pageerror', (error) => complain(error.message));
    page.on('dialog', (dialog) => complain(`dialog: ${dialog.message()}`));
    page.on('requestfailed', (request) => {
      // What another page has taken the place of needs nothing any more.
      const why = request.failure().errorText;
      if (why !== 'net::ERR_ABORTED') complain(`failed: ${request.url()} ${why}`);
    });
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && !known.includes(origin)) complain(`elsewhere: ${request.url()}`);
    });
    await page.setJavaScriptEnabled(scripts);
    await page.setViewport(size);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    if (language) await page.setExtraHTTPHeaders({ 'Accept-Language': language });
    return page;
  };
  try {
    const page = await open();
    await body(page, { open, context });
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** The cookies that a server set in this browser, by the middle of their names. */
export async function cookies(context, { url }) {
  const found = {};
  for (const cookie of await context.cookies()) {
    const { name, domain } = cookie;
    assert.equal(domain, new URL(url).hostname);
    if (name.startsWith('chancery_')) (found[name.split('_')[1]] ??= []).push(cookie);
  }
  return found;
}

/** What axe complains about. */
export async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(
    async () => (await globalThis.axe.run(document, { preload: false })).violations,
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

/** A request by hand, which follows nothing. */
export const raw = (url, options) => fetch(url, { redirect: 'manual', ...options });
