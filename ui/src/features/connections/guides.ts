// Guides are data of the catalogue; here is what a page asks of them. Pure, and nothing of it needs a network.

import type { FaultCode, ProviderView } from '@/generated/contract';
import type { Failure } from '@/shared/fault';
import type { Language } from '@/host/types';

/** A failure that is usual with a provider, and its mend there. */
export interface GuideLine {
  code: FaultCode;
  mend: string;
}

/** The lines of a guide about failures, in the order in which the catalogue tells them. */
export function linesOf(provider: ProviderView, language: Language): GuideLine[] {
  return Object.entries(provider.guide[language].failures).map(([code, mend]) => ({ code: code as FaultCode, mend }));
}

/** The line that helps with this failure, where the guide has one. */
export function lineFor(provider: ProviderView | undefined, language: Language, failure: Failure | null | undefined): GuideLine | undefined {
  return provider && failure ? linesOf(provider, language).find((line) => line.code === failure.code) : undefined;
}

/** Whether there is anything to read about a provider. */
export function hasGuide(provider: ProviderView, language: Language): boolean {
  const { notice, steps, failures } = provider.guide[language];
  return !!notice || steps.length > 0 || Object.keys(failures).length > 0;
}

/** The way to the guide of a provider, at the line of a failure where one is named. */
export function guideAt(provider: string, code?: string) {
  return { name: 'guides', params: { provider }, ...(code ? { hash: `#${code}` } : {}) };
}

/** The failure that an address leads to: `#wrong_key`. */
export function codeOf(hash: string): string | undefined {
  return /^#([a-z_]+)$/.exec(hash)?.[1];
}
