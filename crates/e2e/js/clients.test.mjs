// The six operations of the client registry, on clients of every grant type.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';

import {
  GRANT_TYPES, adminRole, administrator, administratorId, afterwards, changed, connect, create, discard, everywhere,
  extended, forbidden, home, idsOf, isAlive, isDead, newcomer, pair, pairsOf, refused, registration, sdk, unique,
  viewerRole,
} from './chancery.mjs';

const { oauth } = administrator;
const SECRET = /^[A-Za-z0-9_-]{32,}$/;

for (const grantType of Object.keys(GRANT_TYPES)) {
  test(`a ${grantType} client is created, read, listed, updated, and deleted`, async (t) => {
    const created = await create(t, grantType, { description: 'first' });
    assert.equal(created.authorizedGrantType, grantType);
    assert.equal(created.accessTokenValiditySeconds, 86400);
    assert.equal(created.state, 'active');
    assert.equal(created.selfUri, `/api/v2/oauth/clients/${created.id}`);
    assert.equal(created.createdBy.id, administratorId);
    assert.equal(created.dateToDelete, undefined);
    assert.match(created.secret, SECRET);
    for (const date of [created.dateCreated, created.dateModified]) {
      assert.match(date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }

    const read = await oauth.getOauthClient(created.id);
    const { secret, ...told } = created;
    assert.deepEqual(read, told, 'a read shows what the creation told, but for the secret');
    const listed = (await oauth.getOauthClients()).entities.find((client) => client.id === created.id);
    assert.deepEqual(listed, read);

    const change = { name: unique('renamed'), description: 'second', accessTokenValiditySeconds: 300 };
    const updated = await oauth.putOauthClient(created.id, changed(read, change));
    for (const [member, value] of Object.entries(change)) assert.equal(updated[member], value);
    assert.equal(updated.dateCreated, created.dateCreated);
    assert.equal(updated.secret, undefined);
    assert.deepEqual(await oauth.getOauthClient(created.id), updated);

    const reset = await oauth.postOauthClientSecret(created.id);
    assert.match(reset.secret, SECRET);
    assert.notEqual(reset.secret, secret);
    assert.equal(reset.id, created.id);

    await oauth.putOauthClient(created.id, changed(updated, { state: 'inactive' }));
    const deletion = await new sdk.OAuthApi(extended(administrator.api)).deleteOauthClient(created.id);
    assert.equal(deletion.status, 204);
    assert.ok(!idsOf((await oauth.getOauthClients()).entities).includes(created.id));
    await refused(oauth.getOauthClient(created.id), 404, 'client.not.found');
    await refused(oauth.putOauthClient(created.id, changed(updated)), 404, 'client.not.found');
    await refused(oauth.postOauthClientSecret(created.id), 404, 'client.not.found');
    await refused(oauth.deleteOauthClient(created.id), 404, 'client.not.found');
  });
}

test('the listing comes in one page and tells no secret', async (t) => {
  await create(t);
  const listing = await oauth.getOauthClients();
  assert.equal(listing.pageNumber, 1);
  assert.equal(listing.pageCount, 1);
  assert.equal(listing.total, listing.entities.length);
  for (const uri of [listing.firstUri, listing.lastUri, listing.selfUri]) {
    assert.ok(uri.startsWith('/api/v2/oauth/clients'), uri);
  }
  assert.ok(!('nextUri' in listing) && !('previousUri' in listing));
  assert.ok(listing.entities.every((client) => !('secret' in client)));
});

test('after a reset the new secret works, the old one does not, and tokens live on', async (t) => {
  const { client, api } = await newcomer(t);
  const reset = await oauth.postOauthClientSecret(client.id);
  await isAlive(await connect(client.id, reset.secret));
  const failure = await connect(client.id, client.secret).catch((it) => it);
  assert.equal(failure.response?.status, 400);
  await isAlive(api);
});

test('an old program can send the whole answer back', async (t) => {
  const client = await create(t, 'CODE');
  const updated = await oauth.putOauthClient(client.id, { ...client, secret: 'x'.repeat(43), id: randomUUID() });
  assert.equal(updated.id, client.id);
  assert.equal(updated.dateCreated, client.dateCreated);
});

test('an update replaces what it leaves out', async (t) => {
  const client = await create(t, 'CODE', { description: 'goes away', accessTokenValiditySeconds: 600 });
  const { name, authorizedGrantType, scope } = client;
  const updated = await oauth.putOauthClient(client.id, { name, authorizedGrantType, scope });
  assert.ok(!updated.description);
  assert.equal(updated.accessTokenValiditySeconds, 86400);
  assert.deepEqual(updated.registeredRedirectUri ?? [], []);
});

test('both spellings of a grant type are understood, and answered with hyphens', async (t) => {
  for (const spelling of ['CLIENT_CREDENTIALS', 'client-credentials', 'SAML2BEARER', 'SAML2_BEARER']) {
    const canonical = spelling.startsWith('SAML') ? 'SAML2-BEARER' : 'CLIENT-CREDENTIALS';
    const client = await create(t, canonical, { authorizedGrantType: spelling });
    assert.equal(client.authorizedGrantType, canonical);
  }
});

test('redirect URIs keep their order and lose their duplicates', async (t) => {
  const [first, second] = ['https://zeta.example.com/callback?x=1', 'https://alpha.example.com/callback'];
  const client = await create(t, 'CODE', { registeredRedirectUri: [first, second, first] });
  assert.deepEqual(client.registeredRedirectUri, [first, second]);
});

test('both ends of the allowed validity are accepted', async (t) => {
  for (const accessTokenValiditySeconds of [300, 172800]) {
    const client = await create(t, 'CLIENT-CREDENTIALS', { accessTokenValiditySeconds });
    assert.equal(client.accessTokenValiditySeconds, accessTokenValiditySeconds);
  }
});

test('what infrastructure tools send is accepted', async (t) => {
  const empty = { description: '', state: 'active', roleDivisions: [], roleIds: [] };
  assert.equal((await create(t, 'CODE', empty)).state, 'active');
  await create(t, 'CLIENT-CREDENTIALS', { description: '', state: 'active', scope: [], registeredRedirectUri: [] });
});

test('role ids alone mean the home division, and role divisions win over them', async (t) => {
  const athome = await create(t, 'CLIENT-CREDENTIALS', { roleDivisions: undefined, roleIds: [viewerRole] });
  assert.deepEqual(pairsOf(athome.roleDivisions), pairsOf([pair(viewerRole, home)]));
  const both = { roleIds: [adminRole], roleDivisions: [everywhere(viewerRole)] };
  const client = await create(t, 'CLIENT-CREDENTIALS', both);
  assert.deepEqual(pairsOf(client.roleDivisions), pairsOf(both.roleDivisions));
});

test('an update of the roles counts at the next request', async (t) => {
  const { client, oauth: own } = await newcomer(t, everywhere(adminRole));
  const victim = await create(t, 'CODE');
  await own.putOauthClient(victim.id, changed(victim, { description: 'allowed' }));
  await oauth.putOauthClient(client.id, changed(client, { roleDivisions: [everywhere(viewerRole)] }));
  await forbidden(own.putOauthClient(victim.id, changed(victim, { description: 'no longer' })));
});

test('an inactive client keeps its tokens and can be made active again', async (t) => {
  const { client, api } = await newcomer(t);
  const inactive = await oauth.putOauthClient(client.id, changed(client, { state: 'inactive' }));
  assert.equal(inactive.state, 'inactive');
  await isAlive(api);
  await oauth.putOauthClient(client.id, changed(inactive, { state: 'active' }));
  await isAlive(await connect(client.id, client.secret));
});

test('a disabled client loses its tokens, and so does a deleted one', async (t) => {
  const disabled = await newcomer(t);
  await oauth.putOauthClient(disabled.client.id, changed(disabled.client, { state: 'disabled' }));
  await isDead(disabled.api);
  const deleted = await newcomer(t);
  await oauth.deleteOauthClient(deleted.client.id);
  await isDead(deleted.api);
});

