import { create } from 'zustand';

/** A demo member as `GET /demo/tokens` lists them. */
export interface Member {
  memberId: string;
  displayName: string;
  tier: string;
  tierName: string;
  token: string;
}

/** Whose eyes the gateway is asked with. */
export type Viewer = { kind: 'nobody' } | { kind: 'member'; memberId: string } | { kind: 'token'; token: string };

/** The languages the gateway answers in, by their `Accept-Language`. */
export const languages = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' } as const;
export type Language = keyof typeof languages;

interface Session {
  members: Member[];
  viewer: Viewer;
  language: Language;
}

const address = new URLSearchParams(location.search);

export const useSession = create<Session>(() => ({ members: [], viewer: { kind: 'nobody' }, language: firstLanguage() }));

/** Loads the demo members and signs in the one that the address or the last visit names, else the first. */
export async function openSession(): Promise<void> {
  const members = await loadMembers(useSession.getState().language);
  const named = members[Number(address.get('as') ?? NaN)]?.memberId;
  const last = localStorage.getItem('membergate:member');
  const memberId = named ?? (last === '' ? '' : (members.find((m) => m.memberId === last) ?? members[0])?.memberId);
  useSession.setState({ members, viewer: memberId ? { kind: 'member', memberId } : { kind: 'nobody' } });
}

export function signIn(viewer: Viewer): void {
  // A pasted token is a secret of somebody's: it is forgotten with the page.
  if (viewer.kind !== 'token') localStorage.setItem('membergate:member', viewer.kind === 'member' ? viewer.memberId : '');
  useSession.setState({ viewer });
}

export async function speak(language: Language): Promise<void> {
  localStorage.setItem('membergate:language', language);
  useSession.setState({ language });
  const members = await loadMembers(language);
  if (members.length > 0) useSession.setState({ members });
}

/** The token to send now, or none; a demo member's is fetched anew shortly before it expires. */
export async function bearer(): Promise<string | undefined> {
  const { viewer, language } = useSession.getState();
  if (viewer.kind !== 'member') return viewer.kind === 'token' ? viewer.token : undefined;
  let token = memberById(viewer.memberId)?.token;
  const { exp } = claims(token);
  if (exp !== undefined && exp * 1000 < Date.now() + 30_000) {
    const members = await loadMembers(language);
    if (members.length > 0) useSession.setState({ members });
    token = memberById(viewer.memberId)?.token;
  }
  return token;
}

/** What a token says of itself, read without checking it: the gateway does that. */
export function claims(token = ''): { sub?: string; scope?: string; exp?: number } {
  try {
    return JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return {};
  }
}

export function memberById(memberId: string): Member | undefined {
  return useSession.getState().members.find((m) => m.memberId === memberId);
}

/** A gateway without demo members answers 404, which is no error: a token can be pasted instead. */
async function loadMembers(language: Language): Promise<Member[]> {
  try {
    const response = await fetch('/demo/tokens', { headers: { 'Accept-Language': language } });
    const list: unknown = response.ok ? await response.json() : [];
    return Array.isArray(list) ? list.filter((m) => m?.memberId && m.token) : [];
  } catch {
    return [];
  }
}

function firstLanguage(): Language {
  const wanted = [address.get('lang'), localStorage.getItem('membergate:language')].find((l) => l && l in languages);
  if (wanted) return wanted as Language;
  const browser = navigator.language.toLowerCase();
  if (!browser.startsWith('zh')) return 'en';
  return /hant|tw|hk|mo/.test(browser) ? 'zh-TW' : 'zh-CN';
}
