// Takes pictures of every page: `node screenshots.mjs FOLDER DRAWN`, for the server that CHANCERY_URL and
// CHANCERY_BOOTSTRAP name. It must ask for consent, and believe X-Forwarded-For. DRAWN has the pages that no visit leads to.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { PHONE, WIDE, fill, launch, logIn, press } from './chromium.mjs';
import { serverAt } from './server.mjs';

const LANGUAGES = ['de', 'en', 'es', 'fr'];
const AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0',
];

const [folder, drawn] = process.argv.slice(2);
const url = process.env.CHANCERY_URL;
const server = serverAt(url, JSON.parse(readFileSync(process.env.CHANCERY_BOOTSTRAP, 'utf8')));
const { person } = server;
const wrong = { ...person, password: 'not the password' };

/** Where the answers go: a page that does no harm. */
const registeredRedirectUri = [`${url}/health/live`];
const register = (members) => server.register({ after() {} }, { registeredRedirectUri, ...members });

/** The same page in every size and scheme, on a screen that is as high as the page. */
async function picture(page, language, name) {
  for (const [device, size] of Object.entries({ wide: WIDE, phone: PHONE })) {
    for (const scheme of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.setViewport(size);
      const height = await page.evaluate(async () => {
        await Promise.all(document.getAnimations().map((it) => it.finished.catch(() => {})));
        return document.documentElement.scrollHeight;
      });
      await page.setViewport({ ...size, height: Math.max(height, size.height) });
      await page.screenshot({ path: join(folder, language, `${name}-${device}-${scheme}.png`) });
    }
  }
}

/** Sends a form of ours that is not one of ours. */
async function forge(page, selector) {
  await page.$eval('[name=csrf]', (field) => (field.value = 'forged'));
  await press(page, selector);
}

async function tour(browser, language, number, clients) {
  mkdirSync(join(folder, language), { recursive: true });
  const take = (name) => picture(page, language, name);
  const from = (address) =>
    page.setExtraHTTPHeaders({ 'Accept-Language': language, 'X-Forwarded-For': `192.0.2.${number}${address}` });

  for (const userAgent of AGENTS) {
    const context = await browser.createBrowserContext();
    const other = await context.newPage();
    await other.setUserAgent({ userAgent });
    await other.goto(server.authorize(clients[0]));
    await logIn(other, person);
    await context.close();
  }
  const context = await browser.createBrowserContext();
  const page = await context.newPage();

  await from(0);
  await page.goto(server.authorize(clients[0]));
  await take('login');
  await logIn(page, wrong);
  await take('login-wrong');
  await fill(page, '#email', person.email);
  await fill(page, '#password', 'x');
  await forge(page, 'button[type=submit]');
  await take('login-expired');
  await from(1);
  while ((await logIn(page, wrong)).status() !== 429);
  await take('login-too-many');
  await from(0);
  await page.goto(server.authorize(clients[1], { login_hint: 'somebody.with.a.long.name@subsidiary.example.com' }));
  await take('login-long');
  await logIn(page, person);
  await take('consent-long');
  await press(page, '[value=allow]');
  await page.goto(server.authorize(clients[0]));
  await take('consent');
  await page.goto(`${url}/account`);
  await take('account');
  await page.goto(server.authorize(clients[0]));
  await forge(page, '[value=allow]');
  await take('problem-cross-site');
  await page.goto(server.authorize(clients[0]));
  await press(page, '[value=allow]');
  const standard = (name, query) => server.page(name, clients[0], query).replace('/oauth/', '/oauth2/');
  await page.goto(standard('authorize', { prompt: 'select_account' }));
  await take('choose');
  await page.goto(standard('logout'));
  await take('log-out');
  await press(page, '[value=stay]');
  await take('stayed');
  await page.setJavaScriptEnabled(false);
  await page.goto(standard('authorize', { response_mode: 'form_post', scope: undefined }));
  await take('onward');
  await page.setJavaScriptEnabled(true);
  await page.goto(`${url}/account`);
  await press(page, '[name=end_others]');
  await take('account-done');
  await fill(page, '#old_password', 'not the password');
  await fill(page, '#new_password', 'a much better passphrase');
  await press(page, '[name=change_password]');
  await take('account-wrong-password');
  const change = async (old) => {
    await fill(page, '#old_password', old);
    await fill(page, '#new_password', 'short');
    return (await press(page, '[name=change_password]')).status();
  };
  await change(person.password);
  await take('account-refused-password');
  while ((await change('not the password')) !== 429);
  await take('problem-too-many-requests');
  for (const [name, query] of Object.entries({
    'problem-unknown-client': { client_id: 'unknown' },
    'problem-unregistered-redirect-uri': { redirect_uri: 'https://elsewhere.example/' },
    'problem-missing-redirect-uri': { redirect_uri: undefined },
  })) {
    await page.goto(server.authorize(clients[0], query));
    await take(name);
  }
  await page.goto(`${server.authorize(clients[0])}&client_id=again`);
  await take('problem-invalid-request');
  await page.goto(`${url}/account`);
  await page.$eval('form', (form) => (form.action = '/logout'));
  await press(page, '[name=log_out]');
  await take('problem-not-found');
  for (const client of clients) {
    await page.goto(`${url}/account`);
    await press(page, `[value="${client.id}"]`);
  }
  await take('account-alone');
  await page.goto(`${url}/logout?client_id=${clients[0].id}`);
  await take('logged-out');
  await page.goto(`${url}/account`);
  await take('logged-out-nowhere');
  await page.setExtraHTTPHeaders({});
  for (const name of ['unavailable', 'servererror']) {
    await page.goto(pathToFileURL(join(drawn, `problem-${name}.${language}.html`)).href);
    await take(`problem-${name}`);
  }
  await context.close();
}

const clients = [
  await register({ name: 'Acme Service Desk', scope: ['users:readonly', 'conversations', 'user-basic-info'] }),
  await register({
    name: 'The application of the department for the administration of long names',
    scope: ['users', 'oauth', 'authorization', 'organization', 'conversations', 'routing', 'analytics:readonly'],
  }),
];
const { browser, close } = await launch();
try {
  for (const [number, language] of LANGUAGES.entries()) await tour(browser, language, number + 1, clients);
} finally {
  await close();
}
