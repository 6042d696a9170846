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

export type AccountView = { 
/**
 * When it was asked, unix milliseconds.
 */
asked_at: number, 
/**
 * The key's or account's name there.
 */
name: string | null, 
/**
 * What the amounts are in: `USD`, `CNY`.
 */
currency: string, 
/**
 * What is left to spend, as decimal text.
 */
credit_left: string | null, 
/**
 * The most that this key may spend.
 */
credit_limit: string | null, 
/**
 * When that limit begins anew: `daily`, `weekly`, `monthly`.
 */
limit_resets: string | null, 
/**
 * Spent through this key so far.
 */
used: string | null, 
/**
 * Spent today, in the provider's days.
 */
used_today: string | null, 
/**
 * Spent this month, in the provider's months.
 */
used_this_month: string | null, 
/**
 * The account has never paid: models that cost something may be closed to it.
 */
free_tier: boolean | null, 
/**
 * The provider has closed the key or the account.
 */
blocked: boolean | null, 
/**
 * The key ends on this day, ISO 8601.
 */
key_expires: string | null, };

export type AnswerAssistantView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name then.
 */
name: NameView, 
/**
 * How it was chosen, where Auto chose it.
 */
auto: AutoChoiceView | null, };

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
prompt_cut: boolean, 
/**
 * Which rule picked the model; absent in answers of older versions.
 */
picked_by: 'explicit' | 'prompt' | 'conversation' | 'assistant' | 'feature' | 'last_used' | 'default' | 'fallback' | null, 
/**
 * The collection through which the model was reached.
 */
collection: string | null, 
/**
 * What it counts as; absent in answers of older versions.
 */
feature: 'chat' | 'prose' | 'prompt' | 'summarise' | null, 
/**
 * The assistant that it was written with.
 */
assistant: AnswerAssistantView | null, 
/**
 * For an assistant that wants the web searched: the provider was asked to, or it cannot.
 */
web_search: 'asked' | 'unavailable' | null, };

export type AppAddRequest = { 
/**
 * Its name.
 */
name: string, 
/**
 * The models (`slug/model-id`) and collections (by name) that it may use; empty or absent for all.
 */
models: Array<string>, 
/**
 * `local` or `cloud`.
 */
privacy?: string, 
/**
 * Web origins, for a tool that runs in a browser.
 */
origins: Array<string>, 
/**
 * The most that it may spend in a month, USD as decimal text: a budget of scope `app:NAME`.
 */
budget?: string, };

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
 * The models (`slug/model-id`) and collections (by name) that it may use; empty for all.
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
 * What the writer should look at soon.
 */
reminders: Array<ReminderView>, 
/**
 * The local gateway.
 */
gateway: GatewayView, 
/**
 * Why the writer's own catalogue file is not in use, with line and column of its mistake.
 */
catalogue_fault: FaultView | null, };

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
 * The models (`slug/model-id`) and collections (by name) that it may use; empty for all.
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

export type AssistantDeletedView = { 
/**
 * Its id.
 */
deleted: string, 
/**
 * Prompts that were written for it and go without one now.
 */
prompts: number, 
/**
 * Conversations that it was part of and that go on without one.
 */
conversations: number, };

export type AssistantRequest = { 
/**
 * Its id.
 */
assistant: string, };

export type AssistantSaveRequest = { 
/**
 * Its id; absent for a new one.
 */
id?: string, 
/**
 * Its name. One that came with Inkhorn keeps its names in both languages where this is one of them.
 */
name: string, 
/**
 * What it is for; may be empty. Kept in both languages as the name is.
 */
description: string, 
/**
 * What the model is told before the conversation; may be empty.
 */
instructions: string, 
/**
 * What its use counts as.
 */
feature: 'chat' | 'prose' | 'prompt' | 'summarise', 
/**
 * `slug/model-id` or the name of a collection; absent for none.
 */
model?: string, 
/**
 * How a model is used with it.
 */
settings?: MemberSettingsView, 
/**
 * It wants the web searched, where the model can.
 */
web_search?: boolean, };

export type AssistantView = { 
/**
 * Its id: a word for those that come with Inkhorn.
 */
id: string, 
/**
 * Its name.
 */
name: NameView, 
/**
 * What it is for, in a sentence.
 */
description: NameView, 
/**
 * What the model is told before the conversation; may be empty.
 */
instructions: string, 
/**
 * What its use counts as.
 */
feature: 'chat' | 'prose' | 'prompt' | 'summarise', 
/**
 * The model or collection that it uses where the writer names none.
 */
model: NamedModelView | null, 
/**
 * How a model is used with it.
 */
settings: MemberSettingsView, 
/**
 * It wants the web searched, where the model can.
 */
web_search: boolean, 
/**
 * It came with Inkhorn.
 */
built_in: boolean, 
/**
 * It came with Inkhorn, and the writer changed it.
 */
changed: boolean, };

export type AssistantsView = { 
/**
 * Those that came with Inkhorn first, then the writer's own by name.
 */
assistants: Array<AssistantView>, 
/**
 * Those that cannot be read. One that came with Inkhorn can be put back; until then it stands among neither of them.
 */
spoilt: Array<SpoiltView>, 
/**
 * The vault is not open, so that the writer's own and what was changed cannot be read.
 */
locked: boolean, };

export type AutoChoiceView = { 
/**
 * The model that was asked, `slug/model-id`; absent where there was none to ask.
 */
model: string | null, 
/**
 * What asking it cost. It is in the usage log too, as `assistant-choice`.
 */
cost: CostView, 
/**
 * How long it took.
 */
latency_ms: number, 
/**
 * Why nothing was chosen, so that it is an ordinary conversation: `no_model` (none that is cheap, and near enough
 * for this text), `no_time` (it did not answer soon enough), `unclear` (its answer named none), or an error code.
 */
fell_back: string | null, };

export type BasisView = { 
/**
 * English.
 */
en: string, 
/**
 * Indonesian.
 */
id: string, };

export type BudgetNoticeView = { 
/**
 * The budget's scope.
 */
scope: string, 
/**
 * Its period.
 */
period: 'day' | 'month', 
/**
 * The percentage that was reached.
 */
percent: number, 
/**
 * The limit, USD as decimal text.
 */
limit: string, 
/**
 * When the period began in which it was reached, unix milliseconds.
 */
from: number, };

export type BudgetRemovedView = { 
/**
 * Its scope and period: `all/month`.
 */
removed: string, };

export type BudgetRequest = { 
/**
 * Its scope.
 */
scope: string, 
/**
 * `day` or `month`.
 */
period: string, };

export type BudgetSetRequest = { 
/**
 * `all`, `connection:slug`, `model:slug/id`, `feature:word` or `app:name`.
 */
scope: string, 
/**
 * `day` or `month`.
 */
period: string, 
/**
 * USD as decimal text.
 */
limit: string, 
/**
 * Percents from 1 to 100 at which to be told; 80 and 100 where absent.
 */
warn?: Array<number>, };

export type BudgetView = { 
/**
 * `all`, `connection:slug`, `model:slug/id`, `feature:word` or `app:name`.
 */
scope: string, 
/**
 * The part of the scope before the colon.
 */
kind: 'all' | 'connection' | 'model' | 'feature' | 'app', 
/**
 * The part behind it; absent for `all`.
 */
name: string | null, 
/**
 * How long it lasts before it begins anew.
 */
period: 'day' | 'month', 
/**
 * The most that may be spent in each period, USD as decimal text.
 */
limit: string, 
/**
 * Percents at which the writer is told.
 */
warn: Array<number>, 
/**
 * When this period began, unix milliseconds.
 */
from: number, 
/**
 * When the next one begins, unix milliseconds.
 */
until: number, 
/**
 * Spent in this period as far as costs are known, USD as decimal text.
 */
spent: string, 
/**
 * Held back for requests that are under way, USD as decimal text.
 */
held: string, 
/**
 * What is left beside both, USD as decimal text; `0` where it is overdrawn.
 */
left: string, 
/**
 * How much of the limit is spent, in whole percents, rounded down.
 */
percent: number, 
/**
 * Requests of this period whose cost nobody knows; what they cost is not in `spent`.
 */
unpriced_requests: number, 
/**
 * `open`; `warned` from the first of the percents on; `spent` where nothing is left.
 */
state: 'open' | 'warned' | 'spent', 
/**
 * The next request that does not fit is let through.
 */
allowed_once: boolean, 
/**
 * The connection that it is about was removed. The budget stays: under the same name it counts again.
 */
gone: boolean, };

export type BudgetsNoticedRequest = { 
/**
 * The notices, as they were given.
 */
notices: Array<BudgetNoticeView>, };

export type ChangedEvent = { 
/**
 * What.
 */
topics: Array<Topic>, };

export type CollectionDefaultRequest = { 
/**
 * Its name; absent for none.
 */
name?: string, };

export type CollectionDeletedView = { 
/**
 * Its name.
 */
deleted: string, 
/**
 * What named it as its model and names nothing now: `default_model`, features.
 */
unset: Array<string>, };

export type CollectionImportRequest = { 
/**
 * The text.
 */
text: string, 
/**
 * Another name than the one in the text, for one that is taken here.
 */
name?: string, };

export type CollectionModelsRequest = { 
/**
 * The collection.
 */
name: string, 
/**
 * `slug/model-id` each. Adding puts them at the end; reordering puts these first, and the rest behind as it was.
 */
models: Array<string>, };

export type CollectionReadView = { 
/**
 * The name that it would get.
 */
name: string, 
/**
 * Why it cannot have that name: it is taken, or no name.
 */
name_fault: FaultView | null, 
/**
 * Its models with their settings, as they would stand here.
 */
models: Array<MemberView>, };

export type CollectionRenameRequest = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its new name.
 */
to: string, };

export type CollectionRequest = { 
/**
 * Its name; capitals do not matter.
 */
name: string, };

export type CollectionSettingsRequest = { 
/**
 * The collection.
 */
name: string, 
/**
 * `slug/model-id` of a member.
 */
model: string, 
/**
 * In place of all that was set.
 */
settings: MemberSettingsView, };

export type CollectionTextView = { 
/**
 * Its name.
 */
name: string, 
/**
 * The text.
 */
text: string, };

export type CollectionView = { 
/**
 * Its name, which is its address too.
 */
name: string, 
/**
 * Its models, the first choice first.
 */
models: Array<MemberView>, 
/**
 * Used where no default model is set.
 */
default: boolean, 
/**
 * `slug/model-id` of the member that would answer now; absent where none can.
 */
answers: string | null, 
/**
 * When something in it changed, unix milliseconds.
 */
updated_at: number, };

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
 * What the writer set, by the names of `ProviderView.settings`: default_model, temperature, max_tokens,
 * connect_timeout, first_token_timeout, idle_timeout (seconds), proxy, ca_file, priority, weight, key_expires,
 * requests_per_minute; for Ollama num_ctx (tokens) and keep_alive.
 */
settings: { [key in string]: string }, 
/**
 * It stands in the environment and is stored nowhere: it can be used and tested, not changed. There only while
 * the system fallback is on.
 */
system: boolean, 
/**
 * For a system connection: the variable that holds its key.
 */
variable: string | null, 
/**
 * Its key came by signing in; removing the connection disconnects it here, and `RemovedView.revoke_at` is where
 * the key itself is ended.
 */
signed_in: boolean, 
/**
 * When its key ends, as the writer or the provider says.
 */
key_expires: KeyExpiryView | null, 
/**
 * The account with the provider, where it tells.
 */
account: AccountView | null, 
/**
 * Room under the provider's limits, where its answers tell.
 */
headroom: Array<HeadroomView>, };

export type ConnectionsOrderRequest = { 
/**
 * Every slug, first one first.
 */
slugs: Array<string>, };

export type ContentView = { 
/**
 * The tag.
 */
tag: 'filtered' | 'unfiltered' | 'adult-capable', 
/**
 * Who says so: the writer, what is known of the provider, or the place where it runs (a server of one's own filters
 * nothing).
 */
source: 'own' | 'provider' | 'place', 
/**
 * As of when, ISO 8601 day.
 */
date: string | null, 
/**
 * On what it rests, a sentence of the catalogue.
 */
basis: BasisView | null, };

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
 * The model that it goes on with: the one that the writer chose for it, else the one used last.
 */
model: string | null, 
/**
 * The assistant that it goes on with: an id, or `auto`.
 */
assistant: string | null, 
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
model?: string, 
/**
 * As in sending. With `auto` it is not known yet which one will be chosen, so that its instructions do not count.
 */
assistant?: string, 
/**
 * As in sending.
 */
prompt?: string, };

export type DeskEstimateView = { 
/**
 * The model that would answer.
 */
model: string | null, 
/**
 * Which rule picks it.
 */
picked_by: 'explicit' | 'prompt' | 'conversation' | 'assistant' | 'feature' | 'last_used' | 'default' | 'fallback' | null, 
/**
 * The collection through which it is reached.
 */
collection: string | null, 
/**
 * What it would count as; the rule `feature` takes its default model.
 */
feature: 'chat' | 'prose' | 'prompt' | 'summarise', 
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
context_length: number | null, 
/**
 * For an assistant that wants the web searched: the provider will be asked to, or it cannot.
 */
web_search: 'asked' | 'unavailable' | null, 
/**
 * Ollama: the context length with which the model will be loaded for this text, in tokens.
 */
asked_context: number | null, };

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
answer: MessageView, } | { "kind": "assistant_chosen", 
/**
 * The assistant, and how it was chosen.
 */
assistant: AnswerAssistantView, } | { "kind": "still_waiting", 
/**
 * Since sending, in milliseconds.
 */
waited_ms: number, 
/**
 * The server is on this machine, so that loading is the likely reason.
 */
local: boolean, 
/**
 * Whether the model was in memory when the list was last fetched.
 */
loaded: boolean | null, } | { "kind": "text", 
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
 * `slug/model-id`; the same as before where absent, unless another assistant is named: then its own, if it has one.
 */
model?: string, 
/**
 * An assistant's id, or `auto`; the one that answered before where absent; empty for none.
 */
assistant?: string, 
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
 * `slug/model-id` or a collection, where the writer names one: the conversation goes on with it. Empty where the
 * writer takes that back: from now on the rules pick one.
 */
model?: string, 
/**
 * An assistant's id, or `auto` for one that a small model chooses for each text. The conversation goes on with it.
 * Absent: the prompt's, else as the conversation has it. Empty: none from now on.
 */
assistant?: string, 
/**
 * The prompt from which the text was filled: its model, assistant and settings count for this turn.
 */
prompt?: string, };

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

export type DiscoverView = { 
/**
 * Servers that answer on this machine.
 */
servers: Array<FoundServerView>, 
/**
 * Keys that stand in the environment.
 */
keys: Array<FoundKeyView>, };

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

export type FeatureDefaultView = { 
/**
 * The feature.
 */
feature: 'chat' | 'prose' | 'prompt' | 'summarise', 
/**
 * A model or a collection.
 */
model: string, };

export type FoundKeyView = { 
/**
 * The catalogue entry that it is for.
 */
provider: string, 
/**
 * The entry's name for people.
 */
provider_name: string, 
/**
 * The variable's name, `OPENAI_API_KEY`.
 */
variable: string, 
/**
 * The key's last four characters, for keys of 20 characters or more.
 */
last4: string | null, 
/**
 * Its provider has no usual address: the writer gives or confirms one first.
 */
needs_address: boolean, 
/**
 * The address that stands in the environment beside it, ready for the form; only where `needs_address`.
 */
base_url: string | null, 
/**
 * Why it cannot be a key of this provider.
 */
fault: FaultView | null, 
/**
 * The connection that has this very key already, as far as the vault is open to tell.
 */
connection: string | null, };

export type FoundServerView = { 
/**
 * The catalogue entry that speaks with it.
 */
provider: string, 
/**
 * The entry's name for people.
 */
provider_name: string, 
/**
 * Its address, ready for the form.
 */
base_url: string, 
/**
 * How many models it lists; absent where it does not tell a stranger.
 */
models: number | null, 
/**
 * It wants a key.
 */
needs_key: boolean, 
/**
 * It is still starting.
 */
loading: boolean, 
/**
 * The connection that leads there already.
 */
connection: string | null, };

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

export type GuideTextView = { 
/**
 * What one must know before anything else: that the service has closed, for example.
 */
notice: string | null, 
/**
 * From nothing to a working connection, in order.
 */
steps: Array<string>, 
/**
 * What failures usually mean here, and their mend, by the code of the failure.
 */
failures: Partial<Record<FaultCode, string>>, };

export type GuideView = { 
/**
 * English.
 */
en: GuideTextView, 
/**
 * Indonesian.
 */
id: GuideTextView, };

export type HeaderInput = { 
/**
 * The header's name.
 */
name: string, 
/**
 * Its value; absent keeps the one that is stored.
 */
value?: string, };

export type HeadroomView = { 
/**
 * What is counted: `requests`, `tokens`, `input_tokens`, `output_tokens`.
 */
of: string, 
/**
 * The limit.
 */
limit: number | null, 
/**
 * What is left of it.
 */
remaining: number, 
/**
 * When it is full again, unix milliseconds.
 */
resets_at: number | null, 
/**
 * When the provider said so, unix milliseconds.
 */
told_at: number, };

export type KeyExpiryView = { 
/**
 * The day, ISO 8601.
 */
on: string, 
/**
 * Days until then in the writer's time zone; 0 is today, below 0 it is past.
 */
days_left: number, 
/**
 * `soon` from 14 days before.
 */
state: 'later' | 'soon' | 'past', };

export type KeyInput = { "source": "none" } | { "source": "typed", 
/**
 * The key as typed.
 */
key: string, } | { "source": "pasted", 
/**
 * From `key_paste`.
 */
handle: string, } | { "source": "environment", 
/**
 * Its name, `OPENAI_API_KEY`.
 */
variable: string, } | { "source": "keep" };

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

export type MemberSettingsView = { 
/**
 * From 0 to 2.
 */
temperature: number | null, 
/**
 * Most tokens in one answer.
 */
max_tokens: number | null, 
/**
 * How much it thinks first.
 */
reasoning: 'none' | 'minimal' | 'low' | 'medium' | 'high' | null, };

export type MemberView = { 
/**
 * `slug/model-id`.
 */
id: string, 
/**
 * A name for people.
 */
name: string, 
/**
 * Whether it can be used now.
 */
available: boolean, 
/**
 * Why not: `not_connected` (there is no such connection, or it does not list the model), `gone`, an error code, or
 * `connection_off`.
 */
reason: string | null, 
/**
 * How it is used through this collection.
 */
settings: MemberSettingsView, };

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
 * A name for people: the writer's own, else the provider's, else the model's id.
 */
name: string, 
/**
 * The writer's own name for it.
 */
own_name: string | null, 
/**
 * Left out of lists to choose from.
 */
hidden: boolean, 
/**
 * Shown first.
 */
favourite: boolean, 
/**
 * It has a place of the writer's: those come first in their connection, the rest behind in the provider's order.
 */
placed: boolean, 
/**
 * Typed by hand; the provider does not list it.
 */
added_by_hand: boolean, 
/**
 * Listed for the first time after the writer last looked at the models.
 */
is_new: boolean, 
/**
 * When it was first listed, unix milliseconds; absent for those of a connection's first list.
 */
first_seen: number | null, 
/**
 * Since when its provider lists it no more, unix milliseconds.
 */
gone_since: number | null, 
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
 * Who told the price: the writer, the provider's list, the price book, nobody because it runs here, or nobody.
 */
price_source: 'own' | 'list' | 'book' | 'local' | 'unknown', 
/**
 * As of when, unix milliseconds.
 */
price_date: number | null, 
/**
 * What a list or the price book tells and is not used, for it is so high that it may be a slip: the highest part, USD
 * per million tokens. The writer's own price takes its place.
 */
price_not_used: string | null, 
/**
 * How it is moderated, as far as that is known.
 */
content: ContentView | null, 
/**
 * How fast it answered here lately; absent where it was not used.
 */
speed: SpeedView | null, 
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
 * Why not: an error code, `connection_off`, or `gone`.
 */
reason: string | null, };

export type ModelsAddRequest = { 
/**
 * `slug/model-id`.
 */
model: string, };

export type ModelsAdultModeRequest = { 
/**
 * On or off.
 */
on: boolean, 
/**
 * The writer read the warning and accepted it; needed to switch it on.
 */
warning_accepted: boolean, };

export type ModelsDefaultRequest = { 
/**
 * `slug/model-id`, or the name of a collection; absent for none.
 */
model?: string, };

export type ModelsEditRequest = { 
/**
 * `slug/model-id` each.
 */
models: Array<string>, 
/**
 * Leave them out of lists to choose from.
 */
hidden?: boolean, 
/**
 * Show them first.
 */
favourite?: boolean, 
/**
 * The writer's own name; empty for the provider's.
 */
name?: string, 
/**
 * The writer's own price.
 */
price?: OwnPrice, 
/**
 * `filtered`, `unfiltered` or `adult-capable`; empty for what the provider's entry says.
 */
content?: string, 
/**
 * Forget everything that is said of them: own facts, and models that were typed by hand or are gone.
 */
forget?: boolean, 
/**
 * The writer was asked about a surprising price and means it.
 */
confirmed?: boolean, };

export type ModelsEditView = { 
/**
 * How many models were changed; none where there is a question.
 */
changed: number, 
/**
 * What the writer is asked before anything is changed. Send the same again, `confirmed`, for yes.
 */
question: PriceQuestionView | null, };

export type ModelsFeatureDefaultRequest = { 
/**
 * `chat`, `prose`, `prompt` or `summarise`.
 */
feature: 'chat' | 'prose' | 'prompt' | 'summarise', 
/**
 * A model or a collection; absent for none.
 */
model?: string, };

export type ModelsOrderRequest = { 
/**
 * The connection.
 */
connection: string, 
/**
 * `slug/model-id` each: these come first, the rest behind in the provider's order. Empty for the provider's order.
 */
models: Array<string>, };

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

export type ModelsReplaceRequest = { 
/**
 * `slug/model-id`, or the name of a collection.
 */
from: string, 
/**
 * As `from`.
 */
to: string, };

export type ModelsReplacedView = { 
/**
 * Collections.
 */
collections: number, 
/**
 * Conversations.
 */
conversations: number, 
/**
 * Connections whose default it was.
 */
connections: number, 
/**
 * Features whose default it was.
 */
features: number, 
/**
 * Prompts whose own model it was.
 */
prompts: number, 
/**
 * Assistants whose own model it was.
 */
assistants: number, 
/**
 * It was the default model.
 */
default_model: boolean, };

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
recent: Array<string>, 
/**
 * Collections, which are chosen like models, by their names.
 */
collections: Array<CollectionView>, 
/**
 * The models that features use where nothing closer is chosen.
 */
feature_defaults: Array<FeatureDefaultView>, 
/**
 * When the writer last looked at the models, unix milliseconds.
 */
visited_at: number | null, 
/**
 * The price book in use.
 */
price_book: PriceBookView, 
/**
 * Models for adults may be shown as such: the writer accepted the warning.
 */
adult_mode: boolean, };

export type ModerationView = { 
/**
 * Patterns of ids, in which `*` stands for any letters; none means all.
 */
models: Array<string>, 
/**
 * The tag that such models have, unless the writer says otherwise.
 */
tag: 'filtered' | 'unfiltered' | 'adult-capable', 
/**
 * The day on which it was looked up, ISO 8601.
 */
date: string, 
/**
 * On what it rests.
 */
basis: BasisView, };

export type NameView = { 
/**
 * English.
 */
en: string, 
/**
 * Indonesian.
 */
id: string, };

export type NamedAssistantView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: NameView, };

export type NamedModelView = { 
/**
 * `slug/model-id`, or the name of a collection.
 */
id: string, 
/**
 * A name for people.
 */
name: string, 
/**
 * It is a collection.
 */
collection: boolean, 
/**
 * Whether it can be used now.
 */
available: boolean, 
/**
 * Why not: `not_connected` (there is no such connection, model or collection), `gone`, an error code, or
 * `connection_off`.
 */
reason: string | null, };

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

export type NotifiedView = { 
/**
 * The desktop took it. Some have no notifications, and a writer may have switched them off.
 */
shown: boolean, };

export type NotifyRequest = { 
/**
 * Plain text; what is longer than 300 letters is cut.
 */
text: string, };

export type OfferedCollectionView = { 
/**
 * What it is for.
 */
task: 'chat' | 'prose' | 'prompt' | 'summarise', 
/**
 * The name that it would get.
 */
name: string, 
/**
 * Models of the writer's connections that suit it, the best first; may be none.
 */
models: Array<string>, };

export type OpenLinkRequest = { 
/**
 * An https address.
 */
url: string, };

export type OwnPrice = { "kind": "known", 
/**
 * For how many tokens the amounts are.
 */
per: 'thousand' | 'million', 
/**
 * Tokens read.
 */
input: string, 
/**
 * Tokens written.
 */
output: string, 
/**
 * Tokens read from the provider's cache.
 */
cache_read?: string, 
/**
 * Tokens written to the provider's cache.
 */
cache_write?: string, } | { "kind": "free" } | { "kind": "clear" };

export type PageLanguage = "en" | "id";

export type PresetView = { 
/**
 * The name of the service or the server.
 */
name: string, 
/**
 * Its usual address.
 */
base_url: string, 
/**
 * Whether it works without a key.
 */
key_optional: boolean, 
/**
 * The page where keys are made.
 */
key_page: string | null, };

export type PriceBookView = { 
/**
 * It came with Inkhorn, or was fetched since.
 */
source: 'bundled' | 'fetched', 
/**
 * As of when, unix milliseconds.
 */
date: number, 
/**
 * Whole days since then.
 */
age_days: number, };

export type PriceQuestionView = { 
/**
 * The highest of the amounts, USD per million tokens.
 */
per_million: string, 
/**
 * From where on is asked, USD per million tokens.
 */
asked_above: string, };

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

export type PricesRefreshRequest = { 
/**
 * Another address of the same data, for who keeps a copy; absent for where it is published.
 */
address?: string, };

export type PromptCheckRequest = { 
/**
 * The text as it stands.
 */
text: string, 
/**
 * The blanks that are described.
 */
variables?: Array<PromptVariable>, };

export type PromptCheckView = { 
/**
 * Its blanks, as [`PromptView::variables`]; those that are described alone where the text cannot be read.
 */
variables: Array<PromptVariable>, 
/**
 * Those that are described and do not stand in the text.
 */
unused: Array<string>, 
/**
 * Why it could not be saved; names the line.
 */
fault: FaultView | null, };

export type PromptFillRequest = { 
/**
 * The prompt's id.
 */
prompt: string, 
/**
 * What goes into the blanks, by their names.
 */
values: { [key in string]: string }, };

export type PromptFilledView = { 
/**
 * The text. A blank for which there is nothing stands in it as `{{name}}`.
 */
text: string, 
/**
 * Names of the blanks for which there is nothing.
 */
missing: Array<string>, 
/**
 * Names of those for which something else was given than what can be chosen.
 */
not_offered: Array<string>, 
/**
 * What was given for no blank of this prompt.
 */
unknown: Array<string>, };

export type PromptRequest = { 
/**
 * Its id.
 */
prompt: string, };

export type PromptSaveRequest = { 
/**
 * Its id; absent for a new one.
 */
id?: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its text, with its blanks.
 */
text: string, 
/**
 * Its blanks, where there is more to say of them than their names.
 */
variables?: Array<PromptVariable>, 
/**
 * `slug/model-id` or the name of a collection; absent for none.
 */
model?: string, 
/**
 * An assistant's id; absent for none.
 */
assistant?: string, 
/**
 * How a model is used for it.
 */
settings?: MemberSettingsView, };

export type PromptVariable = { 
/**
 * As it stands between the braces. In any script; one line of at most 60 letters, without braces.
 */
name: string, 
/**
 * What the form asks; empty for the name itself.
 */
label: string, 
/**
 * How it is filled.
 */
kind: VariableKind, 
/**
 * What can be chosen, where it is a choice.
 */
choices: Array<string>, 
/**
 * What stands in the form at first, and counts where nothing is given; may be empty.
 */
default: string, 
/**
 * It may be left empty.
 */
optional: boolean, };

export type PromptView = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its text, with its blanks.
 */
text: string, 
/**
 * Its blanks: those that were described, in the writer's order, then those that only stand in the text.
 */
variables: Array<PromptVariable>, 
/**
 * Names of those that were described and do not stand in the text.
 */
unused: Array<string>, 
/**
 * Its own model or collection.
 */
model: NamedModelView | null, 
/**
 * Its own assistant.
 */
assistant: NamedAssistantView | null, 
/**
 * How a model is used for it.
 */
settings: MemberSettingsView, 
/**
 * Unix milliseconds.
 */
created_at: number, 
/**
 * Unix milliseconds.
 */
updated_at: number, };

export type PromptsView = { 
/**
 * By name.
 */
prompts: Array<PromptView>, 
/**
 * Those that cannot be read.
 */
spoilt: Array<SpoiltView>, 
/**
 * The vault is not open, so they cannot be read.
 */
locked: boolean, };

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
 * The page where money is paid in.
 */
billing_page: string | null, 
/**
 * The page where it tells of its troubles.
 */
status_page: string | null, 
/**
 * Addresses to fill the form with, for an address of one's own.
 */
presets: Array<PresetView>, 
/**
 * One can sign in in the browser instead of copying a key.
 */
sign_in: boolean, 
/**
 * Variables of the environment in which its key usually stands.
 */
env: Array<string>, 
/**
 * The settings that its connections have, with their usual values where there is one.
 */
settings: Array<SettingNameView>, 
/**
 * Steps and usual failures, by language.
 */
guide: GuideView, 
/**
 * How it moderates, as far as that is known. The first that fits a model counts.
 */
moderation: Array<ModerationView>, 
/**
 * What it is known for where speed is what it is chosen for.
 */
speed: BasisView | null, };

export type RecommendationView = { 
/**
 * The task.
 */
task: 'chat' | 'prose' | 'prompt' | 'summarise', 
/**
 * The model, `slug/model-id`.
 */
model: string, 
/**
 * Why, the weightiest first.
 */
why: Array<WhyView>, };

export type RefusalCountView = { 
/**
 * Answers that came to their end, and requests that were refused for what they ask.
 */
answers: number, 
/**
 * Answers that ended because the provider held them back or the model declined: a stop reason such as
 * `content_filter`, `refusal` or `SAFETY`.
 */
withheld: number, 
/**
 * Requests that were turned down for what they ask before anything was written.
 */
refused: number, };

export type RefusalsOfView = { 
/**
 * Which.
 */
name: string, 
/**
 * Over the last 30 days.
 */
days_30: RefusalCountView, 
/**
 * Over the last 365 days.
 */
days_365: RefusalCountView, };

export type RefusalsView = { 
/**
 * From when on they are counted, unix milliseconds: a year ago, or later where the log does not reach so far.
 */
since: number, 
/**
 * Every model that was used, `slug/model-id`.
 */
models: Array<RefusalsOfView>, 
/**
 * Every provider that was used, by its id in the catalogue.
 */
providers: Array<RefusalsOfView>, };

export type ReminderView = { 
/**
 * What it is about.
 */
kind: 'key_expires', 
/**
 * The connection's slug.
 */
connection: string, 
/**
 * Its label.
 */
label: string, 
/**
 * The day, ISO 8601.
 */
on: string, 
/**
 * Days until then in the writer's time zone; 0 is today, below 0 it is past.
 */
days_left: number, };

export type RemovedView = { 
/**
 * What was removed.
 */
removed: string, 
/**
 * For one that was signed in: the page at which the provider ends the key itself.
 */
revoke_at?: string, };

export type SettingNameView = { 
/**
 * Its name, as in `ConnectionView.settings`.
 */
name: string, 
/**
 * What holds where the writer sets nothing; absent where nothing is sent then.
 */
usual: string | null, 
/**
 * What it is measured in.
 */
unit: 'seconds' | 'tokens' | 'requests_per_minute' | null, };

export type SettingsSetRequest = { 
/**
 * See [`SettingsView::system_fallback`].
 */
system_fallback?: boolean, 
/**
 * See [`SettingsView::usage_retention`]; `forever` is as good as an empty text. Takes effect at the next start.
 */
usage_retention?: string, 
/**
 * See [`SettingsView::default_model`].
 */
default_model?: string, 
/**
 * See [`SettingsView::default_connection`].
 */
default_connection?: string, 
/**
 * See [`SettingsView::feature_models`]. Features that are not named stay as they are.
 */
feature_models?: { [key in string]: string }, };

export type SettingsView = { 
/**
 * Keys from the environment may be used, as connections of their own, without being stored.
 */
system_fallback: boolean, 
/**
 * How long the rows of single requests are kept, in months: `12m`. Absent, they are kept for ever.
 */
usage_retention: string | null, 
/**
 * `slug/model-id`; used when nothing else is chosen.
 */
default_model: string | null, 
/**
 * The connection whose own default model is used where no `default_model` is set.
 */
default_connection: string | null, 
/**
 * The models or collections of features: `chat`, `prose`, `prompt`, `summarise`. Those that have none are absent.
 */
feature_models: { [key in string]: string }, };

export type SignInCancelRequest = { 
/**
 * From `waiting`.
 */
sign_in: string, };

export type SignInCancelView = { 
/**
 * It was running, and is cancelled now.
 */
cancelled: boolean, };

export type SignInCodeRequest = { 
/**
 * From `waiting`.
 */
sign_in: string, 
/**
 * The code, or the whole address with `code=` in it.
 */
code: string, };

export type SignInEvent = { "kind": "waiting", 
/**
 * Names this sign-in in `sign_in_code` and `sign_in_cancel`.
 */
sign_in: string, 
/**
 * The provider's page.
 */
url: string, 
/**
 * The browser finds its way back by itself. Where this is false, or the browser is elsewhere, the writer
 * copies the code from the address to which the browser was sent (`code=...`), or that whole address.
 */
comes_back: boolean, 
/**
 * Given up by itself after this long, in milliseconds.
 */
expires_in_ms: number, } | { "kind": "exchanging" };

export type SignInRequest = { 
/**
 * A catalogue entry with `sign_in`: `openrouter`.
 */
provider: string, 
/**
 * The writer's name for the connection; the provider's name where absent.
 */
label?: string, 
/**
 * The address; the catalogue's where absent.
 */
base_url?: string, 
/**
 * Signs in anew for this connection: its key is replaced, everything else stays.
 */
connection?: string, };

export type SignInView = { 
/**
 * `denied`: the writer said no at the provider. `expired`: nobody came back in time.
 */
outcome: 'connected' | 'denied' | 'cancelled' | 'expired', 
/**
 * The connection, where there is one now.
 */
connection: ConnectionView | null, };

export type SpeedView = { 
/**
 * Tokens a second while it wrote; absent where nobody counted them.
 */
tokens_per_second: number | null, 
/**
 * Mean milliseconds until the first token.
 */
first_token_ms: number | null, 
/**
 * Completed answers behind these figures.
 */
answers: number, };

export type SpentView = { 
/**
 * Known costs together, USD as decimal text.
 */
usd: string, 
/**
 * Requests whose cost nobody knows.
 */
unpriced_requests: number, };

export type SpoiltView = { 
/**
 * Its id, by which it can be removed or put back.
 */
id: string, 
/**
 * Its name as it came with Inkhorn; such a one is put back and not removed.
 */
name: NameView | null, 
/**
 * When it was last saved. Unix milliseconds.
 */
updated_at: number, };

export type Topic = "status" | "vault" | "connections" | "models" | "desk" | "prompts" | "usage" | "budgets" | "apps";

export type UsageAdviceModelView = { 
/**
 * `slug/model-id`.
 */
model: string, 
/**
 * Its name.
 */
name: string, 
/**
 * The connection's label.
 */
connection: string, 
/**
 * What the same tokens would have cost, USD as decimal text; null where its price is unknown.
 */
cost: string | null, 
/**
 * How much more that is than what was paid, USD as decimal text: `-0.5` is half a dollar less, `0` the same; null
 * where its price is unknown.
 */
difference: string | null, 
/**
 * Why it costs what it costs.
 */
price: 'known' | 'unknown' | 'free' | 'local', 
/**
 * It was among the models used.
 */
used: boolean, 
/**
 * A request in the mean read and wrote more tokens than this model takes in; null where either is unknown.
 */
too_small: boolean | null, };

export type UsageAdviceRequest = { 
/**
 * When.
 */
period: UsagePeriod, 
/**
 * Which requests.
 */
filters: UsageFilters, };

export type UsageAdviceUseView = { 
/**
 * Requests whose tokens and cost are known: the only ones that can be compared.
 */
requests: number, 
/**
 * Requests left out because their tokens or their cost are unknown.
 */
left_out: number, 
/**
 * Tokens read, cached ones included.
 */
input_tokens: number, 
/**
 * Of those, from a provider's cache.
 */
cache_read_tokens: number, 
/**
 * Tokens written.
 */
output_tokens: number, 
/**
 * What they cost, USD as decimal text.
 */
cost: string, 
/**
 * Models that were used, most expensive first.
 */
models: Array<string>, };

export type UsageAdviceView = { 
/**
 * What was used, and what it cost.
 */
used: UsageAdviceUseView, 
/**
 * Other models, cheapest first; those of unknown price last.
 */
models: Array<UsageAdviceModelView>, };

export type UsageCalculateRequest = { 
/**
 * The text. It is counted and forgotten: nothing of it is sent or kept.
 */
text: string, 
/**
 * Tokens of the answer.
 */
output_tokens: number, 
/**
 * Models, `slug/model-id`.
 */
models: Array<string>, };

export type UsageCalculateView = { 
/**
 * The text's tokens, estimated: each model counts a little differently.
 */
input_tokens: number, 
/**
 * Its words.
 */
words: number, 
/**
 * In the order asked; a model that is not there any more is left out.
 */
models: Array<UsageCalculatedView>, };

export type UsageCalculatedView = { 
/**
 * `slug/model-id`.
 */
model: string, 
/**
 * Its name.
 */
name: string, 
/**
 * The connection's label.
 */
connection: string, 
/**
 * USD as decimal text; null is unknown.
 */
cost: string | null, 
/**
 * Of that, for reading the text.
 */
input_cost: string | null, 
/**
 * Why it costs what it costs.
 */
price: 'known' | 'unknown' | 'free' | 'local', 
/**
 * The text and the answer fit into its context; null where that is unknown.
 */
fits: boolean | null, 
/**
 * Its context, in tokens.
 */
context_length: number | null, };

export type UsageChartView = { 
/**
 * An SVG document of rectangles, lines and text. Each mark carries `data-at`, its place in `columns`.
 */
svg: string, 
/**
 * How wide a column is in time.
 */
step: 'hour' | 'day' | 'month', 
/**
 * The layers, the largest first; the last one may be all the rest (`null`).
 */
layers: Array<string | null>, 
/**
 * The columns, in the order of time.
 */
columns: Array<UsageColumnView>, 
/**
 * All columns together, as exact as a column's.
 */
total: string, };

export type UsageChoicesView = { 
/**
 * Providers.
 */
provider: Array<string>, 
/**
 * Models.
 */
model: Array<string>, 
/**
 * Features.
 */
feature: Array<string>, 
/**
 * Apps.
 */
app: Array<string>, 
/**
 * Connections.
 */
connection: Array<string>, };

export type UsageColumnView = { 
/**
 * `2026-11-14`, `2026-11-14T09:00` or `2026-11`.
 */
name: string, 
/**
 * The column in words: moment, amount, layers.
 */
says: string, 
/**
 * Its amount: decimal dollars, or a whole count.
 */
value: string, 
/**
 * The amounts of its layers.
 */
parts: Array<string>, 
/**
 * Requests in it whose cost nobody knows.
 */
unpriced: number, };

export type UsageDashboardRequest = { 
/**
 * When.
 */
period: UsagePeriod, 
/**
 * Which requests.
 */
filters: UsageFilters, 
/**
 * What the chart and the week show.
 */
measure: UsageMeasure, 
/**
 * What the table is by, and what the chart's columns are made of.
 */
by: UsageDimension, 
/**
 * The language of the drawings.
 */
language: PageLanguage, 
/**
 * Room for a drawing, in pixels. From 280 to 1200; what is beyond is taken for the nearer end.
 */
width: number, };

export type UsageDashboardView = { 
/**
 * The first day, ISO 8601.
 */
from: string, 
/**
 * The last day, ISO 8601.
 */
until: string, 
/**
 * Anything was ever used, in any time.
 */
ever: boolean, 
/**
 * All together.
 */
total: UsageTotalView, 
/**
 * The measure over time, in layers of `by`.
 */
chart: UsageChartView, 
/**
 * The table, most expensive first, then busiest. Its first rows are the chart's layers.
 */
groups: Array<UsageGroupView>, 
/**
 * The same measure by weekday and hour.
 */
week: UsageWeekView, 
/**
 * How long answers took.
 */
times: UsageTimesView, 
/**
 * On what most was spent; absent where nothing was.
 */
mostly: UsageMostlyView | null, 
/**
 * Days unlike the others, newest first.
 */
unusual: Array<UsageUnusualView>, 
/**
 * Where a provider told a charge: how it compares with what we compute.
 */
difference: UsageDifferenceView | null, 
/**
 * What filters can be set to.
 */
choices: UsageChoicesView, };

export type UsageDifferenceView = { 
/**
 * Requests of which both are known.
 */
requests: number, 
/**
 * What the providers told, USD as decimal text. This is what counts.
 */
told: string, 
/**
 * What we compute from tokens and prices, USD as decimal text.
 */
computed: string, 
/**
 * The first less the second; may begin with `-`.
 */
difference: string, };

export type UsageDimension = "provider" | "model" | "feature" | "app" | "connection";

export type UsageExportForm = "csv" | "json" | "svg" | "png";

export type UsageExportRequest = { 
/**
 * When.
 */
period: UsagePeriod, 
/**
 * Which requests.
 */
filters: UsageFilters, 
/**
 * Its form.
 */
form: UsageExportForm, 
/**
 * What the report's chart shows.
 */
measure: UsageMeasure, 
/**
 * What the report's table is by.
 */
by: UsageDimension, 
/**
 * The report's language.
 */
language: PageLanguage, 
/**
 * The folder; where it is absent, the writer's folder for downloads. Nothing that is there is overwritten.
 */
folder?: string, };

export type UsageExportView = { 
/**
 * Where it is.
 */
path: string, 
/**
 * How large it is.
 */
bytes: number, 
/**
 * Requests in it.
 */
requests: number, 
/**
 * Their known costs together, USD as decimal text; null where none is known.
 */
cost: string | null, 
/**
 * Requests in it whose cost nobody knows.
 */
unpriced_requests: number, };

export type UsageFilters = { 
/**
 * The provider's id.
 */
provider?: string, 
/**
 * The model, `slug/model-id`.
 */
model?: string, 
/**
 * What it was for.
 */
feature?: string, 
/**
 * The app's name.
 */
app?: string, 
/**
 * The connection's slug.
 */
connection?: string, };

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
failed_requests: number, 
/**
 * Requests that Inkhorn itself did not send, such as those that a budget stopped. They are in `requests`.
 */
refused_requests: number, 
/**
 * Mean milliseconds from sending to the end, of the requests that were answered; absent where none was.
 */
latency_ms: number | null, 
/**
 * Mean milliseconds from sending to the first token, of the requests that streamed; absent where none did.
 */
first_token_ms: number | null, };

export type UsageMeasure = "spend" | "tokens" | "requests" | "errors";

export type UsageMostlyView = { 
/**
 * The model, `slug/model-id`.
 */
model: string, 
/**
 * What it was used for most: a feature.
 */
feature: string, 
/**
 * The app, where it was one of the writer's other programs.
 */
app: string | null, };

export type UsagePeriod = { "of": "today" } | { "of": "week" } | { "of": "month" } | { "of": "days", 
/**
 * ISO 8601 date.
 */
from: string, 
/**
 * ISO 8601 date; the whole day belongs to it.
 */
until: string, };

export type UsagePrunableView = { 
/**
 * How many.
 */
rows: number, 
/**
 * When the first of them began, ISO 8601; absent where there are none.
 */
first: string | null, 
/**
 * Until when they would go, ISO 8601: the UTC day that was begun then is kept whole.
 */
until: string, };

export type UsagePruneRequest = { 
/**
 * `365d`, or an ISO 8601 date or time. Not in the future.
 */
before?: string, 
/**
 * Months until today. Only where `before` is absent.
 */
months?: number, };

export type UsagePrunedView = { 
/**
 * How many.
 */
removed_rows: number, 
/**
 * Until when no single requests are there any more, ISO 8601: the UTC day that was begun then is kept whole.
 */
until: string, };

export type UsageTimesView = { 
/**
 * The drawing.
 */
svg: string, 
/**
 * Mean milliseconds from sending to the end, by column of the chart; null where nothing was measured.
 */
latency_ms: Array<number | null>, 
/**
 * The same, to the first token.
 */
first_token_ms: Array<number | null>, };

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
failed_requests: number, 
/**
 * Requests that Inkhorn itself did not send, such as those that a budget stopped. They are in `requests`.
 */
refused_requests: number, 
/**
 * Mean milliseconds from sending to the end, of the requests that were answered; absent where none was.
 */
latency_ms: number | null, 
/**
 * Mean milliseconds from sending to the first token, of the requests that streamed; absent where none did.
 */
first_token_ms: number | null, };

export type UsageUnusualView = { 
/**
 * The day, ISO 8601.
 */
day: string, 
/**
 * What was unusual.
 */
what: 'spend' | 'requests' | 'errors', 
/**
 * How much: decimal dollars, or a whole count.
 */
value: string, 
/**
 * For errors: requests that day.
 */
of: number, 
/**
 * The middle of the days before it that had any use; for errors, how many of a hundred requests failed then.
 */
usual: string, 
/**
 * How many days that is the middle of.
 */
days: number, 
/**
 * The model that had the largest part in it, `slug/model-id`.
 */
mostly: string | null, };

export type UsageWeekView = { 
/**
 * The drawing.
 */
svg: string, 
/**
 * Monday to Sunday, each with 24 amounts: decimal dollars, or whole counts.
 */
cells: Array<Array<string>>, };

export type VariableKind = "short" | "long" | "choice";

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

export type WebSearchView = { 
/**
 * The connection's label.
 */
connection: string, 
/**
 * Names of its first models that can.
 */
named: Array<string>, 
/**
 * How many can.
 */
models: number, 
/**
 * All of its models can.
 */
all: boolean, };

export type WhyView = { "kind": "local" } | { "kind": "free" } | { "kind": "price", 
/**
 * USD as decimal text.
 */
per_million: string, } | { "kind": "context", 
/**
 * Tokens.
 */
tokens: number, } | { "kind": "reasoning" } | { "kind": "speed", 
/**
 * Tokens a second.
 */
tokens_per_second: number, 
/**
 * Answers behind the figure.
 */
answers: number, } | { "kind": "favourite" };

export interface Commands {
  app_status: { request: Nothing; answer: AppStatusView };
  open_link: { request: OpenLinkRequest; answer: Nothing };
  copy_text: { request: CopyTextRequest; answer: Nothing };
  notify: { request: NotifyRequest; answer: NotifiedView };
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
  connections_account: { request: ConnectionRequest; answer: ConnectionView };
  connections_reorder: { request: ConnectionsOrderRequest; answer: Array<ConnectionView> };
  connections_remove: { request: ConnectionRequest; answer: RemovedView };
  discover: { request: Nothing; answer: DiscoverView };
  sign_in_code: { request: SignInCodeRequest; answer: Nothing };
  sign_in_cancel: { request: SignInCancelRequest; answer: SignInCancelView };
  models_list: { request: Nothing; answer: ModelsView };
  models_refresh: { request: ModelsRefreshRequest; answer: ModelsRefreshView };
  models_default: { request: ModelsDefaultRequest; answer: Nothing };
  models_edit: { request: ModelsEditRequest; answer: ModelsEditView };
  models_order: { request: ModelsOrderRequest; answer: Nothing };
  models_add: { request: ModelsAddRequest; answer: Nothing };
  models_visited: { request: Nothing; answer: Nothing };
  models_replace: { request: ModelsReplaceRequest; answer: ModelsReplacedView };
  models_feature_default: { request: ModelsFeatureDefaultRequest; answer: Nothing };
  models_adult_mode: { request: ModelsAdultModeRequest; answer: Nothing };
  models_recommended: { request: Nothing; answer: Array<RecommendationView> };
  models_refusals: { request: Nothing; answer: RefusalsView };
  prices_refresh: { request: PricesRefreshRequest; answer: PriceBookView };
  collections_list: { request: Nothing; answer: Array<CollectionView> };
  collections_create: { request: CollectionRequest; answer: CollectionView };
  collections_rename: { request: CollectionRenameRequest; answer: CollectionView };
  collections_delete: { request: CollectionRequest; answer: CollectionDeletedView };
  collections_add: { request: CollectionModelsRequest; answer: CollectionView };
  collections_remove: { request: CollectionModelsRequest; answer: CollectionView };
  collections_reorder: { request: CollectionModelsRequest; answer: CollectionView };
  collections_settings: { request: CollectionSettingsRequest; answer: CollectionView };
  collections_default: { request: CollectionDefaultRequest; answer: Array<CollectionView> };
  collections_export: { request: CollectionRequest; answer: CollectionTextView };
  collections_read: { request: CollectionImportRequest; answer: CollectionReadView };
  collections_import: { request: CollectionImportRequest; answer: CollectionView };
  collections_offered: { request: Nothing; answer: Array<OfferedCollectionView> };
  assistants_list: { request: Nothing; answer: AssistantsView };
  assistants_save: { request: AssistantSaveRequest; answer: AssistantView };
  assistants_reset: { request: AssistantRequest; answer: AssistantView };
  assistants_delete: { request: AssistantRequest; answer: AssistantDeletedView };
  assistants_web_search: { request: Nothing; answer: Array<WebSearchView> };
  prompts_list: { request: Nothing; answer: PromptsView };
  prompts_save: { request: PromptSaveRequest; answer: PromptView };
  prompts_delete: { request: PromptRequest; answer: Nothing };
  prompts_check: { request: PromptCheckRequest; answer: PromptCheckView };
  prompts_fill: { request: PromptFillRequest; answer: PromptFilledView };
  desk_list: { request: DeskListRequest; answer: DeskListView };
  desk_open: { request: DeskOpenRequest; answer: DeskOpenView };
  desk_stop: { request: DeskStopRequest; answer: DeskStopView };
  desk_edit: { request: DeskEditRequest; answer: MessageView };
  desk_delete_message: { request: MessageRequest; answer: Nothing };
  desk_rename: { request: DeskRenameRequest; answer: ConversationView };
  desk_delete: { request: ConversationRequest; answer: Nothing };
  desk_draft: { request: DeskDraftRequest; answer: Nothing };
  desk_estimate: { request: DeskEstimateRequest; answer: DeskEstimateView };
  settings_list: { request: Nothing; answer: SettingsView };
  settings_set: { request: SettingsSetRequest; answer: SettingsView };
  usage_dashboard: { request: UsageDashboardRequest; answer: UsageDashboardView };
  usage_advice: { request: UsageAdviceRequest; answer: UsageAdviceView };
  usage_calculate: { request: UsageCalculateRequest; answer: UsageCalculateView };
  usage_export: { request: UsageExportRequest; answer: UsageExportView };
  usage_prunable: { request: UsagePruneRequest; answer: UsagePrunableView };
  usage_prune: { request: UsagePruneRequest; answer: UsagePrunedView };
  budgets_list: { request: Nothing; answer: Array<BudgetView> };
  budgets_set: { request: BudgetSetRequest; answer: BudgetView };
  budgets_remove: { request: BudgetRequest; answer: BudgetRemovedView };
  budgets_allow_once: { request: BudgetRequest; answer: BudgetView };
  budgets_notices: { request: Nothing; answer: Array<BudgetNoticeView> };
  budgets_noticed: { request: BudgetsNoticedRequest; answer: Nothing };
  apps_list: { request: Nothing; answer: AppsView };
  apps_add: { request: AppAddRequest; answer: AppAddedView };
  apps_revoke: { request: AppRevokeRequest; answer: AppRevokedView };
  gateway_set: { request: GatewaySetRequest; answer: GatewayView };
}

export interface Streams {
  sign_in: { request: SignInRequest; event: SignInEvent; answer: SignInView };
  desk_send: { request: DeskSendRequest; event: DeskEvent; answer: MessageView };
  desk_retry: { request: DeskRetryRequest; event: DeskEvent; answer: MessageView };
}
