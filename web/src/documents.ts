import { parse, visit, type DocumentNode } from 'graphql';
import community from './operations/community.graphql?raw';
import family from './operations/family.graphql?raw';
import home from './operations/home.graphql?raw';
import recommend from './operations/recommend.graphql?raw';
import tier from './operations/tier.graphql?raw';
import wallet from './operations/wallet.graphql?raw';

/** One operation of the apps, ready to be sent. */
export interface ReadyDocument {
  operation: string;
  about: string;
  query: string;
  variables: string;
}

/** The operations that the menu offers, in its order; each is cut out of the file that the apps ship. */
export const documents: ReadyDocument[] = [
  ready(home, 'Home', 'The one request an app sends when it opens'),
  ready(wallet, 'WalletPage', 'Coins, what expires, and the ledger', { first: 20 }),
  ready(tier, 'TierPage', 'Tier, growth, benefits and history'),
  ready(family, 'FamilyPage', 'The family, its pool and its approvals'),
  ready(community, 'Feed', 'Posts of the community', { kind: 'HOT', first: 10 }),
  ready(recommend, 'Recommend', 'What to show next, and why', { surface: 'HOME', first: 10 }),
  ready(wallet, 'Rewards', 'What coins can buy', { first: 20 }),
  ready(tier, 'Programme', 'The public rules, as data'),
];

/** The document that `?run=` names by its operation, with or without "Page", in any case. */
export function documentNamed(name: string): ReadyDocument | undefined {
  const wanted = name.toLowerCase();
  return documents.find(({ operation }) => [operation, operation.replace('Page', '')].some((o) => o.toLowerCase() === wanted));
}

function ready(file: string, operation: string, about: string, variables?: object): ReadyDocument {
  return { operation, about, query: cut(file, operation), variables: variables ? JSON.stringify(variables, null, 2) : '' };
}

/** The text of one operation and of the fragments it needs, with the comments that stand right above them. */
function cut(file: string, operation: string): string {
  const document = parse(file);
  const needed = new Set([operation]);
  for (const name of needed) {
    for (const fragment of spreads(document, name)) needed.add(fragment);
  }
  const parts = document.definitions
    .filter((d) => 'name' in d && d.name && needed.has(d.name.value))
    .sort((a, b) => Number(a.kind === 'FragmentDefinition') - Number(b.kind === 'FragmentDefinition'))
    .map(({ loc }) => commentAbove(file.slice(0, loc!.start)) + file.slice(loc!.start, loc!.end));
  return parts.join('\n\n') + '\n';
}

function spreads(document: DocumentNode, name: string): string[] {
  const found: string[] = [];
  for (const definition of document.definitions) {
    if ('name' in definition && definition.name?.value === name) {
      visit(definition, { FragmentSpread: (spread) => void found.push(spread.name.value) });
    }
  }
  return found;
}

function commentAbove(before: string): string {
  return /(?:^#.*\n)+$/m.exec(before)?.[0] ?? '';
}
