// A server that asks people before an application acts for them: what it says, and what comes of yes, no, and second
// thoughts.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { app, application, asking, browse, exists, logIn, press, text, told } from './world.mjs';

const { person } = asking;
const ALLOW = '[name=decision][value=allow]';
const DENY = '[name=decision][value=deny]';
const isConsent = (page) => exists(page, ALLOW);

const members = { name: 'Reports & figures', scope: ['users:readonly', 'oauth'] };
const apply = (t, more) => application(t, asking, 'loginPKCEGrant', { options: { state: 'kept' }, members, ...more });

async function begin(page, url) {
  await page.goto(url);
  await logIn(page, person);
  await page.waitForSelector(ALLOW);
}

/** Takes the consent back on the account page. */
async function revoke(page, client) {
  await page.goto(`${asking.url}/account`);
  await press(page, `[name=revoke_consent][value="${client.id}"]`);
  assert.match(await text(page, '[role=status]'), /no longer has access/);
  assert.ok(!(await exists(page, `[name=revoke_consent][value="${client.id}"]`)));
}

test('the page names the application, what it wants, and the person', async (t) => {
  const { url } = await apply(t);
  await browse({}, async (page) => {
    await begin(page, url);
    assert.equal(await text(page, 'h1'), 'Reports & figures asks for access to your account');
    const said = await text(page, 'main');
    for (const part of [person.email, new URL(url).host, asking.organization.name]) {
      assert.ok(said.includes(part), part);
    }
    const scopes = await page.$$eval('.scopes li', (all) => all.map((it) => it.textContent));
    assert.deepEqual(scopes.sort(), ['View and change oauth', 'View users']);
    assert.ok(!page.url().includes('code='));
  });
});

test('who allows it once is not asked again', async (t) => {
  const { url } = await apply(t);
  await browse({}, async (page) => {
    await begin(page, url);
    await press(page, ALLOW);
    const { token, state, email } = await told(page);
    assert.equal(state, 'kept');
    assert.equal(email, person.email);
    assert.ok(await asking.accepts(token));
    await page.goto(url);
    await told(page);
  });
  await browse({}, async (page) => {
    await page.goto(url);
    await logIn(page, person);
    await told(page);
  });
});

for (const flow of ['loginPKCEGrant', 'loginImplicitGrant']) {
  test(`who denies it sends the application away: ${flow}`, async (t) => {
    const { url } = await application(t, asking, flow);
    await browse({}, async (page) => {
      await begin(page, url);
      await press(page, DENY);
      assert.match((await told(page)).error, /^\[access_denied\]/);
      await page.goto(url);
      await page.waitForSelector(ALLOW);
      await press(page, ALLOW);
      assert.equal((await told(page)).email, person.email);
    });
  });
}

test('a consent that is taken back kills the token, and is asked for again', async (t) => {
  const { url, client } = await apply(t);
  await browse({}, async (page) => {
    await begin(page, url);
    await press(page, ALLOW);
    const { token } = await told(page);
    await revoke(page, client);
    assert.ok(!(await asking.accepts(token)));
    await page.goto(url);
    await page.waitForSelector(ALLOW);
    await press(page, ALLOW);
    const again = await told(page);
    assert.ok(await asking.accepts(again.token));
    assert.ok(!(await asking.accepts(token)), 'the old one stays dead');
  });
});

test('an application that wants more must ask again', async (t) => {
  const { url, client } = await apply(t, { members: { scope: ['users:readonly'] } });
  await browse({}, async (page) => {
    await begin(page, url);
    await press(page, ALLOW);
    await told(page);
    await asking.api('PUT', `/oauth/clients/${client.id}`, { ...client, scope: ['users:readonly', 'oauth'] });
    await page.goto(url);
    await page.waitForSelector(ALLOW);
    assert.ok((await text(page, '.scopes')).includes('View and change oauth'));
    await press(page, ALLOW);
    await told(page);
    await asking.api('PUT', `/oauth/clients/${client.id}`, { ...client, scope: ['oauth'] });
    await page.goto(url);
    await told(page);
  });
});

test('somebody else can log in instead', async (t) => {
  const { url } = await apply(t);
  await browse({}, async (page) => {
    await begin(page, url);
    await press(page, '.person a');
    await logIn(page, person);
    assert.ok(await isConsent(page));
    await press(page, ALLOW);
    await told(page);
  });
});

test('a decision in a session that has ended meanwhile counts for nothing', async (t) => {
  const { url } = await apply(t);
  await browse({}, async (page, { open }) => {
    await begin(page, url);
    await browse({}, async (elsewhere) => {
      await begin(elsewhere, url);
      await elsewhere.goto(`${asking.url}/account`);
      await press(elsewhere, '[name=end_others]');
    });
    await press(page, ALLOW);
    await page.waitForSelector('#password');
    await logIn(page, person);
    assert.ok(await isConsent(page));
    const other = await open();
    await other.goto(`${asking.url}/logout`);
    await page.bringToFront();
    // The form was bound to the session, which this browser does not know any more.
    await press(page, DENY);
    await page.waitForSelector('#password');
    assert.ok(page.url().startsWith(`${asking.url}/oauth/login`), page.url());
  });
});

test('a decision is made once, and back leads on', async (t) => {
  const { url } = await apply(t);
  await browse({ expected: [400] }, async (page) => {
    await begin(page, url);
    await press(page, ALLOW);
    await told(page);
    await page.goBack({ waitUntil: 'load' });
    assert.ok((await isConsent(page)) || page.url().startsWith(url), page.url());
    if (await isConsent(page)) await press(page, ALLOW);
    await page.goto(url);
    await told(page);
  });
});

test('an application that registered itself shows its logo, which comes from the server', async (t) => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const logo = app.put(app.path(), Buffer.from(png, 'base64'), 'image/png');
  const metadata = { redirect_uris: ['https://app.example/cb'], client_name: 'Newcomer', logo_uri: logo, policy_uri: 'https://app.example/privacy' };
  const options = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(metadata) };
  const answer = await fetch(`${asking.url}/oauth2/register`, options);
  const client = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(client));
  t.after(() => fetch(client.registration_client_uri, { method: 'DELETE', headers: { Authorization: `Bearer ${client.registration_access_token}` } }));
  const parameters = { client_id: client.client_id, redirect_uri: metadata.redirect_uris[0], response_type: 'code', scope: 'openid' };
  await browse({}, async (page) => {
    const width = () => page.$eval('img.app-logo', (image) => image.decode().then(() => image.naturalWidth));
    await page.goto(`${asking.url}/oauth2/authorize?${new URLSearchParams(parameters)}`);
    assert.equal(await width(), 1);
    await logIn(page, person);
    await page.waitForSelector(ALLOW);
    assert.equal(await width(), 1);
    assert.ok(await exists(page, 'a[href="https://app.example/privacy"]'));
  });
  assert.equal(app.requests.filter(({ url }) => logo.endsWith(url)).length, 1, 'the server asks, and nobody else');
});
