// A member's app on @urql/core: node urql.mjs URL TOKEN
import assert from 'node:assert/strict';
import { Client, cacheExchange, fetchExchange } from '@urql/core';
import { judged } from './verdict.mjs';

const [url, token] = process.argv.slice(2);
const suite = '@urql/core';
const app = (bearer) => new Client({ url, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false, fetchOptions: { headers: { authorization: `Bearer ${bearer}` } } });
const ME = 'query Me { me { id displayName version } }';

await judged(suite, 'a query gives the member', async () => {
  const { data, error } = await app(token).query(ME, {}).toPromise();
  assert.equal(error, undefined);
  assert.ok(data.me.id && data.me.displayName);
});

await judged(suite, 'a query over GET gives the same', async () => {
  const post = await app(token).query(ME, {}).toPromise();
  const get = await app(token).query(ME, {}, { preferGetMethod: 'force' }).toPromise();
  assert.equal(get.error, undefined);
  assert.deepEqual(get.data, post.data);
});

await judged(suite, 'a mutation answers, with what the member can mend in userErrors', async () => {
  const { data, error } = await app(token).mutation(
    'mutation Rename($input: MemberUpdateInput!) { memberUpdate(input: $input) { member { id } userErrors { code field message } } }',
    { input: { expectedVersion: 0, displayName: '林' } }).toPromise();
  assert.equal(error, undefined);
  assert.equal(data.memberUpdate.userErrors[0].code, 'CONFLICT');
});

await judged(suite, 'an error keeps its code', async () => {
  const { error } = await app('nonsense').query(ME, {}).toPromise();
  assert.equal(error.graphQLErrors[0]?.extensions.code, 'UNAUTHENTICATED');
});

await judged(suite, 'a document that cannot run is told with its place', async () => {
  const { error } = await app(token).query('{ me { nosuchfield } }', {}).toPromise();
  assert.ok(error.graphQLErrors[0].locations[0].line > 0);
});
