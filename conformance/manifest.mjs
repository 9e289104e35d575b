// Manifests as the tools of app developers write them: node manifest.mjs write FOLDER SCHEMA OPERATIONS
// and what a gateway that reads them answers: node manifest.mjs ask FOLDER URL
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { parse, print } from 'graphql';
import compiler from 'relay-compiler';
import { judged } from './verdict.mjs';

const [what, folder, ...rest] = process.argv.slice(2);
const suites = { apollo: '@apollo/generate-persisted-query-manifest', codegen: '@graphql-codegen/client-preset', relay: 'relay-compiler' };

async function write(schemaFile, operations) {
  const dir = mkdtempSync(join(tmpdir(), 'manifest-'));
  const pending = new Set(readFileSync(join(operations, 'pending.txt'), 'utf8').split('\n'));
  const all = readdirSync(operations).filter((name) => name.endsWith('.graphql')).flatMap((name) => parse(readFileSync(join(operations, name), 'utf8')).definitions);
  const sent = all.filter((d) => !pending.has(d.name.value));
  const used = new Set(sent.map(print).join().match(/\.\.\.\w+/g)?.map((spread) => spread.slice(3)));
  for (const d of sent) { // Apollo's tool wants each operation in a file of its own
    if (d.kind !== 'FragmentDefinition' || used.has(d.name.value)) writeFileSync(join(dir, `${d.name.value}.graphql`), print(d));
  }
  symlinkSync(resolve('node_modules'), join(dir, 'node_modules'));
  for (const platform of Object.keys(suites)) mkdirSync(join(folder, platform), { recursive: true });

  writeFileSync(join(dir, 'pq.json'), JSON.stringify({ documents: ['*.graphql'], output: 'apollo.json' }));
  execFileSync(process.execPath, [resolve('node_modules/.bin/generate-persisted-query-manifest'), '--config', 'pq.json'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  cpSync(join(dir, 'apollo.json'), join(folder, 'apollo', '1.json'));

  const files = await generate({
    schema: readFileSync(schemaFile, 'utf8'), documents: join(dir, '*.graphql'), silent: true,
    generates: { [`${join(dir, 'gql')}/`]: { preset: 'client', presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256', mode: 'embedHashInDocument' } } } },
  }, true);
  writeFileSync(join(folder, 'codegen', '1.json'), files.find((f) => f.filename.endsWith('persisted-documents.json')).content);

  mkdirSync(join(dir, 'src'));
  writeFileSync(join(dir, 'src', 'app.js'), 'graphql`query AppQuery { me { id displayName } feed(kind: NEW, first: 2) { edges { node { id body } } } }`;\n');
  cpSync(schemaFile, join(dir, 'schema.graphql'));
  writeFileSync(join(dir, 'queries.json'), '{}');
  writeFileSync(join(dir, 'relay.config.json'), JSON.stringify({ src: './src', schema: './schema.graphql', language: 'javascript', persistConfig: { file: './queries.json', algorithm: 'MD5' } }));
  execFileSync(compiler, ['relay.config.json', '--output', 'quiet-with-errors'], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  cpSync(join(dir, 'queries.json'), join(folder, 'relay', '1.json'));
  rmSync(dir, { recursive: true });
}

const ids = (platform) => {
  const manifest = JSON.parse(readFileSync(join(folder, platform, '1.json'), 'utf8'));
  return manifest.operations ? manifest.operations.map((o) => o.id) : Object.keys(manifest);
};

async function ask(url) {
  for (const [platform, suite] of Object.entries(suites)) {
    await judged(suite, 'every document of the manifest that it wrote is found by its id', async () => {
      const all = ids(platform);
      assert.ok(all.length > (platform === 'relay' ? 0 : 100), `it has ${all.length}`);
      for (const id of all) {
        const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', 'graphql-client-name': platform, 'graphql-client-version': '1' }, body: JSON.stringify({ documentId: id }) });
        const body = await answer.json();
        for (const e of body.errors ?? []) { // without a token or variables most have nothing to say
          assert.ok(e.extensions.code === 'UNAUTHENTICATED' || /^(The variable |A subscription needs )/.test(e.message), `${id}: ${JSON.stringify(e)}`);
        }
      }
    });
  }
}

if (what === 'write') await write(...rest.map((path) => resolve(path)));
else await ask(...rest);
