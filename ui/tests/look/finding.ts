// What is found, and a sign-in, in the double's small world. The way through the browser is walked by `window.double`.

import type { DiscoverView, SignInEvent, SignInView } from '@/generated/contract';
import { fault, type Scene } from './double';

const server = (provider: string, provider_name: string, base_url: string, more = {}) => ({ provider, provider_name, base_url, models: 4, needs_key: false, loading: false, connection: null, ...more });
const key = (provider: string, provider_name: string, variable: string, more = {}) => ({ provider, provider_name, variable, last4: '9f2c', needs_address: false, base_url: null, fault: null, connection: null, ...more });

/** What stands on this machine in a scene. */
export function foundIn(scene: Scene): DiscoverView {
  if (scene === 'empty') {
    return {
      servers: [server('ollama', 'Ollama', 'http://127.0.0.1:11434'), server('jan', 'Jan', 'http://127.0.0.1:1337/v1', { models: null, needs_key: true })],
      keys: [key('openai', 'OpenAI', 'OPENAI_API_KEY'), key('azure_openai', 'Azure OpenAI', 'AZURE_OPENAI_API_KEY', { needs_address: true, base_url: 'https://mine.openai.azure.com/openai/v1' }), key('groq', 'Groq', 'GROQ_API_KEY', { last4: null, fault: fault('key_form', { reason: 'it is too short' }) })],
    };
  }
  if (scene === 'none') return { servers: [], keys: [] };
  return { servers: [server('ollama', 'Ollama', 'http://127.0.0.1:11434', { connection: 'ollama' }), server('lm_studio', 'LM Studio', 'http://127.0.0.1:1234/v1', { models: 2 })], keys: [key('openai', 'OpenAI', 'OPENAI_API_KEY')] };
}

/** A sign-in that waits until it is ended from outside. */
export function makeSignIn() {
  let end: ((view: SignInView | 'exchanging') => void) | undefined;
  let refuse: ((why: unknown) => void) | undefined;
  let hearNow: ((event: SignInEvent) => void) | undefined;
  return {
    stream: (hear: (event: SignInEvent) => void): Promise<SignInView> => {
      hearNow = hear;
      return new Promise((resolve, reject) => {
        end = (view) => (view === 'exchanging' ? hearNow?.({ kind: 'exchanging' }) : resolve(view));
        refuse = reject;
        hear({ kind: 'waiting', sign_in: 's1', url: 'https://openrouter.ai/auth?callback_url=http%3A%2F%2Flocalhost%3A41823%2Fcb%2F5f0c&code_challenge=abc&code_challenge_method=S256', comes_back: true, expires_in_ms: 300_000 });
      });
    },
    end: (view: SignInView | 'exchanging') => end?.(view),
    refuse: (why: unknown) => refuse?.(why),
  };
}
