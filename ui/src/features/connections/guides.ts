// Guides are data of the catalogue; here is what a page asks of them. Pure, and nothing of it needs a network.

import type { FaultCode, ProviderView } from '@/generated/contract';
import type { Failure } from '@/shared/fault';
import type { Language } from '@/host/types';
import english from './words/en.json';
import indonesian from './words/id.json';

/** A failure that is usual with a provider, and its mend there. */
export interface GuideLine {
  code: FaultCode;
  mend: string;
}

const general: Record<Language, Partial<Record<string, string>>> = { en: english.guide.general, id: indonesian.guide.general };

/** The lines of a guide about failures, in the order in which the catalogue tells them. */
export function linesOf(provider: ProviderView, language: Language): GuideLine[] {
  return Object.entries(provider.guide[language].failures).map(([code, mend]) => ({ code: code as FaultCode, mend }));
}

/** The line about one code: the provider's own, else what helps with it at any provider. */
function lineOf(provider: ProviderView, language: Language, code: string): GuideLine | undefined {
  const own = linesOf(provider, language).find((line) => line.code === code);
  const mend = general[language][code];
  return own ?? (mend === undefined ? undefined : { code: code as FaultCode, mend });
}

/** The lines to show to somebody who comes with a failure: it stands among them even where the guide is silent on it. */
export function linesWith(provider: ProviderView, language: Language, code: string | undefined): GuideLine[] {
  const own = linesOf(provider, language);
  const asked = code !== undefined && !own.some((line) => line.code === code) ? lineOf(provider, language, code) : undefined;
  return asked ? [asked, ...own] : own;
}

/** The line that helps with this failure; none where it is no matter of a provider. */
export function lineFor(provider: ProviderView | undefined, language: Language, failure: Failure | null | undefined): GuideLine | undefined {
  return provider && failure ? lineOf(provider, language, failure.code) : undefined;
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
