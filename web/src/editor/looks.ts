import { pick, useGraphiQL, useGraphiQLActions, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

type Theme = 'light' | 'dark';

const colours = {
  light: {
    base: 'vs',
    paper: '#ffffff',
    ink: '#2f464c',
    quiet: '#8b9a97',
    primary: '#0b7a5b',
    keyword: '8250a8',
    field: '1d5a8a',
    text: '9a4a12',
    number: '0f6e8c',
  },
  dark: {
    base: 'vs-dark',
    paper: '#1b2624',
    ink: '#cbd6d3',
    quiet: '#6b7d79',
    primary: '#3fcf9f',
    keyword: 'c9a1f0',
    field: '8cc7f0',
    text: 'e8b483',
    number: '7fd8e0',
  },
} as const;

const options = {
  fontSize: 13,
  lineHeight: 20,
  fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  wordWrap: 'on',
  wrappingIndent: 'indent',
} as const;

/** Gives the editors the page's colours and size, once Monaco is there, and follows the system between light and dark. */
export function useEditorLooks(): void {
  const monaco = useMonaco((state) => state.monaco);
  const monacoGraphQL = useMonaco((state) => state.monacoGraphQL);
  const { theme, queryEditor, variableEditor, headerEditor, responseEditor } = useGraphiQL(
    pick('theme', 'queryEditor', 'variableEditor', 'headerEditor', 'responseEditor'),
  );
  const { setTheme } = useGraphiQLActions();

  useEffect(() => {
    // The names are GraphiQL's own, whose themes these replace.
    monaco?.editor.defineTheme('graphiql-LIGHT', themeData('light'));
    monaco?.editor.defineTheme('graphiql-DARK', themeData('dark'));
    // Formatting is the toolbar's: Monaco's own entry for it would do nothing.
    if (monacoGraphQL) monacoGraphQL.setModeConfiguration({ ...monacoGraphQL.modeConfiguration, documentFormattingEdits: false });
  }, [monaco, monacoGraphQL]);

  useEffect(() => {
    for (const editor of [queryEditor, variableEditor, headerEditor, responseEditor]) editor?.updateOptions(options);
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);

  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(theme);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);
}

function themeData(theme: Theme) {
  const { base, paper, ink, primary, keyword, field, text, number, quiet } = colours[theme];
  const rules = [
    { token: 'keyword', foreground: keyword },
    { token: 'comment', foreground: quiet.slice(1) },
    { token: 'delimiter', foreground: quiet.slice(1) },
    { token: 'type.identifier', foreground: primary.slice(1) },
    { token: 'argument.identifier', foreground: field },
    { token: 'key.identifier', foreground: field },
    { token: 'string', foreground: text },
    { token: 'string.key.json', foreground: field },
    { token: 'string.value.json', foreground: text },
    { token: 'number', foreground: number },
    { token: 'keyword.json', foreground: keyword },
  ];
  // One quiet colour for brackets of every depth: the indentation already tells it.
  const brackets = Object.fromEntries([1, 2, 3, 4, 5, 6].map((depth) => [`editorBracketHighlight.foreground${depth}`, quiet]));
  const tinted = `${primary}22`;
  return {
    base,
    inherit: true,
    rules,
    colors: {
      ...brackets,
      'editor.background': '#ffffff00',
      'scrollbar.shadow': '#ffffff00',
      'editorLineNumber.foreground': quiet,
      'editorLineNumber.activeForeground': primary,
      focusBorder: primary,
      'textLink.foreground': primary,
      'textLink.activeForeground': primary,
      'editorLink.activeForeground': primary,
      'editorWidget.background': paper,
      'editorHoverWidget.background': paper,
      'editorSuggestWidget.background': paper,
      'editorSuggestWidget.selectedBackground': tinted,
      'editorSuggestWidget.selectedForeground': ink,
      'editorSuggestWidget.selectedIconForeground': primary,
      'editorSuggestWidget.highlightForeground': primary,
      'editorSuggestWidget.focusHighlightForeground': primary,
      'menu.background': paper,
      'menu.selectionBackground': tinted,
      'menu.selectionForeground': ink,
      'quickInput.background': paper,
      'quickInputList.focusBackground': tinted,
      'quickInputList.focusForeground': ink,
      'list.hoverBackground': tinted,
      'list.highlightForeground': primary,
      'toolbar.hoverBackground': tinted,
    },
  };
}
