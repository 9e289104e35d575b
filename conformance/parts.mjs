// Answers of several parts, as Apollo's clients read them: node parts.mjs URL TOKEN
import assert from 'node:assert/strict';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { judged } from './verdict.mjs';
import { POST_UPDATED, loves, somePost, within } from './live.mjs';

const [url, token] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const post = await somePost(url, token);
const client = (incrementalHandler) => new ApolloClient({ cache: new InMemoryCache(), link: new HttpLink({ uri: url, headers }), incrementalHandler });

await judged('@apollo/client, multipart subscription', 'every event of a subscription', async () => {
  const events = [];
  let wake = () => {};
  const running = client().subscribe({ query: gql(POST_UPDATED), variables: { postId: post.id } }).subscribe({ next: (e) => { events.push(e); wake(); }, error: (e) => { throw e; } });
  const again = setInterval(() => post.stir().catch(() => {}), 250);
  while (events.length === 0) await within(new Promise((resolve) => { wake = resolve; }), 'an event');
  clearInterval(again);
  await new Promise((resolve) => setTimeout(resolve, 600)); // what was under way
  let known = events.length;
  let before = loves(events.at(-1).data.postUpdated);
  for (let i = 0; i < 4; i++) {
    const more = new Promise((resolve) => { wake = resolve; });
    await post.stir();
    await within(more, 'an event');
    assert.equal(events.length, ++known);
    const now = loves(events.at(-1).data.postUpdated);
    assert.equal(Math.abs(now - before), 1);
    before = now;
  }
  running.unsubscribe();
});

const DEFERRED = gql`query Home { me { id displayName ... on Member @defer(label: "later") { tier { state } wallet { balance { available } } } } }`;
for (const [name, handler] of [['deferSpec=20220824', new Defer20220824Handler()], ['incrementalSpec=v0.2', new GraphQL17Alpha9Handler()]]) {
  await judged(`@apollo/client, @defer by ${name}`, 'first what is there, then the rest', async () => {
    const states = [];
    const c = client(handler);
    await within(new Promise((resolve, reject) => {
      c.watchQuery({ query: DEFERRED, returnPartialData: true }).subscribe({
        next: (s) => { states.push(s); if (s.dataState === 'complete') resolve(); if (s.error) reject(s.error); },
        error: reject,
      });
    }), 'the whole answer');
    assert.ok(states.some((s) => s.data?.me?.displayName && s.data.me.tier === undefined), 'a state without what was deferred');
    assert.equal(states.at(-1).data.me.tier.state, 'ACTIVE');
  });
}
await judged('@defer without parts', 'the answer comes whole', async () => {
  const answer = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query: '{ me { id ... @defer { tier { state } } } }' }) });
  assert.equal((await answer.json()).data.me.tier.state, 'ACTIVE');
});
process.exit(0);
