//! The one table of commands. Everything that a page can ask stands here, with what it sends and what it gets.

use crate::*;

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Command {
    /// Its name, the same in Rust and in the page.
    pub name: &'static str,
    /// It sends events while it runs.
    pub streams: bool,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident($request:ty) $(streams $event:ty)? => $answer:ty;)+) => {
        /// Every command, in the order of the table.
        pub const COMMANDS: &[Command] = &[$(Command { name: stringify!($name), streams: commands!(@streams $($event)?) }),+];

        pub(crate) fn visit(visitor: &mut impl FnMut(crate::typescript::Row)) {
            $(visitor(crate::typescript::Row::of::<$request, $answer>(stringify!($name), commands!(@event $($event)?)));)+
        }

        pub(crate) fn visit_types(visitor: &mut impl ts_rs::TypeVisitor) {
            $(visitor.visit::<$request>(); visitor.visit::<$answer>(); $(visitor.visit::<$event>();)?)+
            visitor.visit::<ChangedEvent>();
            visitor.visit::<FaultView>();
        }
    };
    (@streams) => { false };
    (@streams $event:ty) => { true };
    (@event) => { None };
    (@event $event:ty) => { Some(<$event as ts_rs::TS>::name(&crate::typescript::config())) };
}

commands! {
    /// The facts at the top of the window.
    app_status(Nothing) => AppStatusView;
    /// Opens a web page in the writer's browser. The page asks the writer first. https only.
    open_link(OpenLinkRequest) => Nothing;
    /// Puts text on the clipboard (an address, a token that is shown once, an answer).
    copy_text(CopyTextRequest) => Nothing;
    /// Shows a sentence as a notification of the desktop, for a writer whose window lies behind others.
    notify(NotifyRequest) => NotifiedView;

    /// The vault as it stands.
    vault_status(Nothing) => VaultView;
    /// Opens it with the passphrase.
    vault_unlock(VaultUnlockRequest) => VaultView;
    /// Asks the keychain once more.
    vault_retry(Nothing) => VaultView;
    /// Sets or changes the passphrase.
    vault_passphrase(VaultPassphraseRequest) => VaultView;
    /// Locks it (where a passphrase can open it again).
    vault_lock(Nothing) => VaultView;

    /// The catalogue.
    providers_list(Nothing) => Vec<ProviderView>;
    /// What a typed key's form tells.
    key_recognise(KeyRecogniseRequest) => KeyRecognisedView;
    /// Reads a key from the clipboard, in Rust.
    key_paste(Nothing) => KeyPastedView;

    /// All connections, in the writer's order.
    connections_list(Nothing) => Vec<ConnectionView>;
    /// Tests what the form holds, storing nothing.
    connections_test_draft(ConnectionDraft) => ConnectionTestView;
    /// Stores a connection, tested first unless told otherwise.
    connections_add(ConnectionAddRequest) => ConnectionView;
    /// Changes one.
    connections_update(ConnectionUpdateRequest) => ConnectionView;
    /// Tests one that is stored.
    connections_test(ConnectionRequest) => ConnectionTestView;
    /// Asks the provider how the account stands: credit, limits.
    connections_account(ConnectionRequest) => ConnectionView;
    /// Puts them in another order.
    connections_reorder(ConnectionsOrderRequest) => Vec<ConnectionView>;
    /// Removes one; its key is gone from the file.
    connections_remove(ConnectionRequest) => RemovedView;
    /// Looks for servers on this machine and keys in the environment. Stores nothing and calls no cloud.
    discover(Nothing) => DiscoverView;
    /// Signs in at a provider in the browser; ends when the writer is back or gives up.
    sign_in(SignInRequest) streams SignInEvent => SignInView;
    /// Hands in the code by hand where the browser cannot come back.
    sign_in_code(SignInCodeRequest) => Nothing;
    /// Gives a sign-in up.
    sign_in_cancel(SignInCancelRequest) => SignInCancelView;

    /// All models, from the cache at once.
    models_list(Nothing) => ModelsView;
    /// Fetches the lists again; ends within 20 s whatever one connection does.
    models_refresh(ModelsRefreshRequest) => ModelsRefreshView;
    /// Sets the default model.
    models_default(ModelsDefaultRequest) => Nothing;
    /// Changes what the writer says of models, many at once.
    models_edit(ModelsEditRequest) => ModelsEditView;
    /// Puts a connection's models in the writer's order.
    models_order(ModelsOrderRequest) => Nothing;
    /// Adds a model that the provider does not list.
    models_add(ModelsAddRequest) => Nothing;
    /// The writer has looked at the models: what comes from now on is new.
    models_visited(Nothing) => Nothing;
    /// Puts one model in the place of another, wherever it is named.
    models_replace(ModelsReplaceRequest) => ModelsReplacedView;
    /// Sets a feature's own model.
    models_feature_default(ModelsFeatureDefaultRequest) => Nothing;
    /// Switches adult mode, which only changes what is shown.
    models_adult_mode(ModelsAdultModeRequest) => Nothing;
    /// Which models suit which task, and why.
    models_recommended(Nothing) => Vec<RecommendationView>;
    /// How often models refused, by stop reason.
    models_refusals(Nothing) => RefusalsView;
    /// Fetches newer prices; the old ones stay where that fails.
    prices_refresh(PricesRefreshRequest) => PriceBookView;

    /// All collections.
    collections_list(Nothing) => Vec<CollectionView>;
    /// Makes an empty collection.
    collections_create(CollectionRequest) => CollectionView;
    /// Gives one another name.
    collections_rename(CollectionRenameRequest) => CollectionView;
    /// Removes one; its models stay where they are.
    collections_delete(CollectionRequest) => CollectionDeletedView;
    /// Adds models at the end.
    collections_add(CollectionModelsRequest) => CollectionView;
    /// Takes models out.
    collections_remove(CollectionModelsRequest) => CollectionView;
    /// Puts models in another order.
    collections_reorder(CollectionModelsRequest) => CollectionView;
    /// Says how one model is used through a collection.
    collections_settings(CollectionSettingsRequest) => CollectionView;
    /// Makes one the default, or none.
    collections_default(CollectionDefaultRequest) => Vec<CollectionView>;
    /// A collection as text without keys.
    collections_export(CollectionRequest) => CollectionTextView;
    /// What such a text holds, before anything is made of it.
    collections_read(CollectionImportRequest) => CollectionReadView;
    /// Takes in a collection that came as text.
    collections_import(CollectionImportRequest) => CollectionView;
    /// The collections that Inkhorn offers to make, and that are not there yet.
    collections_offered(Nothing) => Vec<OfferedCollectionView>;

    /// All assistants: those that come with Inkhorn, and the writer's own.
    assistants_list(Nothing) => AssistantsView;
    /// Makes an assistant, or changes one.
    assistants_save(AssistantSaveRequest) => AssistantView;
    /// Puts one that came with Inkhorn back as it came.
    assistants_reset(AssistantRequest) => AssistantView;
    /// Removes one of the writer's own.
    assistants_delete(AssistantRequest) => AssistantDeletedView;
    /// Which connections can search the web, with which of their models.
    assistants_web_search(Nothing) => Vec<WebSearchView>;

    /// The prompt library.
    prompts_list(Nothing) => PromptsView;
    /// Makes a prompt, or changes one.
    prompts_save(PromptSaveRequest) => PromptView;
    /// Removes a prompt; its text is gone from the file.
    prompts_delete(PromptRequest) => Nothing;
    /// The blanks of a prompt that is being written, and what keeps it from being saved. Stores nothing.
    prompts_check(PromptCheckRequest) => PromptCheckView;
    /// A prompt with its blanks filled, and what is missing.
    prompts_fill(PromptFillRequest) => PromptFilledView;

    /// Conversations.
    desk_list(DeskListRequest) => DeskListView;
    /// One conversation with its text.
    desk_open(DeskOpenRequest) => DeskOpenView;
    /// Sends a text; ends when the answer does.
    desk_send(DeskSendRequest) streams DeskEvent => MessageView;
    /// Answers a turn again.
    desk_retry(DeskRetryRequest) streams DeskEvent => MessageView;
    /// Stops an answer that is coming in; the upstream request ends too.
    desk_stop(DeskStopRequest) => DeskStopView;
    /// Changes a message's text.
    desk_edit(DeskEditRequest) => MessageView;
    /// Deletes a message.
    desk_delete_message(MessageRequest) => Nothing;
    /// Gives a conversation a title.
    desk_rename(DeskRenameRequest) => ConversationView;
    /// Deletes a conversation.
    desk_delete(ConversationRequest) => Nothing;
    /// Keeps what stands in the composer.
    desk_draft(DeskDraftRequest) => Nothing;
    /// Estimates tokens and cost.
    desk_estimate(DeskEstimateRequest) => DeskEstimateView;

    /// What is set for the profile.
    settings_list(Nothing) => SettingsView;
    /// Changes settings of the profile.
    settings_set(SettingsSetRequest) => SettingsView;

    /// Everything that the Usage page shows of a time.
    usage_dashboard(UsageDashboardRequest) => UsageDashboardView;
    /// What the same use would have cost on other connected models.
    usage_advice(UsageAdviceRequest) => UsageAdviceView;
    /// What a text would cost. Counts it and forgets it.
    usage_calculate(UsageCalculateRequest) => UsageCalculateView;
    /// Writes a file with the requests, or the report.
    usage_export(UsageExportRequest) => UsageExportView;
    /// What removing the rows of requests before a time would take.
    usage_prunable(UsagePruneRequest) => UsagePrunableView;
    /// Removes the rows of requests before a time; what they add up to stays.
    usage_prune(UsagePruneRequest) => UsagePrunedView;

    /// All budgets, and how they stand now.
    budgets_list(Nothing) => Vec<BudgetView>;
    /// Sets a budget, or changes the one of the same scope and period.
    budgets_set(BudgetSetRequest) => BudgetView;
    /// Removes a budget.
    budgets_remove(BudgetRequest) => BudgetRemovedView;
    /// Lets the next request that does not fit into a budget through.
    budgets_allow_once(BudgetRequest) => BudgetView;
    /// What was reached of budgets and not told to the writer yet.
    budgets_notices(Nothing) => Vec<BudgetNoticeView>;
    /// Remembers what the writer was told of budgets, so that nobody tells it again.
    budgets_noticed(BudgetsNoticedRequest) => Nothing;

    /// Apps and the gateway.
    apps_list(Nothing) => AppsView;
    /// Admits a program; its token is shown this once.
    apps_add(AppAddRequest) => AppAddedView;
    /// Shuts a program out.
    apps_revoke(AppRevokeRequest) => AppRevokedView;
    /// Switches the gateway on or off.
    gateway_set(GatewaySetRequest) => GatewayView;
}

/// A web page to open.
#[derive(Debug, Clone, serde::Deserialize, ts_rs::TS)]
pub struct OpenLinkRequest {
    /// An https address.
    pub url: String,
}

/// A sentence for the desktop.
#[derive(Debug, Clone, serde::Deserialize, ts_rs::TS)]
pub struct NotifyRequest {
    /// Plain text; what is longer than 300 letters is cut.
    pub text: String,
}

/// What became of a notification.
#[derive(Debug, Clone, serde::Serialize, ts_rs::TS)]
pub struct NotifiedView {
    /// The desktop took it. Some have no notifications, and a writer may have switched them off.
    pub shown: bool,
}

/// Text for the clipboard.
#[derive(Clone, serde::Deserialize, ts_rs::TS)]
pub struct CopyTextRequest {
    /// The text.
    pub text: String,
}
