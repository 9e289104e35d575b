// What tools for app developers say of the schema and of the apps' operations: node schema.mjs SCHEMA OPERATIONS
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { validate } from '@graphql-inspector/core';
import graphqlPlugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { Source, buildSchema, parse, print } from 'graphql';
import ts from 'typescript';
import { judged } from './verdict.mjs';

const [schemaFile, operations] = process.argv.slice(2).map((path) => resolve(path));
const sdl = readFileSync(schemaFile, 'utf8');
const pending = new Set(readFileSync(join(operations, 'pending.txt'), 'utf8').split('\n'));

// What the apps send and the schema answers; what it does not answer yet is named in pending.txt.
const documents = readdirSync(operations).filter((name) => name.endsWith('.graphql')).map((name) => {
  const file = parse(readFileSync(join(operations, name), 'utf8'));
  const definitions = file.definitions.filter((d) => !pending.has(d.name.value));
  const used = new Set(print({ ...file, definitions }).match(/\.\.\.\w+/g)?.map((spread) => spread.slice(3)));
  return { name, text: print({ ...file, definitions: definitions.filter((d) => d.kind !== 'FragmentDefinition' || used.has(d.name.value)) }) };
}).filter((d) => d.text !== '');

const dir = mkdtempSync(join(tmpdir(), 'schema-'));
for (const { name, text } of documents) writeFileSync(join(dir, name), text);
symlinkSync(resolve('node_modules'), join(dir, 'node_modules'));

await judged('@graphql-inspector/core', 'every operation of the apps is valid and asks for nothing deprecated', () => {
  const found = validate(buildSchema(sdl), documents.map((d) => new Source(d.text, d.name)));
  assert.deepEqual(found.flatMap((f) => [...f.errors.map((e) => e.message), ...f.deprecated.map((d) => d.message)]), []);
});

let code = '';
await judged('@graphql-codegen/client-preset', 'types for every operation are generated and TypeScript takes them, strictly', async () => {
  const files = await generate({
    schema: sdl, documents: join(dir, '*.graphql'), silent: true,
    generates: { [`${join(dir, 'gql')}/`]: { preset: 'client', presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256', mode: 'embedHashInDocument' } } } },
  }, true);
  const program = ts.createProgram(files.map((f) => f.filename).filter((f) => f.endsWith('.ts')), { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, target: ts.ScriptTarget.ES2022, types: [] });
  assert.deepEqual(ts.getPreEmitDiagnostics(program).map((d) => ts.flattenDiagnosticMessageText(d.messageText, ' ')), []);
  code = files.find((f) => f.filename.endsWith('persisted-documents.json')).content;
});

await judged('@graphql-codegen/client-preset', 'its persisted documents are named by the SHA-256 of their text', () => {
  const all = Object.entries(JSON.parse(code));
  assert.ok(all.length >= documents.length);
  for (const [id, text] of all) assert.equal(id.replace(/^sha256:/, ''), createHash('sha256').update(text).digest('hex'));
});

// Where the schema differs from the rules' own settings, and why. Everything else is as the plugin recommends it.
const own = {
  '@graphql-eslint/description-style': 'off', // one line of text stands in one line, more in a block
  '@graphql-eslint/relay-edge-types': ['error', { listTypeCanWrapOnlyEdgeType: false, shouldImplementNode: false }], // connections offer nodes beside edges, and some are of values
  '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }], // most lists are read forwards only
  '@graphql-eslint/strict-id-in-types': 'off', // values, payloads and edges are not looked up again; what is, is a Node, and has an id
};
const known = /^Field "(memberCode|entitlements)" starts with/; // names that apps send already
const rules = (config) => graphqlPlugin.configs[config].rules;
await judged('@graphql-eslint', 'no rule of schema-recommended or schema-relay is broken', async () => {
  const eslint = new ESLint({
    cwd: dir, overrideConfigFile: true,
    overrideConfig: [{
      files: ['**/*.graphql'], plugins: { '@graphql-eslint': graphqlPlugin },
      languageOptions: { parser: graphqlPlugin.parser, parserOptions: { graphQLConfig: { schema: sdl } } },
      rules: { ...rules('flat/schema-recommended'), ...rules('flat/schema-relay'), ...own },
    }],
  });
  const results = await eslint.lintText(sdl, { filePath: join(dir, 'schema.graphql') });
  const broken = {};
  for (const m of results[0].messages.filter((m) => !known.test(m.message))) (broken[m.ruleId] ??= []).push(`${m.line}: ${m.message}`);
  assert.deepEqual(Object.entries(broken).map(([rule, list]) => `${rule} ${list.length} times, first at ${list[0]}`), []);
});

rmSync(dir, { recursive: true });
