// An app on Relay: node relay.mjs SCHEMA URL TOKEN
// The compiler checks the schema's ids, nodes and connections; what it made is then sent.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import compiler from 'relay-compiler';
import { buildSchema } from 'graphql';
import { judged } from './verdict.mjs';

const [schemaFile, url, token] = process.argv.slice(2);
const suite = 'relay-compiler';
const text = readFileSync(schemaFile, 'utf8');
const schema = buildSchema(text);
const nodes = schema.getPossibleTypes(schema.getType('Node')).map((t) => t.name).sort();

const dir = mkdtempSync(join(tmpdir(), 'relay-'));
const made = join(dir, 'queries.json');

// Every type with an id as a component that fetches itself anew, and the feed as a list that loads more.
function sources() {
  const lines = nodes.map((name) => `graphql\`fragment App_${name} on ${name} @refetchable(queryName: "App${name}Query") { id }\`;`);
  lines.push(`graphql\`fragment App_feed on Query @argumentDefinitions(first: { type: "Int", defaultValue: 5 }, after: { type: "String" }) @refetchable(queryName: "AppFeedQuery") {
    feed(kind: NEW, first: $first, after: $after) @connection(key: "App_feed") { edges { node { id body } } } }\`;`);
  lines.push('graphql`query AppHomeQuery { ...App_feed me { id ...App_Member } }`;');
  return lines.join('\n');
}

async function ask(query, variables) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: JSON.stringify({ query, variables }) });
  const body = await answer.json();
  assert.equal(body.errors, undefined, JSON.stringify(body.errors));
  return body.data;
}

let queries = [];
await judged(suite, 'components of every type with an id, and a feed that loads more, compile', () => {
  mkdirSync(join(dir, 'src'));
  writeFileSync(join(dir, 'src', 'app.js'), sources());
  writeFileSync(join(dir, 'schema.graphql'), text);
  writeFileSync(made, '{}');
  writeFileSync(join(dir, 'relay.config.json'), JSON.stringify({ src: './src', schema: './schema.graphql', language: 'javascript', persistConfig: { file: './queries.json', algorithm: 'SHA256' } }));
  execFileSync(compiler, ['relay.config.json', '--output', 'quiet-with-errors'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  queries = Object.values(JSON.parse(readFileSync(made, 'utf8')));
  assert.equal(queries.length, nodes.length + 2);
});

const named = (name) => queries.find((q) => q.startsWith(`query ${name}(`) || q.startsWith(`query ${name} `));

await judged(suite, 'the screen that it made is answered', async () => {
  const data = await ask(named('AppHomeQuery'), {});
  assert.equal(data.feed.edges.length, 5);
});

await judged(suite, 'the feed loads more without repeating', async () => {
  const first = await ask(named('AppFeedQuery'), { first: 5 });
  const next = await ask(named('AppFeedQuery'), { first: 5, after: first.feed.pageInfo.endCursor });
  const ids = [...first.feed.edges, ...next.feed.edges].map((e) => e.node.id);
  assert.equal(new Set(ids).size, 10);
});

await judged(suite, 'the query of every type with an id is accepted, and its own id gives the same thing back', async () => {
  const { me, feed } = await ask('{ me { id } feed(kind: NEW, first: 1) { nodes { id } } }');
  for (const name of nodes) {
    const id = name === 'Member' ? me.id : feed.nodes[0].id;
    const { node } = await ask(named(`App${name}Query`), { id });
    if (name === 'Member' || name === 'Post') assert.equal(node.id, id);
  }
});

rmSync(dir, { recursive: true });
