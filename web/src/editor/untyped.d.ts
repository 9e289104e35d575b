// What Monaco's packages leave untyped.
declare module 'monaco-editor/esm/vs/editor/editor.worker.js' {
  export function initialize(create: (context: unknown, settings: unknown) => unknown): void;
}
declare var MonacoEnvironment: import('monaco-editor').Environment | undefined;
