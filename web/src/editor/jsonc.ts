import { applyEdits, format } from 'jsonc-parser';

// A Prettier plugin for JSON with comments that hands the work to jsonc-parser.

const layout = { tabSize: 2, insertSpaces: true, eol: '\n' };

export const parsers = {
  jsonc: {
    astFormat: 'jsonc-text',
    parse: (text: string) => ({ text: applyEdits(text, format(text, undefined, layout)) }),
    locStart: () => 0,
    locEnd: (node: { text: string }) => node.text.length,
  },
};

export const printers = {
  'jsonc-text': { print: (path: { node: { text: string } }) => path.node.text },
};
