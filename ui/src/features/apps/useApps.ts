// The local gateway and the programs that may use it.

import { useAnswer, useDeed } from '@/shared/ask';

/** All apps, the gateway, and what can be done with them. */
export function useApps() {
  return {
    ...useAnswer('apps', 'apps_list', {}),
    gateway: useDeed('gateway_set', ['apps', 'status']),
    add: useDeed('apps_add', ['apps']),
    revoke: useDeed('apps_revoke', ['apps']),
  };
}

/** A port as typed; nothing where it cannot be one. */
export function portOf(text: string): number | undefined {
  const port = Number(text.trim());
  return /^\d+$/.test(text.trim()) && port >= 1024 && port <= 65_535 ? port : undefined;
}

/** A web origin as typed, tidied; nothing where it cannot be one. */
export function originOf(text: string): string | undefined {
  const typed = text.trim();
  if (!URL.canParse(typed)) return undefined;
  const { protocol, origin, username, password } = new URL(typed);
  return (protocol === 'https:' || protocol === 'http:') && !username && !password ? origin : undefined;
}
