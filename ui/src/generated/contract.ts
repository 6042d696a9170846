// Made from crates/contract by `cargo xtask types`. Do not edit.

export type FaultCode =
  | "wrong_key"
  | "no_credit"
  | "rate_limited"
  | "model_not_allowed"
  | "model_not_found"
  | "bad_request"
  | "content_refused"
  | "overloaded"
  | "upstream_failed"
  | "connection_refused"
  | "unknown_host"
  | "tls_failed"
  | "timed_out"
  | "not_an_api"
  | "stream_broken"
  | "redirect_refused"
  | "answer_too_large"
  | "key_form"
  | "bad_address"
  | "bad_header"
  | "not_found"
  | "duplicate"
  | "vault_locked"
  | "wrong_passphrase"
  | "keychain_unavailable"
  | "keychain_locked"
  | "keychain_entry_missing"
  | "tampered"
  | "damaged"
  | "newer_format"
  | "offline_locked"
  | "privacy_refused"
  | "over_budget"
  | "over_limit"
  | "disk_full"
  | "busy"
  | "usage_error";

export type AnswerView = { 
/**
 * `slug/model-id` that was asked.
 */
model: string, 
/**
 * The model that answered, as the provider names it.
 */
answered_by: string | null, 
/**
 * The connection's label then.
 */
connection: string, 
/**
 * Where the text went.
 */
locality: 'local' | 'cloud', 
/**
 * Tokens read, cached ones included.
 */
input_tokens: number | null, 
/**
 * Tokens written, reasoning included.
 */
output_tokens: number | null, 
/**
 * What it cost.
 */
cost: CostView, 
/**
 * How far the counts can be trusted.
 */
quality: 'reported' | 'estimated' | 'partial', 
/**
 * From sending to the end.
 */
latency_ms: number, 
/**
 * From sending to the first token.
 */
first_token_ms: number | null, 
/**
 * Why it ended: `stop`, `length`, `tool-calls`, `content-filter`, `other`.
 */
finish: string | null, 
/**
 * The local server read far fewer tokens than were sent: it cut the beginning of the text.
 */
prompt_cut: boolean, };

export type AppAddRequest = { 
/**
 * Its name.
 */
name: string, 
/**
 * The models that it may use; empty or absent for all.
 */
models: Array<string>, 
/**
 * `local` or `cloud`.
 */
privacy?: string, 
/**
 * Web origins, for a tool that runs in a browser.
 */
origins: Array<string>, };

export type AppAddedView = { 
/**
 * What the program sends instead of a provider's key.
 */
token: string, 
/**
 * Its id.
 */
id: string, 
/**
 * Its unique name.
 */
name: string, 
/**
 * The models that it may use; empty for all.
 */
models: Array<string>, 
/**
 * How far its text may travel.
 */
privacy: 'local' | 'zero-retention' | 'cloud', 
/**
 * Web origins that it may call from; empty for a program on this machine.
 */
origins: Array<string>, 
/**
 * Unix milliseconds.
 */
created_at: number, 
/**
 * Unix milliseconds.
 */
last_used: number | null, };

export type AppRevokeRequest = { 
/**
 * Its name.
 */
name: string, };

export type AppRevokedView = { 
/**
 * Its name.
 */
revoked: string, };

export type AppStatusView = { 
/**
 * Inkhorn's version.
 */
version: string, 
/**
 * Folder of the profile.
 */
data_dir: string, 
/**
 * The vault.
 */
vault: VaultView, 
/**
 * Spent since the first of this month, local time.
 */
spent_this_month: SpentView, 
/**
 * The model that is used when nothing else is chosen, `slug/model-id`.
 */
default_model: string | null, 
/**
 * The model used last on the Desk.
 */
last_model: string | null, 
/**
 * How many connections there are.
 */
connections: number, 
/**
 * The local gateway.
 */
gateway: GatewayView, };

export type AppView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its unique name.
 */
name: string, 
/**
 * The models that it may use; empty for all.
 */
models: Array<string>, 
/**
 * How far its text may travel.
 */
privacy: 'local' | 'zero-retention' | 'cloud', 
/**
 * Web origins that it may call from; empty for a program on this machine.
 */
origins: Array<string>, 
/**
 * Unix milliseconds.
 */
created_at: number, 
/**
 * Unix milliseconds.
 */
last_used: number | null, };

export type AppsView = { 
/**
 * In the order of their making.
 */
apps: Array<AppView>, 
/**
 * The gateway.
 */
gateway: GatewayView, };

export type ChangedEvent = { 
/**
 * What.
 */
topics: Array<Topic>, };

export type ConnectionAddRequest = { 
/**
 * What the form holds.
 */
draft: ConnectionDraft, 
/**
 * Tested first; if the test fails nothing is stored.
 */
test: boolean, };

export type ConnectionDraft = { 
/**
 * The catalogue entry.
 */
provider: string, 
/**
 * The writer's name for it; the provider's name where absent.
 */
label?: string, 
/**
 * The address; the catalogue's where absent.
 */
base_url?: string, 
/**
 * How the key is sent, for a compatible address: `none`, `bearer`, `x-api-key`, or a header's name.
 */
auth?: string, 
/**
 * The key.
 */
key: KeyInput, 
/**
 * Custom headers.
 */
headers: Array<HeaderInput>, 
/**
 * Models typed by hand; usable at once, whatever the server lists.
 */
models: Array<string>, };

export type ConnectionRequest = { 
/**
 * Its slug.
 */
slug: string, };

export type ConnectionTestView = { 
/**
 * It works.
 */
ok: boolean, 
/**
 * How many models it lists.
 */
models: number, 
/**
 * From sending to the last byte of the answer.
 */
latency_ms: number, 
/**
 * The address as it will be stored, after putting it right.
 */
base_url: string | null, 
/**
 * What was put right: `scheme_added`, `path_trimmed`, ...
 */
notes: Array<string>, 
/**
 * Why it does not work.
 */
fault: FaultView | null, };

export type ConnectionUpdateRequest = { 
/**
 * Its slug.
 */
slug: string, 
/**
 * A new label. The slug stays.
 */
label?: string, 
/**
 * A new address: the key must then be given again, because a key belongs to an address.
 */
base_url?: string, 
/**
 * A new way to send the key.
 */
auth?: string, 
/**
 * A new key; `keep` where absent.
 */
key?: KeyInput, 
/**
 * The custom headers from now on.
 */
headers?: Array<HeaderInput>, 
/**
 * The models typed by hand from now on.
 */
models?: Array<string>, 
/**
 * In use or not.
 */
active?: boolean, 
/**
 * Settings by name; an empty text takes one away. Names as in `ConnectionView.settings`.
 */
settings?: { [key in string]: string }, };

export type ConnectionView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its unique short name.
 */
slug: string, 
/**
 * The catalogue entry.
 */
provider: string, 
/**
 * The entry's name for people.
 */
provider_name: string, 
/**
 * The writer's name for it.
 */
label: string, 
/**
 * The address.
 */
base_url: string, 
/**
 * `local` or `cloud`.
 */
locality: 'local' | 'cloud', 
/**
 * The wire format.
 */
dialect: string, 
/**
 * How the key is sent.
 */
auth: string, 
/**
 * Whether a key is sealed for it.
 */
has_key: boolean, 
/**
 * The key's last four characters, for keys of 20 characters or more.
 */
key_last4: string | null, 
/**
 * Names of the custom headers; the values are sealed.
 */
headers: Array<string>, 
/**
 * Models typed by hand.
 */
models: Array<string>, 
/**
 * In use or not.
 */
active: boolean, 
/**
 * How it stands.
 */
status: 'connected' | 'failing' | 'untested' | 'disabled' | 'locked', 
/**
 * Since when, in unix milliseconds.
 */
status_since: number | null, 
/**
 * Why it fails.
 */
fault: FaultView | null, 
/**
 * In unix milliseconds.
 */
last_tested: number | null, 
/**
 * In unix milliseconds.
 */
last_used: number | null, 
/**
 * Models in its list.
 */
model_count: number, 
/**
 * Spent on it this month.
 */
spent_this_month: SpentView, 
/**
 * What the writer set: default_model, temperature, max_tokens, connect_timeout, first_token_timeout,
 * idle_timeout (seconds), proxy, ca_file, priority, weight, key_expires.
 */
settings: { [key in string]: string }, };

export type ConnectionsOrderRequest = { 
/**
 * Every slug, first one first.
 */
slugs: Array<string>, };

export type ConversationRequest = { 
/**
 * Its id.
 */
conversation: string, };

export type ConversationView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its title: the writer's, or the beginning of the first text.
 */
title: string, 
/**
 * Unix milliseconds.
 */
created_at: number, 
/**
 * Unix milliseconds.
 */
updated_at: number, 
/**
 * The model used last in it.
 */
model: string | null, 
/**
 * Where a search found the text.
 */
snippet: string | null, };

export type CopyTextRequest = { 
/**
 * The text.
 */
text: string, };

export type CostView = { 
/**
 * USD as decimal text; absent when nobody knows.
 */
usd: string | null, 
/**
 * Where the figure comes from.
 */
source: 'provider' | 'computed' | 'local' | 'unknown', };

export type DeskDraftRequest = { 
/**
 * The conversation; absent for a new one.
 */
conversation?: string, 
/**
 * The text; empty forgets the draft.
 */
text: string, };

export type DeskEditRequest = { 
/**
 * The message.
 */
message: string, 
/**
 * Its new text.
 */
text: string, };

export type DeskEstimateRequest = { 
/**
 * The conversation whose turns go along.
 */
conversation?: string, 
/**
 * The text in the composer.
 */
text: string, 
/**
 * `slug/model-id`.
 */
model?: string, };

export type DeskEstimateView = { 
/**
 * The model that would answer.
 */
model: string | null, 
/**
 * Tokens that would be read.
 */
input_tokens: number, 
/**
 * What reading them costs; the answer comes on top.
 */
cost: CostView, 
/**
 * The model's price.
 */
price: PriceView, 
/**
 * Whether the text fits the model's context; absent where that is unknown.
 */
fits: boolean | null, 
/**
 * The context, in tokens.
 */
context_length: number | null, };

export type DeskEvent = { "kind": "started", 
/**
 * The conversation, new or known.
 */
conversation: ConversationView, 
/**
 * The writer's turn, as kept.
 */
user: MessageView, 
/**
 * The answer that now begins, empty.
 */
answer: MessageView, } | { "kind": "text", 
/**
 * The piece.
 */
text: string, } | { "kind": "reasoning", 
/**
 * The piece.
 */
text: string, } | { "kind": "ended", 
/**
 * As kept.
 */
message: MessageView, };

export type DeskListRequest = { 
/**
 * Only those in which this text occurs, in title or messages, without regard to case.
 */
search?: string, };

export type DeskListView = { 
/**
 * Newest first.
 */
conversations: Array<ConversationView>, 
/**
 * The vault is not open, so titles cannot be read.
 */
locked: boolean, };

export type DeskOpenRequest = { 
/**
 * Its id; absent for a new one.
 */
conversation?: string, };

export type DeskOpenView = { 
/**
 * Absent for a new one.
 */
conversation: ConversationView | null, 
/**
 * Oldest first.
 */
messages: Array<MessageView>, 
/**
 * What stood in the composer.
 */
draft: string, };

export type DeskRenameRequest = { 
/**
 * The conversation.
 */
conversation: string, 
/**
 * The title.
 */
title: string, };

export type DeskRetryRequest = { 
/**
 * The answer to replace, or the writer's turn to answer again. What comes after it goes.
 */
message: string, 
/**
 * `slug/model-id`; the same as before where absent.
 */
model?: string, 
/**
 * A new text for the writer's turn.
 */
text?: string, };

export type DeskSendRequest = { 
/**
 * The conversation; absent begins a new one.
 */
conversation?: string, 
/**
 * The writer's text.
 */
text: string, 
/**
 * `slug/model-id`; the conversation's own, the last or the default one where absent.
 */
model?: string, };

export type DeskStopRequest = { 
/**
 * The answer's id.
 */
message: string, };

export type DeskStopView = { 
/**
 * It was running, and is stopped now.
 */
stopped: boolean, };

export type FaultView = { 
/**
 * One of the error codes.
 */
code: FaultCode, 
/**
 * What happened and why, in English.
 */
message: string, 
/**
 * What to do, in English.
 */
hint: string, 
/**
 * The facts that the sentence names.
 */
facts: { [key in string]: string }, 
/**
 * The wait that the provider told, in milliseconds.
 */
retry_after_ms?: number, 
/**
 * The provider's HTTP status.
 */
status?: number, 
/**
 * The provider's own words, scrubbed of keys.
 */
detail?: string, };

export type GatewaySetRequest = { 
/**
 * On or off, now and at the next start.
 */
on: boolean, 
/**
 * Another port from now on.
 */
port?: number, };

export type GatewayView = { 
/**
 * It answers.
 */
running: boolean, 
/**
 * `http://127.0.0.1:4654`.
 */
address: string | null, 
/**
 * The port that it uses or would use.
 */
port: number, 
/**
 * It starts with the window.
 */
at_start: boolean, 
/**
 * Why it could not start.
 */
fault: FaultView | null, };

export type GuideView = { 
/**
 * English.
 */
en: Array<string>, 
/**
 * Indonesian.
 */
id: Array<string>, };

export type HeaderInput = { 
/**
 * The header's name.
 */
name: string, 
/**
 * Its value; absent keeps the one that is stored.
 */
value?: string, };

export type KeyInput = { "source": "none" } | { "source": "typed", 
/**
 * The key as typed.
 */
key: string, } | { "source": "pasted", 
/**
 * From `key_paste`.
 */
handle: string, } | { "source": "keep" };

export type KeyPastedView = { 
/**
 * Names the key in later requests.
 */
handle: string, 
/**
 * What its form tells.
 */
recognised: KeyRecognisedView, };

export type KeyRecogniseRequest = { 
/**
 * The key as typed.
 */
key: string, };

export type KeyRecognisedView = { 
/**
 * Whose key it looks like.
 */
provider: string | null, 
/**
 * What was trimmed around it: `blanks`, `quotes`, `bearer`, `line_ends`, `variable`.
 */
notices: Array<string>, 
/**
 * The last four characters, for keys of 20 characters or more.
 */
last4: string | null, 
/**
 * Why it cannot be a key.
 */
fault: FaultView | null, };

export type LocalDetailsView = { 
/**
 * `llama`.
 */
family: string | null, 
/**
 * `8.0B`.
 */
parameter_size: string | null, 
/**
 * `Q4_K_M`.
 */
quantisation: string | null, 
/**
 * Bytes on disk.
 */
size_bytes: number | null, 
/**
 * In memory now.
 */
loaded: boolean | null, 
/**
 * Tokens of context with which it is loaded.
 */
loaded_context: number | null, 
/**
 * The local server passes the text on to this host.
 */
remote_host: string | null, };

export type MessageRequest = { 
/**
 * Its id.
 */
message: string, };

export type MessageView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Who speaks.
 */
role: 'user' | 'assistant', 
/**
 * The text.
 */
text: string, 
/**
 * The model's reasoning, where it shows one.
 */
reasoning: string | null, 
/**
 * Unix milliseconds.
 */
created_at: number, 
/**
 * How it stands. `stopped` and `failed` keep what came.
 */
state: 'streaming' | 'done' | 'stopped' | 'failed', 
/**
 * For answers: who, how much, how fast.
 */
answer: AnswerView | null, 
/**
 * Why it failed.
 */
fault: FaultView | null, };

export type ModelSourceView = { 
/**
 * The connection.
 */
connection: string, 
/**
 * Its label.
 */
label: string, 
/**
 * `local` or `cloud`.
 */
locality: 'local' | 'cloud', 
/**
 * When the list was fetched, unix milliseconds; absent where it never was.
 */
fetched_at: number | null, 
/**
 * It is being fetched now.
 */
refreshing: boolean, 
/**
 * Entries beyond 20,000 that were left out.
 */
left_out: number, 
/**
 * Why the last fetch failed.
 */
fault: FaultView | null, };

export type ModelView = { 
/**
 * `slug/model-id`.
 */
id: string, 
/**
 * The connection's slug.
 */
connection: string, 
/**
 * The connection's label.
 */
connection_label: string, 
/**
 * The catalogue entry.
 */
provider: string, 
/**
 * A name for people; the model's own id where the provider has none.
 */
name: string, 
/**
 * Tokens that fit.
 */
context_length: number | null, 
/**
 * Most tokens in one answer.
 */
max_output: number | null, 
/**
 * What it costs.
 */
price: PriceView, 
/**
 * What it can do.
 */
capabilities: Array<'vision' | 'tools' | 'reasoning' | 'images' | 'embeddings'>, 
/**
 * Where a text for it goes: a local server that passes text on counts as cloud.
 */
locality: 'local' | 'cloud', 
/**
 * For models on local servers.
 */
local: LocalDetailsView | null, 
/**
 * The provider says that it goes away on this day.
 */
retires_on: string | null, 
/**
 * Whether it can be used now.
 */
available: boolean, 
/**
 * Why not: an error code, or `connection_off`.
 */
reason: string | null, };

export type ModelsDefaultRequest = { 
/**
 * `slug/model-id`; absent for none.
 */
model?: string, };

export type ModelsRefreshRequest = { 
/**
 * Only this connection.
 */
connection?: string, };

export type ModelsRefreshView = { 
/**
 * How many connections answered.
 */
answered: number, 
/**
 * Those that did not, and why.
 */
not_answered: Array<NotAnsweredView>, };

export type ModelsView = { 
/**
 * In the writer's order of connections.
 */
models: Array<ModelView>, 
/**
 * One per connection.
 */
sources: Array<ModelSourceView>, 
/**
 * Used when nothing else is chosen.
 */
default_model: string | null, 
/**
 * Used last on the Desk.
 */
last_model: string | null, 
/**
 * Used lately, newest first.
 */
recent: Array<string>, };

export type NotAnsweredView = { 
/**
 * Its slug.
 */
connection: string, 
/**
 * Why.
 */
fault: FaultView, };

export type Nothing = Record<symbol, never>;

export type OpenLinkRequest = { 
/**
 * An https address.
 */
url: string, };

export type PriceView = { 
/**
 * What is known.
 */
state: 'known' | 'unknown' | 'free' | 'local', 
/**
 * Tokens read.
 */
input: string | null, 
/**
 * Tokens written.
 */
output: string | null, 
/**
 * Tokens read from the provider's cache.
 */
cache_read: string | null, 
/**
 * Tokens written to the provider's cache.
 */
cache_write: string | null, };

export type ProviderView = { 
/**
 * Its id, `openai`.
 */
id: string, 
/**
 * Its name for people.
 */
name: string, 
/**
 * `local`, `cloud`, or `either` for an address of one's own.
 */
locality: 'local' | 'cloud' | 'either', 
/**
 * Its wire format.
 */
dialect: string, 
/**
 * The usual address; absent where the writer must give one.
 */
base_url: string | null, 
/**
 * How a key is sent: `none`, `bearer`, `x-api-key`, or a header's name.
 */
auth: string, 
/**
 * Whether it works without a key.
 */
key_optional: boolean, 
/**
 * The page where keys are made.
 */
key_page: string | null, 
/**
 * Steps and usual failures, by language.
 */
guide: GuideView, };

export type RemovedView = { 
/**
 * What was removed.
 */
removed: string, };

export type SpentView = { 
/**
 * Known costs together, USD as decimal text.
 */
usd: string, 
/**
 * Requests whose cost nobody knows.
 */
unpriced_requests: number, };

export type Topic = "status" | "vault" | "connections" | "models" | "desk" | "usage" | "apps";

export type UsageGroupView = { 
/**
 * What they share: a model, a connection, a day.
 */
name: string, 
/**
 * Requests, failed and stopped ones included.
 */
requests: number, 
/**
 * Tokens read, cached ones included.
 */
input_tokens: number, 
/**
 * Tokens written, reasoning included.
 */
output_tokens: number, 
/**
 * Known costs together, USD as decimal text; absent when no request has a known cost.
 */
cost: string | null, 
/**
 * Requests whose cost nobody knows.
 */
unpriced_requests: number, 
/**
 * Requests that failed.
 */
failed_requests: number, };

export type UsagePeriodView = { 
/**
 * From, unix milliseconds.
 */
from: number, 
/**
 * By model, most expensive first.
 */
by_model: Array<UsageGroupView>, 
/**
 * By connection, most expensive first.
 */
by_connection: Array<UsageGroupView>, 
/**
 * All together.
 */
total: UsageTotalView, };

export type UsageSummaryView = { 
/**
 * Since midnight.
 */
today: UsagePeriodView, 
/**
 * Since the first of the month.
 */
month: UsagePeriodView, };

export type UsageTotalView = { 
/**
 * Requests, failed and stopped ones included.
 */
requests: number, 
/**
 * Tokens read, cached ones included.
 */
input_tokens: number, 
/**
 * Tokens written, reasoning included.
 */
output_tokens: number, 
/**
 * Known costs together, USD as decimal text; absent when no request has a known cost.
 */
cost: string | null, 
/**
 * Requests whose cost nobody knows.
 */
unpriced_requests: number, 
/**
 * Requests that failed.
 */
failed_requests: number, };

export type VaultPassphraseRequest = { 
/**
 * The new passphrase: 12 characters or more.
 */
new_passphrase: string, };

export type VaultState = "none" | "unlocked" | "locked" | "opening" | "keychain_locked" | "keychain_silent" | "keychain_unavailable" | "keychain_entry_missing" | "keychain_entry_wrong" | "broken";

export type VaultUnlockRequest = { 
/**
 * The passphrase.
 */
passphrase: string, };

export type VaultView = { 
/**
 * Open, closed, or why not.
 */
state: VaultState, 
/**
 * What protects it: `keychain`, `passphrase`, `keychain-and-passphrase`; absent while there is no vault.
 */
protected_by: 'keychain' | 'passphrase' | 'keychain-and-passphrase' | null, 
/**
 * The keychain that this vault was made with, in its own name.
 */
backend: string | null, 
/**
 * How many secrets are sealed in it.
 */
secrets: number, 
/**
 * Why it is not open.
 */
fault: FaultView | null, };

export interface Commands {
  app_status: { request: Nothing; answer: AppStatusView };
  open_link: { request: OpenLinkRequest; answer: Nothing };
  copy_text: { request: CopyTextRequest; answer: Nothing };
  vault_status: { request: Nothing; answer: VaultView };
  vault_unlock: { request: VaultUnlockRequest; answer: VaultView };
  vault_retry: { request: Nothing; answer: VaultView };
  vault_passphrase: { request: VaultPassphraseRequest; answer: VaultView };
  vault_lock: { request: Nothing; answer: VaultView };
  providers_list: { request: Nothing; answer: Array<ProviderView> };
  key_recognise: { request: KeyRecogniseRequest; answer: KeyRecognisedView };
  key_paste: { request: Nothing; answer: KeyPastedView };
  connections_list: { request: Nothing; answer: Array<ConnectionView> };
  connections_test_draft: { request: ConnectionDraft; answer: ConnectionTestView };
  connections_add: { request: ConnectionAddRequest; answer: ConnectionView };
  connections_update: { request: ConnectionUpdateRequest; answer: ConnectionView };
  connections_test: { request: ConnectionRequest; answer: ConnectionTestView };
  connections_reorder: { request: ConnectionsOrderRequest; answer: Array<ConnectionView> };
  connections_remove: { request: ConnectionRequest; answer: RemovedView };
  models_list: { request: Nothing; answer: ModelsView };
  models_refresh: { request: ModelsRefreshRequest; answer: ModelsRefreshView };
  models_default: { request: ModelsDefaultRequest; answer: Nothing };
  desk_list: { request: DeskListRequest; answer: DeskListView };
  desk_open: { request: DeskOpenRequest; answer: DeskOpenView };
  desk_stop: { request: DeskStopRequest; answer: DeskStopView };
  desk_edit: { request: DeskEditRequest; answer: MessageView };
  desk_delete_message: { request: MessageRequest; answer: Nothing };
  desk_rename: { request: DeskRenameRequest; answer: ConversationView };
  desk_delete: { request: ConversationRequest; answer: Nothing };
  desk_draft: { request: DeskDraftRequest; answer: Nothing };
  desk_estimate: { request: DeskEstimateRequest; answer: DeskEstimateView };
  usage_summary: { request: Nothing; answer: UsageSummaryView };
  apps_list: { request: Nothing; answer: AppsView };
  apps_add: { request: AppAddRequest; answer: AppAddedView };
  apps_revoke: { request: AppRevokeRequest; answer: AppRevokedView };
  gateway_set: { request: GatewaySetRequest; answer: GatewayView };
}

export interface Streams {
  desk_send: { request: DeskSendRequest; event: DeskEvent; answer: MessageView };
  desk_retry: { request: DeskRetryRequest; event: DeskEvent; answer: MessageView };
}
