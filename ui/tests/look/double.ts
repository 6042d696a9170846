// A door with nothing behind it but a small world in memory. For looking at pages and for tests of the page alone.

import type {
  AnswerView,
  AppView,
  Commands,
  ConnectionView,
  ConversationView,
  DeskEvent,
  FaultView,
  GatewayView,
  MessageView,
  ModelView,
  ProviderView,
  Streams,
  VaultState,
  VaultView,
} from '@/generated/contract';
import type { Door, HostEvents, Prefs } from '@/host/types';
import { collectionCommands } from './collections';
import { budgetOf, prunable, someBudgets, usageAdvice, usageCalculate, usageDashboard } from './usage';
import { catalogue, settingsOf } from './catalogue';
import { foundIn, makeSignIn } from './finding';
import { manageCommands } from './manage';
import { someRecommended, withMarks } from './models';
import { promptCommands } from './prompts';

/** What the world looks like. */
export type Scene = 'empty' | 'normal' | 'full' | 'broken' | 'slow' | VaultState;

const now = Date.now();
const minutes = (n: number) => now - n * 60_000;

/** A failure as the host throws it. */
export function fault(code: FaultView['code'], facts: FaultView['facts'] = {}, more: Partial<FaultView> = {}): FaultView {
  return { code, message: code, hint: code, facts, ...more };
}

/** A provider of the catalogue. */
export function provider(id: string, name: string, locality: ProviderView['locality'], base_url: string | null, more: Partial<ProviderView> = {}): ProviderView {
  return {
    id,
    name,
    locality,
    dialect: 'openai',
    base_url,
    auth: locality === 'local' ? 'none' : 'bearer',
    key_optional: locality !== 'cloud',
    key_page: locality === 'cloud' ? `https://${id}.example/keys` : null,
    billing_page: null,
    status_page: null,
    presets: [],
    sign_in: false,
    env: [],
    settings: settingsOf(false),
    guide: {
      en: { notice: null, steps: ['Make an account.', 'Make a key on the key page and copy it.', 'Paste it here and test.'], failures: { no_credit: 'Add credit on the billing page.' } },
      id: { notice: null, steps: ['Buat akun.', 'Buat kunci di halaman kunci lalu salin.', 'Tempel di sini dan uji.'], failures: { no_credit: 'Isi saldo di halaman tagihan.' } },
    },
    moderation: [],
    speed: null,
    ...more,
  };
}

const providers = [
  provider('openai', 'OpenAI', 'cloud', 'https://api.openai.com/v1'),
  provider('anthropic', 'Anthropic', 'cloud', 'https://api.anthropic.com', { auth: 'x-api-key' }),
  provider('openrouter', 'OpenRouter', 'cloud', 'https://openrouter.ai/api/v1'),
  provider('groq', 'Groq', 'cloud', 'https://api.groq.com/openai/v1'),
  provider('ollama', 'Ollama', 'local', 'http://127.0.0.1:11434', { dialect: 'ollama' }),
  provider('lm_studio', 'LM Studio', 'local', 'http://127.0.0.1:1234', { auth: 'bearer' }),
  provider('openai_compatible', 'OpenAI-compatible address', 'either', null),
];

/** A connection. */
export function connection(slug: string, label: string, of: string, more: Partial<ConnectionView> = {}): ConnectionView {
  const entry = providers.find((one) => one.id === of);
  return {
    id: `id-${slug}`,
    slug,
    provider: of,
    provider_name: entry?.name ?? of,
    label,
    base_url: entry?.base_url ?? 'https://llm.example.com/v1',
    locality: entry?.locality === 'local' ? 'local' : 'cloud',
    dialect: 'openai',
    auth: entry?.auth ?? 'bearer',
    has_key: entry?.locality !== 'local',
    key_last4: entry?.locality === 'local' ? null : '9f2c',
    headers: [],
    models: [],
    active: true,
    status: 'connected',
    status_since: minutes(60),
    fault: null,
    last_tested: minutes(3),
    last_used: minutes(12),
    model_count: 8,
    spent_this_month: { usd: '0', unpriced_requests: 0 },
    settings: {},
    system: false,
    variable: null,
    signed_in: false,
    key_expires: null,
    account: null,
    headroom: [],
    ...more,
  };
}

/** A model. */
export function model(of: string, label: string, name: string, more: Partial<ModelView> = {}): ModelView {
  return {
    id: `${of}/${name.toLowerCase().replace(/[^a-z0-9.]+/g, '-')}`,
    connection: of,
    connection_label: label,
    provider: of,
    name,
    own_name: null,
    hidden: false,
    favourite: false,
    placed: false,
    added_by_hand: false,
    is_new: false,
    first_seen: null,
    gone_since: null,
    price_source: 'list',
    price_date: null,
    price_not_used: null,
    content: null,
    speed: null,
    context_length: 200_000,
    max_output: 64_000,
    price: { state: 'known', input: '3', output: '15', cache_read: '0.3', cache_write: '3.75' },
    capabilities: ['vision', 'tools', 'reasoning'],
    locality: 'cloud',
    local: null,
    retires_on: null,
    available: true,
    reason: null,
    ...more,
  };
}

const unknownPrice = { state: 'unknown', input: null, output: null, cache_read: null, cache_write: null } as const;
const localModel = (name: string, context: number | null, size: string, bytes: number, loaded: boolean) =>
  model('ollama', 'Ollama', name, {
    id: `ollama/${name}`,
    locality: 'local',
    context_length: context,
    max_output: null,
    price: { ...unknownPrice, state: 'local' },
    capabilities: ['tools'],
    local: { family: 'llama', parameter_size: size, quantisation: 'Q4_K_M', size_bytes: bytes, loaded, loaded_context: loaded ? 8192 : null, remote_host: null },
  });

function models(scene: Scene): ModelView[] {
  const list = [
    model('openrouter', 'OpenRouter', 'Claude Sonnet 4.5'),
    model('openrouter', 'OpenRouter', 'Claude Opus 4.6', { price: { state: 'known', input: '5', output: '25', cache_read: '0.5', cache_write: null } }),
    model('openrouter', 'OpenRouter', 'Gemini 3 Pro', { context_length: 1_048_576, price: { state: 'known', input: '2', output: '12', cache_read: null, cache_write: null } }),
    model('openrouter', 'OpenRouter', 'DeepSeek V3.2', { context_length: 163_840, price: { state: 'known', input: '0.27', output: '0.41', cache_read: null, cache_write: null } }),
    model('openrouter', 'OpenRouter', 'GLM 4.6 (free)', { price: { ...unknownPrice, state: 'free' } }),
    model('openrouter', 'OpenRouter', 'Mystery Preview', { context_length: null, price: unknownPrice, capabilities: [] }),
    localModel('llama3.2:8b', 131_072, '8.0B', 4_900_000_000, true),
    localModel('mistral-nemo', 1_024_000, '12.2B', 7_100_000_000, false),
    localModel('gemma3:27b', 131_072, '27.4B', 17_400_000_000, false),
    model('anthropic', 'Anthropic (novel)', 'Claude Haiku 4.5', { available: false, reason: 'wrong_key' }),
    model('anthropic', 'Anthropic (novel)', 'Claude Sonnet 4.5', { available: false, reason: 'wrong_key' }),
  ];
  if (scene !== 'full') return list;
  const makers = ['Arbor', 'Basalt', 'Cinder', 'Delta', 'Ember', 'Fathom', 'Granite', 'Harbor'];
  for (let n = 0; n < 20_000; n += 1) list.push(model('openrouter', 'OpenRouter', `${makers[n % 8]} ${(n % 97) + 1}B Instruct ${n}`, { context_length: 8192 * ((n % 16) + 1) }));
  return list;
}

const answerOf = (more: Partial<AnswerView> = {}): AnswerView => ({
  model: 'openrouter/claude-sonnet-4.5',
  answered_by: 'Claude Sonnet 4.5',
  connection: 'OpenRouter',
  locality: 'cloud',
  input_tokens: 1_204,
  output_tokens: 356,
  cost: { usd: '0.0089', source: 'provider' },
  quality: 'reported',
  latency_ms: 6_240,
  first_token_ms: 780,
  finish: 'stop',
  prompt_cut: false,
  picked_by: 'explicit',
  collection: null,
  feature: 'chat',
  assistant: null,
  web_search: null,
  ...more,
});

/** A message. */
export function message(id: string, role: MessageView['role'], text: string, more: Partial<MessageView> = {}): MessageView {
  return { id, role, text, reasoning: null, created_at: minutes(20), state: 'done', answer: role === 'assistant' ? answerOf() : null, fault: null, ...more };
}

const prose = `The lamp had burned down to a blue bead by the time Marta heard the second knock. She did not move. *Let him think the house is empty*, she told herself, though the smoke from the chimney had been telling him otherwise since noon.

"I know you're there," said the voice. It was not the voice she had expected.

She set the pen across the inkhorn, carefully, as one sets down something that is still alive, and went to the door.`;
const notes = `Three things in this draft pull against each other:

1. **The knock comes too late.** By the time it does, the reader has already decided that nobody will come.
2. Marta's voice is *hers* in the first half and the narrator's in the second.
3. The inkhorn is named twice; once would be stronger.

> She did not move.

That line carries the scene. Keep it, and cut whatever explains it. See [a note on free indirect style](https://example.org/style).

\`\`\`
beat 1  lamp
beat 2  knock
\`\`\``;

function messages(scene: Scene): MessageView[] {
  const list = [
    message('m1', 'user', 'Here is the opening of chapter four. She is alone in the house, and someone is at the door.\n\nWrite the next three paragraphs. Keep her voice, and do not tell me who it is.'),
    message('m2', 'assistant', prose),
    message('m3', 'user', 'Good. Now be my editor: what does not work yet?'),
    message('m4', 'assistant', notes, {
      answer: answerOf({ model: 'ollama/llama3.2:8b', answered_by: 'llama3.2:8b', connection: 'Ollama', locality: 'local', cost: { usd: null, source: 'local' }, quality: 'estimated', latency_ms: 21_900, prompt_cut: true }),
    }),
    message('m5', 'user', 'And as one paragraph?'),
    message('m6', 'assistant', 'The lamp had burned down to a blue bead by the time', {
      state: 'failed',
      answer: answerOf({ output_tokens: 14, cost: { usd: null, source: 'unknown' }, quality: 'partial' }),
      fault: fault('rate_limited', { provider: 'OpenRouter', wait: '20 s' }, { retry_after_ms: 20_000, status: 429, detail: 'Rate limit exceeded: limit_rpm/anthropic/claude-sonnet-4.5' }),
    }),
  ];
  if (scene !== 'full') return list;
  const many: MessageView[] = [];
  for (let n = 0; n < 300; n += 1) many.push(message(`f${n}`, n % 2 ? 'assistant' : 'user', n % 2 ? `${prose}\n\n${notes}` : `Turn ${n}: and then?`));
  return many;
}

const emailed = { id: 'email-drafting', name: { en: 'E-mail drafting', id: 'Menulis surel' } };
const autoMessages = [
  message('n1', 'user', 'A letter to the harbour museum, please: may I see the pilots’ book of 1781?'),
  message('n2', 'assistant', prose, { answer: answerOf({ picked_by: 'last_used', assistant: { ...emailed, auto: { model: 'ollama/llama3.2:8b', cost: { usd: null, source: 'local' }, latency_ms: 640, fell_back: null } } }) }),
  message('n3', 'user', 'And a shorter one.'),
  message('n4', 'assistant', 'Dear Dr Hagen, may I see the pilots’ book of 1781?', { answer: answerOf({ picked_by: 'assistant', collection: 'Prose', assistant: { ...emailed, auto: null }, web_search: 'unavailable' }) }),
];
const conversation = (id: string, title: string, ago: number): ConversationView => ({ id, title, created_at: minutes(ago + 60), updated_at: minutes(ago), model: 'openrouter/claude-sonnet-4.5', assistant: null, snippet: null });
function conversations(scene: Scene): ConversationView[] {
  const list = [
    conversation('c1', 'The knock at the door, chapter four', 20),
    conversation('c2', 'Names for the harbour town', 300),
    conversation('c3', 'What would a 1780s ship’s clerk carry', 1500),
    conversation('c4', 'Letter from the aunt, second try', 9000),
  ];
  if (scene === 'full') for (let n = 0; n < 500; n += 1) list.push(conversation(`x${n}`, `Scene ${n}: a rather long working title that goes on and on`, 10_000 + n * 600));
  return list;
}

/** Makes the double of a scene. `waits` are milliseconds between pieces of a stream. */
export function makeDouble(scene: Scene, prefs: Partial<Prefs> = {}, waits = 24): Door & { tell: (topics: HostEvents['changed']['topics']) => void; signIn: ReturnType<typeof makeSignIn> } {
  const hearers = new Set<(payload: HostEvents['changed']) => void>();
  const empty = scene === 'empty' || scene === 'none';
  const vaultState: VaultState = ['empty', 'normal', 'full', 'broken', 'slow'].includes(scene) ? (empty ? 'none' : 'unlocked') : (scene as VaultState);
  const vault: VaultView = {
    state: vaultState,
    protected_by: vaultState === 'none' ? null : vaultState === 'locked' ? 'passphrase' : 'keychain-and-passphrase',
    backend: 'GNOME Keyring',
    secrets: empty ? 0 : 27,
    fault: null,
  };
  let connections: ConnectionView[] = empty
    ? []
    : [
        connection('openrouter', 'OpenRouter', 'openrouter', {
          model_count: 345,
          spent_this_month: { usd: '4.1182', unpriced_requests: 2 },
          signed_in: true,
          key_expires: { on: new Date(now + 5 * 86_400_000).toISOString().slice(0, 10), days_left: 5, state: 'soon' },
          account: { asked_at: minutes(4), name: 'Inkhorn', currency: 'USD', credit_left: '6.42', credit_limit: '10', limit_resets: 'monthly', used: '3.58', used_today: '0.21', used_this_month: '3.58', free_tier: false, blocked: false, key_expires: null },
          headroom: [{ of: 'requests', limit: 60, remaining: 48, resets_at: now + 20_000, told_at: minutes(1) }],
          settings: { temperature: '0.8', first_token_timeout: '90' },
        }),
        connection('ollama', 'Ollama', 'ollama', { model_count: 3, last_used: minutes(2) }),
        connection('anthropic', 'Anthropic (novel)', 'anthropic', {
          status: 'failing',
          status_since: minutes(60 * 50),
          fault: fault('wrong_key', { provider: 'Anthropic' }, { status: 401, detail: 'authentication_error: invalid x-api-key' }),
          spent_this_month: { usd: '0.51', unpriced_requests: 0 },
        }),
        connection('groq', 'Groq', 'groq', { status: 'untested', last_tested: null, last_used: null, model_count: 0 }),
        connection('lab', 'The lab machine at the institute, second floor', 'openai_compatible', { status: 'disabled', active: false, last_used: minutes(99_999) }),
      ];
  if (scene === 'full') for (let n = 0; n < 40; n += 1) connections.push(connection(`more${n}`, `Connection number ${n}`, 'groq', { spent_this_month: { usd: `${n}.07`, unpriced_requests: n } }));
  let gateway: GatewayView = { running: scene === 'full', address: scene === 'full' ? 'http://127.0.0.1:4654' : null, port: 4654, at_start: false, fault: null };
  let apps: AppView[] = empty
    ? []
    : [
        { id: 'a1', name: 'Novelcrafter', models: [], privacy: 'cloud', origins: ['https://app.novelcrafter.com'], created_at: minutes(9999), last_used: minutes(4) },
        { id: 'a2', name: 'SillyTavern', models: ['ollama/llama3.2:8b'], privacy: 'local', origins: [], created_at: minutes(9999), last_used: null },
      ];
  const kept = new Map<string, MessageView[]>([['c1', messages(scene)], ['c2', autoMessages]]);
  let list = empty ? [] : conversations(scene);
  const signIn = makeSignIn();
  const settings = { system_fallback: false, usage_retention: null as string | null, default_model: null as string | null, default_connection: null as string | null, feature_models: {} };
  const account = { asked_at: minutes(4), name: 'sk-or-v1-… “Inkhorn”', currency: 'USD', credit_left: '6.42', credit_limit: '10', limit_resets: 'monthly', used: '3.58', used_today: '0.21', used_this_month: '3.58', free_tier: false, blocked: false, key_expires: null };
  let serial = 0;
  let stopped = false;
  const spent = empty ? { usd: '0', unpriced_requests: 0 } : { usd: '4.6282', unpriced_requests: 2 };
  let defaultModel: string | null = null;
  let budgets = empty ? [] : someBudgets();

  function tell(topics: HostEvents['changed']['topics']): void {
    hearers.forEach((hear) => hear({ topics }));
  }
  const find = (slug: string) => {
    const found = connections.find((one) => one.slug === slug);
    if (!found) throw fault('not_found', { name: slug });
    return found;
  };
  const recognise = (key: string) => ({
    provider: key.startsWith('sk-or-') ? 'openrouter' : key.startsWith('sk-ant-') ? 'anthropic' : null,
    notices: key.trim() === key ? [] : ['blanks'],
    last4: key.length >= 20 ? key.trim().slice(-4) : null,
    fault: key.includes('{') ? fault('key_form', { reason: 'it looks like a whole file' }) : null,
  });

  const shelf = collectionCommands(() => (empty ? [] : models(scene)), !empty);
  const managed = manageCommands((of, id) => model(of, connections.find((one) => one.slug === of)?.label ?? of, id, { id: `${of}/${id}`, added_by_hand: true, context_length: null, max_output: null, price: unknownPrice, price_source: 'unknown', capabilities: [] }));
  const answers: { [K in keyof Commands]: (request: Commands[K]['request']) => Commands[K]['answer'] } = {
    app_status: () => ({
      version: '0.1.0',
      data_dir: '/home/ines/.local/share/inkhorn',
      vault,
      spent_this_month: spent,
      default_model: defaultModel,
      last_model: empty ? null : 'openrouter/claude-sonnet-4.5',
      connections: connections.length,
      reminders: connections.flatMap(({ slug, label, key_expires }) => (key_expires && key_expires.state !== 'later' ? [{ kind: 'key_expires' as const, connection: slug, label, on: key_expires.on, days_left: key_expires.days_left }] : [])),
      gateway,
      catalogue_fault: null,
    }),
    open_link: () => ({}),
    copy_text: () => ({}),
    notify: () => ({ shown: true }),
    vault_status: () => vault,
    vault_unlock: ({ passphrase }) => {
      if (passphrase !== 'open sesame now') throw fault('wrong_passphrase');
      vault.state = 'unlocked';
      return { ...vault };
    },
    vault_retry: () => vault,
    vault_passphrase: () => {
      vault.protected_by = 'keychain-and-passphrase';
      return { ...vault };
    },
    vault_lock: () => {
      vault.state = 'locked';
      return { ...vault };
    },
    providers_list: () => catalogue,
    key_recognise: ({ key }) => recognise(key),
    key_paste: () => ({ handle: 'h1', recognised: recognise('sk-or-v1-0123456789abcdef9f2c') }),
    connections_list: () => connections,
    connections_test_draft: (draft) =>
      draft.key.source === 'none' && draft.provider !== 'ollama'
        ? { ok: false, models: 0, latency_ms: 210, base_url: null, notes: [], fault: fault('wrong_key', { provider: 'OpenRouter' }, { status: 401, detail: 'No auth credentials found' }) }
        : { ok: true, models: 345, latency_ms: 412, base_url: null, notes: ['scheme_added'], fault: null },
    connections_add: ({ draft }) => {
      const made = connection(`${draft.provider}-${(serial += 1)}`, draft.label ?? draft.provider, draft.provider);
      connections = [...connections, made];
      return made;
    },
    connections_update: (change) => {
      const before = find(change.slug);
      const after: ConnectionView = { ...before, label: change.label ?? before.label, active: change.active ?? before.active, status: change.active === false ? 'disabled' : 'connected' };
      connections = connections.map((one) => (one.slug === change.slug ? after : one));
      return after;
    },
    connections_test: ({ slug }) =>
      find(slug).fault ? { ok: false, models: 0, latency_ms: 320, base_url: null, notes: [], fault: find(slug).fault } : { ok: true, models: 345, latency_ms: 388, base_url: null, notes: [], fault: null },
    connections_account: ({ slug }) => {
      const asked = find(slug);
      asked.account = { ...account, asked_at: now };
      return asked;
    },
    connections_reorder: ({ slugs }) => (connections = slugs.map(find)),
    connections_remove: ({ slug }) => {
      connections = connections.filter((one) => one.slug !== slug);
      return { removed: slug };
    },
    discover: () => ({ ...foundIn(scene) }),
    sign_in_code: ({ code }) => {
      if (code.length < 4) throw fault('key_form', { reason: 'the code is too short' });
      signIn.end({ outcome: 'connected', connection: connections[0] ?? null });
      return {};
    },
    sign_in_cancel: () => {
      signIn.end({ outcome: 'cancelled', connection: null });
      return { cancelled: true };
    },
    settings_list: () => ({ ...settings }),
    settings_set: (change) => Object.assign(settings, change, change.usage_retention === undefined ? {} : { usage_retention: change.usage_retention || null }),
    ...shelf,
    ...managed.commands,
    ...promptCommands(scene),
    models_list: () => ({
      models: empty ? [] : managed.models(withMarks(models(scene), now)),
      sources: connections.slice(0, 3).map((one) => ({
        connection: one.slug,
        label: one.label,
        locality: one.locality,
        fetched_at: minutes(3),
        refreshing: false,
        left_out: 0,
        fault: one.fault,
      })),
      collections: shelf.collections_list(),
      ...managed.facts(),
      default_model: defaultModel,
      last_model: empty ? null : 'openrouter/claude-sonnet-4.5',
      recent: ['openrouter/claude-sonnet-4.5', 'ollama/llama3.2:8b'],
    }),
    models_recommended: () => (empty ? [] : someRecommended()),
    models_refresh: () => ({ answered: 2, not_answered: [] }),
    models_default: ({ model: id }) => {
      defaultModel = id ?? null;
      return {};
    },
    desk_list: ({ search }) => ({
      conversations: list.filter((one) => !search || one.title.toLowerCase().includes(search.toLowerCase())).map((one) => ({ ...one, snippet: search ? '… as one sets down something …' : null })),
      locked: !['unlocked', 'none'].includes(vault.state),
    }),
    desk_open: ({ conversation: id }) => {
      if (id && !list.some((one) => one.id === id)) throw fault('not_found', { name: id });
      return { conversation: list.find((one) => one.id === id) ?? null, messages: id ? (kept.get(id) ?? []) : [], draft: '' };
    },
    desk_stop: () => {
      stopped = true;
      return { stopped: true };
    },
    desk_edit: ({ message: id, text }) => {
      for (const turns of kept.values()) for (const turn of turns) if (turn.id === id) return Object.assign(turn, { text });
      throw fault('not_found', { name: id });
    },
    desk_delete_message: ({ message: id }) => {
      for (const [place, turns] of kept) kept.set(place, turns.filter((turn) => turn.id !== id));
      return {};
    },
    desk_rename: ({ conversation: id, title }) => {
      list = list.map((one) => (one.id === id ? { ...one, title } : one));
      return list.find((one) => one.id === id) ?? conversation(id, title, 0);
    },
    desk_delete: ({ conversation: id }) => {
      list = list.filter((one) => one.id !== id);
      return {};
    },
    desk_draft: () => ({}),
    desk_estimate: ({ text, model: id, prompt: of, assistant }) => ({
      model: id ?? (empty ? null : 'openrouter/claude-sonnet-4.5'),
      picked_by: id ? 'explicit' : of ? 'prompt' : assistant === 'own1' ? 'assistant' : 'last_used',
      collection: null,
      feature: of ? 'prompt' : 'chat',
      web_search: assistant === 'research' || assistant === 'web-search' ? 'asked' : null,
      input_tokens: 1_180 + Math.ceil(text.length / 4),
      cost: id?.startsWith('ollama') ? { usd: null, source: 'local' } : { usd: '0.0041', source: 'computed' },
      price: id?.startsWith('ollama') ? { ...unknownPrice, state: 'local' } : { state: 'known', input: '3', output: '15', cache_read: null, cache_write: null },
      fits: text.length < 400,
      context_length: id?.startsWith('ollama') ? 8_192 : 200_000,
      asked_context: id?.startsWith('ollama') ? 8_192 : null,
    }),
    budgets_list: () => budgets,
    budgets_set: (request) => {
      const budget = budgetOf(request);
      budgets = [...budgets.filter((one) => one.scope !== budget.scope || one.period !== budget.period), budget];
      return budget;
    },
    budgets_remove: ({ scope, period }) => {
      budgets = budgets.filter((one) => one.scope !== scope || one.period !== period);
      return { removed: `${scope}/${period}` };
    },
    budgets_allow_once: ({ scope, period }) => {
      const found = budgets.find((one) => one.scope === scope && one.period === period);
      if (!found) throw fault('not_found', { name: `${scope}/${period}` });
      found.allowed_once = true;
      return found;
    },
    budgets_notices: () => [],
    budgets_noticed: () => ({}),
    usage_dashboard: (request) => usageDashboard(empty, request),
    usage_advice: () => usageAdvice,
    usage_calculate: (request) => usageCalculate(request),
    usage_prunable: (request) => prunable(empty, request),
    usage_prune: (request) => ({ removed_rows: prunable(empty, request).rows, until: prunable(empty, request).until }),
    usage_export: ({ form }) => ({ path: `/home/ines/Downloads/inkhorn-usage-2026-11-01-to-2026-11-21.${form}`, bytes: 48_200, requests: 324, cost: '4.6282', unpriced_requests: 2 }),
    apps_list: () => ({ apps, gateway }),
    apps_add: (wish) => {
      const app: AppView = { id: `a${(serial += 1)}`, name: wish.name, models: wish.models, privacy: 'cloud', origins: wish.origins, created_at: now, last_used: null };
      apps = [...apps, app];
      return { ...app, token: 'ink_7Qm2vX0pLr9sTt4bWz8KcY1dHf6gJn3e' };
    },
    apps_revoke: ({ name }) => {
      apps = apps.filter((one) => one.name !== name);
      return { revoked: name };
    },
    gateway_set: ({ on, port }) => {
      gateway =
        on && (port ?? gateway.port) === 4654 && scene === 'normal'
          ? { ...gateway, running: false, fault: fault('busy', { reason: 'port 4654 is taken by another program' }) }
          : { ...gateway, running: on, port: port ?? gateway.port, address: on ? `http://127.0.0.1:${port ?? gateway.port}` : null, fault: null };
      return gateway;
    },
  };

  async function streamAnswer(place: string, user: MessageView, hear: (event: DeskEvent) => void): Promise<MessageView> {
    stopped = false;
    const answer = message(`m${(serial += 1)}-answer`, 'assistant', '', { state: 'streaming', answer: null });
    const turns = kept.get(place) ?? [];
    kept.set(place, [...turns.filter((turn) => turn.id !== user.id), user]);
    const opened = list.find((one) => one.id === place) ?? conversation(place, user.text.slice(0, 40), 0);
    if (!list.includes(opened)) list = [opened, ...list];
    hear({ kind: 'started', conversation: opened, user, answer });
    let text = '';
    for (const piece of `${prose}\n\n${notes}`.match(/\s*\S+/g) ?? []) {
      await (waits > 0 ? new Promise((resolve) => setTimeout(resolve, waits)) : undefined);
      if (stopped) break;
      text += piece;
      hear({ kind: 'text', text: piece });
    }
    const whole: MessageView = { ...answer, text, state: stopped ? 'stopped' : 'done', answer: answerOf() };
    kept.set(place, [...(kept.get(place) ?? []), whole]);
    hear({ kind: 'ended', message: whole });
    tell(['desk', 'usage', 'status']);
    return whole;
  }
  const streams: { [K in keyof Streams]: (request: Streams[K]['request'], hear: (event: Streams[K]['event']) => void) => Promise<Streams[K]['answer']> } = {
    desk_send: ({ conversation: id, text }, hear) => streamAnswer(id ?? `c${(serial += 1)}-new`, message(`m${(serial += 1)}`, 'user', text), hear),
    sign_in: (_request, hear) => signIn.stream(hear),
    desk_retry: ({ message: id, text }, hear) => {
      for (const [place, turns] of kept) {
        const at = turns.findIndex((turn) => turn.id === id);
        const user = turns[turns[at]?.role === 'user' ? at : at - 1];
        if (at < 0 || !user) continue;
        kept.set(place, turns.slice(0, turns.indexOf(user)));
        return streamAnswer(place, { ...user, text: text ?? user.text }, hear);
      }
      return Promise.reject(fault('not_found'));
    },
  };

  const refuse = (name: string) => scene === 'broken' && !['open_link', 'copy_text'].includes(name);
  return {
    tell,
    signIn,
    invoke: async (name, request) => {
      if (scene === 'slow') return new Promise(() => undefined);
      if (refuse(name)) throw fault('damaged', { path: '/home/ines/.local/share/inkhorn/inkhorn.db' });
      await Promise.resolve();
      return structuredClone(answers[name](JSON.parse(JSON.stringify(request)) as never)) as never;
    },
    stream: (name, request, hear) => streams[name](request as never, hear as never) as never,
    listen: async (_event, hear) => {
      hearers.add(hear as never);
      return () => hearers.delete(hear as never);
    },
    prefs: { load: async () => prefs, save: async (name, value) => void Object.assign(prefs, { [name]: value }) },
  };
}
