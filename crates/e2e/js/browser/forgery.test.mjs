// Other sites, and other people, that try to log somebody in, to agree for them, or to be them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { app, asking, browse, callback, cookies, exists, logIn, plain, press, raw, text } from './world.mjs';

const newClient = (t, server) => server.register(t, { registeredRedirectUri: [callback()] });
/** Whether the browser was sent on with a code. */
const hasArrived = (page) => new URL(page.url()).searchParams.has('code');

/** A page that sends a form to the server as soon as it is opened, and says what it sends. */
function trap(action, fields) {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type=hidden name=${name} value="${value}">`);
  const page = `<!doctype html><html lang="en"><title>Trap</title><link rel="icon" href="data:,">
<form method=post action="${action.replaceAll('&', '&amp;')}">${inputs.join('')}</form>
<script>document.forms[0].submit()</script>`;
  return new URL(app.put(app.path(), page)).pathname;
}

/** What a form of the server carries, in a browser of its own. */
async function tokenOf(server, client) {
  let token;
  await browse({}, async (page) => {
    await page.goto(server.authorize(client));
    token = await page.$eval('[name=csrf]', ({ value }) => value);
  });
  return token;
}

const origins = { 'another site': app.foreign, 'another origin of the same site': app.origin };

for (const [name, origin] of Object.entries(origins)) {
  describe(`from ${name}`, () => {
    test('nobody is logged in as somebody else', async (t) => {
      const client = await newClient(t, plain);
      const foreign = await tokenOf(plain, client);
      await browse({ expected: [403] }, async (page, { context }) => {
        await page.goto(plain.authorize(client));
        const own = await page.$eval('[name=csrf]', ({ value }) => value);
        // Not even with the token of the form that stands open: no page of another origin can read it.
        for (const csrf of [undefined, '', foreign, own]) {
          const fields = { ...plain.person, ...(csrf === undefined ? {} : { csrf }) };
          await page.goto(origin + trap(plain.page('login', client), fields));
          await page.waitForSelector('[role=alert]');
          assert.match(await text(page, '[role=alert]'), /sign in again/);
          assert.equal((await cookies(context, plain)).session, undefined);
        }
        await logIn(page, plain.person);
        assert.equal((await cookies(context, plain)).session.length, 1, 'the form that came back is good');
      });
    });

    test('nobody consents unknowingly', async (t) => {
      const client = await newClient(t, asking);
      await browse({ expected: [403] }, async (page) => {
        await page.goto(asking.authorize(client));
        await logIn(page, asking.person);
        const csrf = await page.$eval('[name=csrf]', ({ value }) => value);
        for (const fields of [{}, { csrf: '' }, { csrf }]) {
          await page.goto(origin + trap(asking.page('consent', client), { ...fields, decision: 'allow' }));
          await page.waitForSelector('.quote');
          assert.equal(await text(page, 'h1'), 'Please start again');
        }
        await page.goto(asking.authorize(client));
        assert.ok(await exists(page, '[name=decision]'), 'nothing was agreed');
      });
    });

    test('nothing is done on the page of the account', async (t) => {
      const client = await newClient(t, plain);
      await browse({}, async (other) => {
        await other.goto(plain.authorize(client));
        await logIn(other, plain.person);
        await browse({ expected: [400] }, async (page) => {
          await page.goto(plain.authorize(client));
          await logIn(page, plain.person);
          await page.goto(`${plain.url}/account`);
          const csrf = await page.$eval('[name=csrf]', ({ value }) => value);
          const number = await page.$eval('[name=end_session]', ({ value }) => value);
          const changed = { old_password: plain.person.password, new_password: 'the attackers own 99' };
          for (const deed of [
            { log_out: 'yes' },
            { end_others: 'yes' },
            { end_session: number },
            { revoke_consent: client.id },
            { change_password: 'yes', ...changed },
          ]) {
            await page.goto(origin + trap(`${plain.url}/account`, { csrf, ...deed }));
            await page.waitForFunction((url) => location.origin === url, {}, plain.url);
            await page.waitForSelector('main');
          }
          await page.goto(`${plain.url}/account`);
          assert.ok(await exists(page, `[name=revoke_consent][value="${client.id}"]`));
        });
        await other.goto(`${plain.url}/account`);
        assert.ok(await exists(other, '#old_password'), 'no session was ended');
      });
      await browse({}, async (page) => {
        await page.goto(plain.authorize(client));
        await logIn(page, plain.person);
        assert.ok(hasArrived(page), 'the password is what it was');
      });
    });

    test('a page in a frame stays blank', async (t) => {
      const client = await newClient(t, asking);
      const framed = [asking.page('login', client), `${asking.url}/account`, `${asking.url}/logout`, `${asking.url}/docs`];
      const frames = framed.map((url) => `<iframe src="${url.replaceAll('&', '&amp;')}"></iframe>`).join('');
      const icon = '<link rel="icon" href="data:,">';
      const { pathname } = new URL(app.put(app.path(), `<!doctype html><title>Frames</title>${icon}${frames}`));
      await browse({ expected: [/frame-ancestors|X-Frame-Options|ERR_BLOCKED_BY_RESPONSE/i] }, async (page) => {
        await page.goto(origin + pathname);
        const [, ...inner] = page.frames();
        assert.equal(inner.length, framed.length);
        for (const frame of inner) {
          // The page has loaded before its driver hears what became of the frames.
          for (let tries = 0; frame.url() === '' && tries < 100; tries += 1) await setTimeout(50);
          assert.ok(frame.url().startsWith('chrome-error:'), `"${frame.url()}"`);
        }
      });
    });
  });
}

test('the token of another browser is good for nothing', async (t) => {
  const client = await newClient(t, plain);
  const foreign = await tokenOf(plain, client);
  await browse({ expected: [403] }, async (page, { context }) => {
    await page.goto(plain.authorize(client));
    await page.$eval('[name=csrf]', (field, value) => (field.value = value), foreign);
    assert.equal((await logIn(page, plain.person)).status(), 403);
    assert.equal((await cookies(context, plain)).session, undefined);
  });
});

test('a consent is bound to its request', async (t) => {
  const [small, large] = [await newClient(t, asking), await newClient(t, asking)];
  await browse({}, async (page) => {
    await page.goto(asking.authorize(small));
    await logIn(page, asking.person);
    await page.$eval('main form', (form, url) => (form.action = url), asking.page('consent', large));
    // A yes to the one is none to the other, which the person is asked about.
    await press(page, '[value=allow]');
    assert.ok(page.url().startsWith(`${asking.url}/oauth/consent?`), page.url());
    assert.equal(new URL(page.url()).searchParams.get('client_id'), large.id);
    assert.ok(await page.$('[value=allow]'));
  });
});

test('a page that nobody may read cannot be read by script from elsewhere', async (t) => {
  const client = await newClient(t, plain);
  const url = app.put(app.path(), '<!doctype html><title>Reader</title><link rel="icon" href="data:,">');
  await browse({ expected: [/CORS policy/, /ERR_FAILED/] }, async (page) => {
    await page.goto(url);
    for (const target of [plain.page('login', client), `${plain.url}/account`, `${plain.url}/logout`]) {
      const read = await page.evaluate(
        (target) => fetch(target, { credentials: 'include' }).then(() => 'read', () => 'refused'),
        target,
      );
      assert.equal(read, 'refused', target);
    }
  });
});

describe('sessions that were planted', () => {
  test('the session after a login is another than before, and the old one has ended', async (t) => {
    const client = await newClient(t, plain);
    await browse({}, async (page, { context }) => {
      await page.goto(plain.authorize(client));
      await logIn(page, plain.person);
      const { session: planted } = await cookies(context, plain);
      await browse({}, async (victim, { context: theirs }) => {
        await theirs.setCookie(planted[0]);
        await victim.goto(plain.authorize(client, { prompt: 'login' }));
        await logIn(victim, plain.person);
        const { session } = await cookies(theirs, plain);
        assert.equal(session.length, 1);
        assert.notEqual(session[0].value, planted[0].value);
      });
      await page.goto(`${plain.url}/account`);
      assert.equal(await text(page, 'h1'), 'Sign in', 'the attacker has nothing');
    });
  });

  test('a session that nobody made is not taken over', async (t) => {
    const client = await newClient(t, plain);
    let cookie;
    await browse({}, async (page, { context }) => {
      await page.goto(plain.authorize(client));
      await logIn(page, plain.person);
      [cookie] = (await cookies(context, plain)).session;
    });
    for (const value of ['x', 'A'.repeat(54), 'a'.repeat(4000)]) {
      await browse({}, async (page, { context }) => {
        await context.setCookie({ ...cookie, value });
        await page.goto(plain.authorize(client));
        await logIn(page, plain.person);
        const { session } = await cookies(context, plain);
        assert.notEqual(session[0].value, value);
        assert.ok(hasArrived(page));
      });
    }
  });

  test('whoever knows the number of a session and not its secret cannot end it', async (t) => {
    const client = await newClient(t, plain);
    await browse({}, async (victim, { context }) => {
      await victim.goto(plain.authorize(client));
      await logIn(victim, plain.person);
      const [cookie] = (await cookies(context, plain)).session;
      const forged = Buffer.from(cookie.value, 'base64url').fill(7, 8).toString('base64url');
      const headers = { Cookie: `${cookie.name}=${forged}` };
      await raw(`${plain.url}/logout`, { headers });
      await browse({}, async (page, { context: theirs }) => {
        await theirs.setCookie({ ...cookie, value: forged });
        await page.goto(plain.authorize(client));
        await logIn(page, plain.person);
      });
      await victim.goto(`${plain.url}/account`);
      assert.equal(await text(victim, 'h1'), 'Your account', 'the session goes on');
    });
  });

  test('no cookie can be read by a script, sent by other sites forms, or is set for longer than it must', async (t) => {
    const client = await newClient(t, plain);
    await browse({}, async (page, { context }) => {
      await page.goto(plain.authorize(client));
      await logIn(page, plain.person);
      const { form, session, device, ...others } = await cookies(context, plain);
      assert.deepEqual(others, {});
      for (const cookie of [...form, ...session, ...device]) {
        assert.ok(cookie.httpOnly, cookie.name);
        assert.equal(cookie.sameSite, 'Lax');
        assert.equal(cookie.path, '/');
      }
      assert.ok(form[0].session && session[0].session && !device[0].session);
    });
  });
});
