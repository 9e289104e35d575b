// A member's app on @apollo/client: node apollo.mjs URL TOKEN
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { judged } from './verdict.mjs';

const [url, token] = process.argv.slice(2);
const suite = '@apollo/client';
const headers = { authorization: `Bearer ${token}` };
const sent = [];
const fetch = async (to, options = {}) => {
  sent.push({ method: options.method ?? 'GET', body: options.body, url: String(to) });
  return globalThis.fetch(to, options);
};
const app = (...links) => new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([...links, new HttpLink({ uri: url, headers, fetch })]) });

const ME = gql`query Me { me { id displayName version tier { current { code } } } }`;

await judged(suite, 'a query is kept under the ids of what it gave', async () => {
  const client = app();
  const { data } = await client.query({ query: ME });
  const kept = client.cache.extract();
  assert.equal(kept[`Member:${data.me.id}`].displayName, data.me.displayName);
});

await judged(suite, 'what is kept answers without asking again', async () => {
  const client = app();
  await client.query({ query: ME });
  const before = sent.length;
  await client.query({ query: ME });
  assert.equal(sent.length, before);
});

await judged(suite, 'a mutation renews every screen that shows what it changed', async () => {
  const client = app();
  const { data } = await client.query({ query: ME });
  const name = `${data.me.displayName.slice(0, 20)}新`;
  const { data: done } = await client.mutate({
    mutation: gql`mutation Rename($input: MemberUpdateInput!) { memberUpdate(input: $input) { member { id displayName version } userErrors { code message } } }`,
    variables: { input: { expectedVersion: data.me.version, displayName: name } },
  });
  assert.deepEqual(done.memberUpdate.userErrors, []);
  assert.equal(client.readQuery({ query: ME }).me.displayName, name);
});

await judged(suite, 'pages of a connection follow each other by endCursor', async () => {
  const client = app();
  const FEED = gql`query Feed($after: String) { feed(kind: NEW, first: 7, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
  const seen = new Set();
  let after = null;
  for (let page = 0; page < 3; page++) {
    const { data } = await client.query({ query: FEED, variables: { after } });
    for (const { node } of data.feed.edges) {
      assert.ok(!seen.has(node.id), `${node.id} came twice`);
      seen.add(node.id);
    }
    after = data.feed.pageInfo.endCursor;
  }
  assert.equal(seen.size, 21);
});

await judged(suite, 'an error keeps its code', async () => {
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url, headers: { authorization: 'Bearer nonsense' } }) });
  await assert.rejects(client.query({ query: ME }), (e) => {
    const code = CombinedGraphQLErrors.is(e) ? e.errors[0].extensions.code : JSON.parse(e.bodyText ?? '{}').errors?.[0].extensions.code;
    return code === 'UNAUTHENTICATED';
  });
});

await judged(suite, 'a persisted query: its hash alone, then once with its text, then its hash alone', async () => {
  const link = new PersistedQueryLink({ sha256: (text) => createHash('sha256').update(text).digest('hex'), useGETForHashedQueries: true });
  const client = app(link);
  const query = gql`query Hashed { me { id } viewerTier: me { tier { current { name } } } }`;
  const options = { query, fetchPolicy: 'network-only' };
  sent.length = 0;
  const first = await client.query(options);
  const second = await client.query(options);
  assert.deepEqual(first.data, second.data);
  assert.deepEqual(sent.map((s) => [s.method, /query=|"query"/.test(s.url + (s.body ?? ''))]), [['GET', false], ['POST', true], ['GET', false]]);
});
