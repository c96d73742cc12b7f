// The page at /account: where a person is logged in, what they have allowed, their password.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { browse, callback, cookies, exists, fill, focuses, logIn, plain, press, raw, text } from './world.mjs';

const { person } = plain;
const SESSIONS = '[name=end_session]';

/** Logs in, and opens the page. */
async function open(page, client, as = person) {
  await page.goto(plain.authorize(client));
  await logIn(page, as);
  await show(page);
}

const show = (page) => page.goto(`${plain.url}/account`);

const newClient = (t) => plain.register(t, { registeredRedirectUri: [callback()] });
const count = async (page) => (await page.$$(SESSIONS)).length;

async function change(page, old, next) {
  await fill(page, '#old_password', old);
  await fill(page, '#new_password', next);
  return press(page, '[name=change_password]');
}

test('whoever is not logged in does so there, without any application', async () => {
  await browse({}, async (page) => {
    await show(page);
    assert.equal(await text(page, 'h1'), 'Sign in');
    await logIn(page, person);
    assert.equal(new URL(page.url()).pathname, '/account');
    assert.equal(await text(page, 'h1'), 'Your account');
    await page.goBack();
    assert.equal(await text(page, 'h1'), 'Your account', 'the way back leads here too');
  });
});

test('the page shows who is logged in, and where', async (t) => {
  const client = await newClient(t);
  await browse({}, async (page) => {
    await open(page, client);
    const said = await text(page, 'main');
    for (const part of [person.email, plain.organization.name, '127.0.0.1', 'Chrome', 'This browser']) {
      assert.ok(said.includes(part), part);
    }
    const since = new Date(await page.$eval('time', (it) => it.dateTime));
    assert.ok(Math.abs(Date.now() - since) < 600_000, `${since}`);
    assert.ok(await exists(page, `[name=revoke_consent][value="${client.id}"]`), 'what acts for them is listed');
  });
});

test('one session is ended, and the others go on', async (t) => {
  const client = await newClient(t);
  await browse({}, async (page) => {
    await open(page, client);
    if (await exists(page, '[name=end_others]')) await press(page, '[name=end_others]');
    assert.equal(await count(page), 1);
    await browse({}, async (other) => {
      await open(other, client);
      await browse({}, async (third) => {
        await open(third, client);
        assert.equal(await count(third), 3);
        await show(page);
        const rows = await page.$$eval('[aria-labelledby=sessions] .rows > li', (all) =>
          all.map((row) => [row.querySelector('.badge') !== null, row.querySelector('button').value]),
        );
        assert.deepEqual(rows.map(([isOwn]) => isOwn).sort(), [false, false, true]);
        const [, others] = rows.find(([isOwn]) => !isOwn);
        await press(page, `${SESSIONS}[value="${others}"]`);
        assert.match(await text(page, '[role=status]'), /has ended/);
        assert.equal(await count(page), 2);
        await show(third);
        await show(other);
        const alive = [await count(third), await count(other)].sort();
        assert.deepEqual(alive, [0, 2], 'one of them is nobody any more');
      });
    });
  });
});

test('all other sessions are ended at once', async (t) => {
  const client = await newClient(t);
  await browse({}, async (page) => {
    await open(page, client);
    await browse({}, async (other) => {
      await open(other, client);
      await show(page);
      await press(page, '[name=end_others]');
      assert.match(await text(page, '[role=status]'), /signed in here only/);
      assert.equal(await count(page), 1);
      assert.ok(!(await exists(page, '[name=end_others]')));
      await show(other);
      assert.equal(await text(other, 'h1'), 'Sign in');
    });
  });
});

test('whoever ends their own session is logged out', async (t) => {
  const client = await newClient(t);
  await browse({}, async (page, { context }) => {
    await open(page, client);
    if (await exists(page, '[name=end_others]')) await press(page, '[name=end_others]');
    await press(page, SESSIONS);
    assert.equal(await text(page, 'h1'), 'You are signed out');
    assert.equal((await cookies(context, plain)).session, undefined);
    await page.goto(plain.authorize(client));
    assert.ok(await exists(page, '#password'));
  });
});

test('signing out ends the session, and takes the cookie away', async (t) => {
  const client = await newClient(t);
  await browse({}, async (page, { context }) => {
    await open(page, client);
    const { session } = await cookies(context, plain);
    assert.equal(session.length, 1);
    await press(page, '[name=log_out]');
    assert.equal(await text(page, 'h1'), 'You are signed out');
    assert.equal((await cookies(context, plain)).session, undefined);
    // Whoever kept the cookie has nothing.
    const headers = { Cookie: `${session[0].name}=${session[0].value}` };
    const answer = await raw(plain.authorize(client), { headers });
    assert.match(answer.headers.get('location'), /^login\?/);
    await page.goBack();
    assert.ok(!(await exists(page, SESSIONS)), 'the page is not kept');
  });
});

test('somebody elses session cannot be ended by its number', async (t) => {
  const client = await newClient(t);
  await browse({}, async (page) => {
    await open(page, client);
    const before = await count(page);
    const press = (value) => page.$eval(SESSIONS, (button, value) => (button.value = value), value);
    for (const value of ['999999', '-1', 'x', '']) {
      await press(value);
      await Promise.all([page.waitForNavigation(), page.click(SESSIONS)]);
      assert.equal(await count(page), before, value);
    }
  });
});

test('a password is changed by whoever knows the old one, to one that is good', async (t) => {
  const client = await newClient(t);
  const next = 'a much better passphrase 17';
  await browse({ expected: [400] }, async (page, { context }) => {
    await open(page, client);
    const refusals = [
      ['not the password', next, /current password is not right/, 'old_password'],
      [person.password, 'short', /too short/, 'new_password'],
      [person.password, 'password12345', /easy to guess/, 'new_password'],
      [person.password, person.password, /used this password before/, 'new_password'],
    ];
    for (const [old, wanted, said, blamed] of refusals) {
      assert.equal((await change(page, old, wanted)).status(), 400);
      assert.match(await text(page, '[role=alert]'), said);
      assert.equal(await page.$eval(`#${blamed}`, (field) => field.getAttribute('aria-invalid')), 'true');
      await focuses(page, blamed);
      assert.deepEqual(await page.$$eval('[type=password]', (all) => all.map(({ value }) => value)), ['', '']);
    }
    await browse({ expected: [400] }, async (other) => {
      await open(other, client);
      const { session: before } = await cookies(context, plain);
      assert.equal((await change(page, person.password, next)).status(), 200);
      assert.match(await text(page, '[role=status]'), /has been changed/);
      const { session: later } = await cookies(context, plain);
      assert.notEqual(later[0].value, before[0].value, 'a new session');
      await show(page);
      assert.equal(await count(page), 1, 'all others have ended');
      await show(other);
      assert.equal(await text(other, 'h1'), 'Sign in');
      await other.goto(plain.authorize(client));
      await logIn(other, person);
      assert.match(await text(other, '[role=alert]'), /do not match/);
      await logIn(other, { ...person, password: next });
      assert.ok(new URL(other.url()).searchParams.get('code'));
    });
    person.password = next;
  });
});

test('whoever sits at another ones browser guesses no faster than at the login', async (t) => {
  const client = await newClient(t);
  await browse({ expected: [400, 429] }, async (page) => {
    await open(page, client);
    let looked = 0;
    while ((await change(page, `guess ${looked}`, 'a much better passphrase 18')).status() === 400) looked += 1;
    assert.ok(looked >= 3 && looked <= 10, `${looked}`);
    assert.equal(await text(page, 'h1'), 'Too many requests');
    await show(page);
    assert.ok(await exists(page, '#old_password'), 'the rest of the page works');
  });
});
