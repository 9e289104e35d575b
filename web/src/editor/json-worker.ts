import 'monaco-editor/esm/vs/language/json/json.worker.js';

/** Monaco's JSON worker, which is not exported: importing it sets this handler of the first message. */
export const startJson = globalThis.onmessage as (message: MessageEvent) => void;
