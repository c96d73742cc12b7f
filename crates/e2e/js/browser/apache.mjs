// Apache with Debian's mod_auth_openidc before a few pages: no service of the system, but one of each test's own, which
// knows nothing of the server but its issuer.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const APACHE = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';
const LOADED = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'include', 'auth_openidc'];
const PACKAGES = {
  [APACHE]: 'apache2-bin',
  [`${MODULES}/mod_auth_openidc.so`]: 'libapache2-mod-auth-openidc',
};

const page = (title, content) =>
  `<!doctype html><html lang="en"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>${content}`;
const CLAIMS = ['sub', 'iss', 'aud', 'name', 'email', 'preferred_username'];
const TOLD = {
  user: 'REMOTE_USER',
  token: 'OIDC_access_token',
  ...Object.fromEntries(CLAIMS.map((claim) => [claim, `OIDC_CLAIM_${claim}`])),
};
const echo = ([name, variable]) => `<p data-name="${name}"><!--#echo var="${variable}" --></p>`;
const PROTECTED = page('Protected', Object.entries(TOLD).map(echo).join(''));

/** What the page under protection was told of the person who sees it. */
export async function claims(page) {
  const all = await page.$$eval('p[data-name]', (found) => found.map((it) => [it.dataset.name, it.textContent]));
  return Object.fromEntries(all);
}

const configuration = ({ folder, port, server, client, directives }) => `
ServerRoot "${folder}"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/pid"
ErrorLog "${folder}/error.log"
${LOADED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n')}
${process.getuid() === 0 ? 'User www-data\nGroup www-data' : ''}
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
DocumentRoot "${folder}/pages"

OIDCProviderMetadataURL ${server.url}/.well-known/openid-configuration
OIDCClientID ${client.id}
OIDCClientSecret ${client.secret}
OIDCRedirectURI /protected/callback
OIDCCryptoPassphrase ${randomUUID()}
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCPassClaimsAs environment
${directives}

<Directory "${folder}/pages">
  Require all granted
  ForceType text/html
  SetOutputFilter INCLUDES
  Options +Includes
</Directory>
<Location /protected>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /protected/for-the-person>
  Require claim email:${server.person.email}
</Location>
<Location /protected/for-somebody-else>
  Require claim email:somebody-else@example.org
</Location>
`;

async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}

/** Starts Apache with this configuration; ends when it serves. */
async function start(t, folder) {
  const log = join(folder, 'error.log');
  writeFileSync(log, '');
  const said = () => readFileSync(log, 'utf8');
  const child = spawn(APACHE, ['-d', folder, '-f', join(folder, 'apache.conf'), '-E', log, '-DFOREGROUND'], {
    env: { TMPDIR: folder },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  let watcher;
  const serves = new Promise((resolve) => {
    const look = () => said().includes('resuming normal operations') && resolve(true);
    watcher = watch(log, look);
    look();
  });
  const isServing = await Promise.race([serves, ended.then(() => false)]);
  watcher.close();
  return { isServing, said };
}

/**
 * An Apache whose pages only people whom the server knows may see, and the server's client for it. It can be reached at
 * two names: at the servers' own (`origin`), and at one that is another site for a browser (`foreign`). Another port is
 * tried if somebody takes the one that was free.
 */
export async function apache(t, server, directives = '', tries = 3) {
  const missing = Object.entries(PACKAGES).filter(([file]) => !existsSync(file)).map(([, name]) => name);
  assert.deepEqual(missing, [], `Debian's packages ${missing.join(' and ')} are not installed`);
  const port = await freePort();
  const [origin, foreign] = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  const client = await server.register(t, {
    name: 'Apache',
    scope: ['openid'],
    registeredRedirectUri: [origin, foreign].flatMap((name) => [`${name}/protected/callback`, `${name}/bye`]),
  });
  const folder = mkdtempSync(join(tmpdir(), 'chancery-apache-'));
  // Apache serves as somebody else if it is root who starts it.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'apache.conf'), configuration({ folder, port, server, client, directives }));
  mkdirSync(join(folder, 'pages/protected'), { recursive: true });
  writeFileSync(join(folder, 'pages/favicon.ico'), '');
  writeFileSync(join(folder, 'pages/bye'), page('Bye', ''));
  for (const name of ['page', 'for-the-person', 'for-somebody-else']) {
    writeFileSync(join(folder, 'pages/protected', name), PROTECTED);
  }
  const { isServing, said } = await start(t, folder);
  if (!isServing && tries > 1 && said().includes('Address already in use')) {
    return apache(t, server, directives, tries - 1);
  }
  assert.ok(isServing, said());
  return { client, origin, foreign, said };
}
