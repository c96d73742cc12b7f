// The world of the acceptance suite: a running server, its administrator, and the vendor's SDK as it comes.
//
// CHANCERY_URL says where the server listens, CHANCERY_BOOTSTRAP names the file with the credentials it made when it
// first started.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// The SDK reads ~/.genesyscloudjavascript/config, and watches it for changes: on a developer's machine that file may
// point at the real service. An empty home, and no proxy, keep the suite on the server under test.
const emptyHome = mkdtempSync(join(tmpdir(), 'chancery-e2e-home-'));
process.on('exit', () => rmSync(emptyHome, { recursive: true, force: true }));
process.env.HOME = emptyHome;
for (const proxy of ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY']) delete process.env[proxy];

// Not before the home is empty.
export const { default: sdk } = await import('purecloud-platform-client-v2');

function environment(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}: the suite drives a server that is already running`);
  return value;
}

export const url = environment('CHANCERY_URL').replace(/\/+$/, '');
export const bootstrap = JSON.parse(readFileSync(environment('CHANCERY_BOOTSTRAP'), 'utf8'));
export const administratorId = bootstrap.client.clientId;

// Connections

export function unconnected() {
  const api = new sdk.ApiClientClass();
  api.config.live_reload_config = false; // a hundred connections would watch one file
  const { hostname, port, protocol } = new URL(url);
  api.setGateway({ host: hostname, protocol: protocol.slice(0, -1), port: Number(port) });
  return api;
}

export async function connect(clientId, secret) {
  const api = unconnected();
  await api.loginClientCredentialsGrant(clientId, secret);
  return api;
}

export function withToken(token) {
  const api = unconnected();
  api.setAccessToken(token);
  return api;
}

export const tokenOf = (api) => api.authData.accessToken;

/** The same connection, with answers as the SDK calls them extended: status, headers, body. */
export function extended(api) {
  const same = withToken(tokenOf(api));
  same.setReturnExtendedResponses(true);
  return same;
}

/** The APIs of the SDK that this suite uses, on one connection. */
export function apis(api) {
  return {
    api,
    authorization: new sdk.AuthorizationApi(api),
    oauth: new sdk.OAuthApi(api),
    organization: new sdk.OrganizationApi(api),
    tokens: new sdk.TokensApi(api),
    users: new sdk.UsersApi(api),
  };
}

export const administrator = apis(await connect(administratorId, bootstrap.client.clientSecret));
export const anonymous = apis(unconnected());

// Raw HTTP, for what the SDK cannot say

/** One request just as written: at most one of `json`, `form` and `data` becomes its body. */
export async function raw(method, path, { token, headers = {}, json, form, data } = {}) {
  headers = { ...headers };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  let body = data;
  if (json !== undefined) {
    body = JSON.stringify(json);
    headers['Content-Type'] ??= 'application/json';
  } else if (form !== undefined) {
    body = new URLSearchParams(form).toString();
    headers['Content-Type'] ??= 'application/x-www-form-urlencoded';
  }
  const answer = await fetch(url + path, { method, headers, body });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: text && JSON.parse(text) };
}

// Cleaning up, in the reverse order of making

const undoings = new WeakMap();

/** `undo` is run when the test has ended, before those that were named earlier. */
export function afterwards(t, undo) {
  if (!undoings.has(t)) {
    const stack = [];
    undoings.set(t, stack);
    t.after(async () => {
      while (stack.length) await stack.pop()();
    });
  }
  undoings.get(t).push(undo);
}

/** Deletes what the test may have deleted itself. */
export async function discard(path) {
  const answer = await raw('DELETE', path, { token: tokenOf(administrator.api) });
  assert.ok([200, 204, 404].includes(answer.status), `DELETE ${path}: ${answer.status} ${answer.text}`);
}

export const unique = (word) => `e2e ${word} ${randomBytes(6).toString('hex')}`;

// Clients

/** For every grant type, the smallest registration besides its name that the contract accepts. */
export const GRANT_TYPES = {
  CODE: { scope: ['users:readonly', 'oauth'], registeredRedirectUri: ['https://app.example.com/callback'] },
  TOKEN: { scope: ['users:readonly'], registeredRedirectUri: ['https://spa.example.com/callback'] },
  'SAML2-BEARER': { scope: ['users', 'organization:readonly'] },
  PASSWORD: { scope: ['user-basic-info'] },
  'CLIENT-CREDENTIALS': {},
};

const WRITABLE = [
  'name', 'accessTokenValiditySeconds', 'description', 'registeredRedirectUri', 'authorizedGrantType', 'scope',
  'roleDivisions', 'state', 'dateToDelete',
];

/** A registration that the server accepts, changed by `members`; one given as undefined is left out. */
export function registration(grantType = 'CLIENT-CREDENTIALS', members = {}) {
  const roles = grantType === 'CLIENT-CREDENTIALS' ? { roleDivisions: [everywhere(viewerRole)] } : {};
  return { name: unique(grantType), authorizedGrantType: grantType, ...GRANT_TYPES[grantType], ...roles, ...members };
}

/** The update that leaves `client` as it is, but for `members`. */
export function changed(client, members = {}) {
  return { ...Object.fromEntries(WRITABLE.map((member) => [member, client[member]])), ...members };
}

export async function create(t, grantType, members, by = administrator) {
  const client = await by.oauth.postOauthClients(registration(grantType, members));
  afterwards(t, () => discard(`/api/v2/oauth/clients/${client.id}`));
  return client;
}

/** A new client-credentials client with these roles, and its first connection. */
export async function newcomer(t, ...roleDivisions) {
  const client = await create(t, 'CLIENT-CREDENTIALS', roleDivisions.length ? { roleDivisions } : {});
  return { client, ...apis(await connect(client.id, client.secret)) };
}

// Roles, divisions, grants

export const policy = (domain, entityName, ...actionSet) => ({ domain, entityName, actionSet });
export const pair = (role, division) => ({ roleId: role.id ?? role, divisionId: division.id ?? division });
export const everywhere = (role) => pair(role, '*');

/** Grants, or pairs, as sorted texts that can be compared. */
export const pairsOf = (list) =>
  list.map((it) => `${it.roleId ?? it.role.id} in ${it.divisionId ?? it.division.id}`).sort();

/** The entities of all pages of a listing. */
export async function everyPage(list) {
  const entities = [];
  for (let [pageNumber, pageCount] = [1, 1]; pageNumber <= pageCount; pageNumber += 1) {
    const page = await list({ pageNumber, pageSize: 100 });
    entities.push(...page.entities);
    ({ pageCount } = page);
  }
  return entities;
}

export const idsOf = (list) => list.map((it) => it.id);

export async function createRole(t, policies, members = {}, by = administrator) {
  const request = { name: unique('role'), permissionPolicies: policies, ...members };
  const role = await by.authorization.postAuthorizationRoles(request);
  afterwards(t, () => discard(`/api/v2/authorization/roles/${role.id}`));
  return role;
}

export async function createDivision(t, members = {}) {
  const request = { name: unique('division'), description: 'made by a test', ...members };
  const division = await administrator.authorization.postAuthorizationDivisions(request);
  afterwards(t, () => discard(`/api/v2/authorization/divisions/${division.id}?force=true`));
  return division;
}

/** What `subject` was granted, as the administrator sees it. */
export async function grantsOf(subject) {
  return pairsOf((await administrator.authorization.getAuthorizationSubject(subject.id ?? subject)).grants);
}

const builtIn = (await administrator.authorization.getAuthorizationRoles({ pageSize: 100 })).entities;
export const adminRole = builtIn.find((role) => role.name === 'admin').id;
export const viewerRole = builtIn.find((role) => role.name === 'oauth viewer').id;
export const home = (await administrator.authorization.getAuthorizationDivisionsHome()).id;

// Refusals

/** What a 403 may say of a permission that is lacking: which of these depends on how many there are, and where. */
export const FORBIDDEN = [
  'missing.permissions', 'missing.any.permissions', 'missing.division.permission', 'missing.any.division.permissions',
  'missing.division.permissions', 'missing.division.permission.implied', 'not.authorized',
];

/** What a 400 may say of a member of the body that breaks a rule. */
export const INVALID = ['bad.request', 'general.bad.request', 'constraint.validation', 'invalid.value'];

/** `promise` must be rejected with a well-formed ErrorBody with this status and one of these codes. */
export async function refused(promise, status, ...codes) {
  const body = await promise.then(
    (answer) => assert.fail(`not refused: ${JSON.stringify(answer)}`),
    (refusal) => refusal,
  );
  checkErrorBody(body, [status], codes);
  return body;
}

export const forbidden = (promise) => refused(promise, 403, ...FORBIDDEN);

export function checkErrorBody(body, statuses, codes) {
  if (body instanceof Error) throw body; // an assertion, or no answer at all
  const text = JSON.stringify(body);
  assert.ok(statuses.includes(body.status), `status ${statuses} expected: ${text}`);
  assert.ok(codes.length === 0 || codes.includes(body.code), `code ${codes} expected: ${text}`);
  assert.ok(body.message && body.contextId && body.code, text);
  assert.ok(Array.isArray(body.details) && Array.isArray(body.errors), text);
  assert.ok(!Object.values(body).includes(null), `members without a value are left out: ${text}`);
}

export const isAlive = (api) => new sdk.TokensApi(api).getTokensMe();
export const isDead = (api) => refused(isAlive(api), 401, 'bad.credentials');
