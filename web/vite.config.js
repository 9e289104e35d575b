import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// The worker never formats (the page does, with Prettier), so Prettier is left out of it.
const workerWithoutPrettier = {
  name: 'worker-without-prettier',
  enforce: 'pre',
  resolveId: (id) => (id.startsWith('prettier/') ? here('src/editor/unformatted.ts') : null),
};

export default defineConfig({
  base: '/',
  resolve: {
    alias: [
      // Monaco's whole list of features is replaced by the list in src/editor/monaco.ts.
      { find: /^(monaco-graphql\/esm|\.)\/monaco-editor(\.js)?$/, replacement: here('src/editor/monaco.ts') },
      // GraphiQL formats variables with Babel and ESTree, 540 kB for what src/editor/jsonc.ts does in a few lines.
      { find: /^prettier\/(parser-babel|plugins\/estree)$/, replacement: here('src/editor/jsonc.ts') },
      // It also asks for Prettier's GraphQL plugin under two names, which would bundle it twice.
      { find: /^prettier\/parser-graphql$/, replacement: 'prettier/plugins/graphql' },
    ],
  },
  worker: {
    plugins: () => [workerWithoutPrettier],
    rolldownOptions: { output: { entryFileNames: 'assets/[name].js', codeSplitting: false } },
  },
  build: {
    target: 'es2022',
    // One script, one style sheet and one worker, under fixed names: a rebuild of the same sources changes no byte or path.
    cssCodeSplit: false,
    chunkSizeWarningLimit: 8192,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { explorer: here('index.html') },
      onLog(level, log, report) {
        // The libraries' "use client" marks mean nothing in a page that is never rendered on a server.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
      output: {
        entryFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
        codeSplitting: false,
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ['/graphql', '/demo', '/media', '/schema.graphqls'].map((path) => [
        path,
        { target: process.env.GATEWAY ?? 'http://127.0.0.1:8080', ws: path === '/graphql' },
      ]),
    ),
  },
});
