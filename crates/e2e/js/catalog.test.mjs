// What can be chosen from: scopes, permissions, products.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { administrator, anonymous, idsOf, newcomer, refused } from './chancery.mjs';

const { authorization, oauth } = administrator;

test('all scopes are listed', async () => {
  const listing = await oauth.getOauthScopes({ acceptLanguage: 'en-us' });
  const names = idsOf(listing.entities);
  assert.equal(listing.total, names.length);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 135);
  for (const name of ['all', 'oauth', 'oauth:readonly', 'users', 'users:readonly', 'authorization', 'usage:readonly']) {
    assert.ok(names.includes(name), name);
  }
  assert.ok(!names.includes('audits'), 'not every scope comes in both forms');
  for (const scope of listing.entities) assert.equal(scope.selfUri.split('/').length, 6, scope.selfUri);
});

test('a scope is read by its name, colon and all', async () => {
  const scope = await oauth.getOauthScope('users:readonly'); // the SDK asks for users%3Areadonly
  assert.equal(scope.id, 'users:readonly');
  assert.ok(scope.description);
});

test('an unknown scope is not found', () => refused(oauth.getOauthScope('no-such-scope'), 404, 'not.found'));

test('the permissions of this server are listed by domain and entity', async () => {
  const listing = await authorization.getAuthorizationPermissions({ pageSize: 100 });
  assert.equal(listing.total, listing.entities.length);
  const actions = {};
  for (const { domain, permissionMap } of listing.entities) {
    for (const [entity, permissions] of Object.entries(permissionMap)) {
      actions[`${domain}:${entity}`] = permissions.map((permission) => permission.action);
      for (const permission of permissions) {
        assert.deepEqual([permission.domain, permission.entityType], [domain, entity]);
        assert.equal(typeof permission.divisionAware, 'boolean');
      }
    }
  }
  const expected = {
    'oauth:client': ['add', 'authorize', 'delete', 'edit', 'view'],
    'authorization:role': ['add', 'delete', 'edit', 'view'],
    'authorization:grant': ['add', 'delete', 'view'],
    'authorization:division': ['add', 'delete', 'edit'],
    'authorization:divisionDeleted': ['view'],
    'usage:client': ['view'],
    'directory:organization': ['admin'],
  };
  for (const [entity, names] of Object.entries(expected)) {
    assert.ok(names.every((name) => actions[entity]?.includes(name)), `${entity}: ${actions[entity]}`);
  }
});

test('permissions can be asked for by domain', async () => {
  const one = await authorization.getAuthorizationPermissions({ queryType: 'domain', query: 'oauth' });
  assert.deepEqual(one.entities.map((it) => it.domain), ['oauth']);
  const two = await authorization.getAuthorizationPermissions({ queryType: 'domain', query: 'oauth,authorization' });
  assert.deepEqual(two.entities.map((it) => it.domain).sort(), ['authorization', 'oauth']);
});

test('products are listed by their ids', async () => {
  const { entities } = await authorization.getAuthorizationProducts();
  assert.ok(Array.isArray(entities));
  assert.ok(entities.every((product) => typeof product.id === 'string'));
});

test('anybody who has a token may choose, and nobody else', async (t) => {
  const { authorization: own, oauth: scopes } = await newcomer(t);
  await own.getAuthorizationPermissions();
  await own.getAuthorizationProducts();
  await scopes.getOauthScopes();
  const nobody = anonymous.authorization;
  await refused(nobody.getAuthorizationPermissions(), 401, 'authentication.required');
  await refused(nobody.getAuthorizationProducts(), 401, 'authentication.required');
});
