// A connection while it is being made or changed: what stands in the form, and what it becomes as a request.

import { computed, onScopeDispose, reactive, ref } from 'vue';
import type {
  ConnectionDraft,
  ConnectionTestView,
  ConnectionUpdateRequest,
  ConnectionView,
  HeaderInput,
  PresetView,
  ProviderView,
} from '@/generated/contract';
import { holdsKey, keyInput, noKey, type KeyHeld } from './keys';

/** A header line of the form. `kept` ones have a sealed value that the page never sees. */
export interface HeaderLine {
  name: string;
  value: string;
  kept: boolean;
}

/** What stands in the form. */
export interface FormFields {
  label: string;
  baseUrl: string;
  auth: string;
  key: KeyHeld;
  removeKey: boolean;
  headers: HeaderLine[];
  models: string;
  settings: Record<string, string>;
}

/** The fields of an empty form, or of a connection that exists. */
export function fieldsOf(connection?: ConnectionView): FormFields {
  return {
    label: connection?.label ?? '',
    baseUrl: connection?.base_url ?? '',
    auth: connection?.auth ?? '',
    key: noKey(),
    removeKey: false,
    headers: (connection?.headers ?? []).map((name) => ({ name, value: '', kept: true })),
    models: (connection?.models ?? []).join('\n'),
    settings: { ...connection?.settings },
  };
}

/** Models typed by hand: one a line, blanks and doubles dropped. */
export function modelLines(text: string): string[] {
  return [...new Set(text.split('\n').map((line) => line.trim()).filter(Boolean))];
}

function headerInputs(lines: readonly HeaderLine[]): HeaderInput[] {
  return lines
    .filter((line) => line.name.trim() !== '')
    .map((line) => (line.kept && line.value === '' ? { name: line.name.trim() } : { name: line.name.trim(), value: line.value }));
}

/** Fills the form with a known address. What the writer typed as a name stays; the name of another preset does not. */
export function withPreset(fields: FormFields, preset: PresetView, before: PresetView | undefined): Pick<FormFields, 'baseUrl' | 'label'> {
  const named = fields.label.trim() !== '' && fields.label !== before?.name;
  return { baseUrl: preset.base_url, label: named ? fields.label : preset.name };
}

/** The form as a new connection. */
export function draftOf(provider: ProviderView, fields: FormFields): ConnectionDraft {
  const label = fields.label.trim();
  const baseUrl = fields.baseUrl.trim();
  return {
    provider: provider.id,
    ...(label ? { label } : {}),
    ...(baseUrl ? { base_url: baseUrl } : {}),
    ...(provider.locality === 'either' && fields.auth ? { auth: fields.auth } : {}),
    key: keyInput(fields.key, 'none'),
    headers: headerInputs(fields.headers),
    models: modelLines(fields.models),
  };
}

/** What the form changes about a connection; nothing where it changes nothing. */
export function changesOf(connection: ConnectionView, fields: FormFields): ConnectionUpdateRequest | undefined {
  const change: ConnectionUpdateRequest = { slug: connection.slug };
  if (fields.label.trim() && fields.label.trim() !== connection.label) change.label = fields.label.trim();
  if (fields.baseUrl.trim() && fields.baseUrl.trim() !== connection.base_url) change.base_url = fields.baseUrl.trim();
  if (fields.auth && fields.auth !== connection.auth) change.auth = fields.auth;
  if (fields.removeKey) change.key = { source: 'none' };
  else if (holdsKey(fields.key)) change.key = keyInput(fields.key, 'keep');
  const names = fields.headers.map((line) => line.name.trim()).filter(Boolean);
  const valuesTyped = fields.headers.some((line) => line.name.trim() !== '' && line.value !== '');
  if (valuesTyped || names.join('\n') !== connection.headers.join('\n')) change.headers = headerInputs(fields.headers);
  const models = modelLines(fields.models);
  if (models.join('\n') !== connection.models.join('\n')) change.models = models;
  const settings = Object.fromEntries(
    [...new Set([...Object.keys(fields.settings), ...Object.keys(connection.settings)])]
      .map((name) => [name, (fields.settings[name] ?? '').trim()] as const)
      .filter(([name, value]) => value !== (connection.settings[name] ?? '')),
  );
  if (Object.keys(settings).length > 0) change.settings = settings;
  return Object.keys(change).length > 1 ? change : undefined;
}

/** The state of one form. A typed key is forgotten with the form. */
export function useConnectionForm(connection?: ConnectionView) {
  const fields = reactive<FormFields>(fieldsOf(connection));
  const tested = ref<ConnectionTestView>();
  function reset(to?: ConnectionView): void {
    Object.assign(fields, fieldsOf(to));
    tested.value = undefined;
  }
  onScopeDispose(() => (fields.key = noKey()));
  return { fields, tested, reset, hasKey: computed(() => holdsKey(fields.key)) };
}
