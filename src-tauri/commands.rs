//! One thin command per use case: it takes what the page sent, asks the engine, and gives back what the engine says.
//! The page calls `name` with `{ request }`, and with `{ request, events }` where it is told things meanwhile. A refusal
//! is a `FaultView`.
//!
//! A new command stands in the contract's table, in `build.rs`, in `capabilities/main.json` and in [`handler`].

use crate::clipboard::Clipboard;
use crate::house::House;
use crate::links;
use crate::notify;
use crate::telling::tell_by_frames;
use inkhorn_contract::commands::{CopyTextRequest, NotifiedView, NotifyRequest, OpenLinkRequest};
use inkhorn_contract::*;
use tauri::ipc::{Channel, Invoke};
use tauri::{State, Wry};
use tokio::sync::mpsc::unbounded_channel;

type Answer<T> = Result<T, FaultView>;

/// Every command, in the order of the contract's table.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        app_status,
        open_link,
        copy_text,
        notify,
        vault_status,
        vault_unlock,
        vault_retry,
        vault_passphrase,
        vault_lock,
        providers_list,
        key_recognise,
        key_paste,
        connections_list,
        connections_test_draft,
        connections_add,
        connections_update,
        connections_test,
        connections_account,
        connections_reorder,
        connections_remove,
        discover,
        sign_in,
        sign_in_code,
        sign_in_cancel,
        models_list,
        models_refresh,
        models_default,
        models_edit,
        models_order,
        models_add,
        models_visited,
        models_replace,
        models_feature_default,
        models_adult_mode,
        models_recommended,
        models_refusals,
        prices_refresh,
        collections_list,
        collections_create,
        collections_rename,
        collections_delete,
        collections_add,
        collections_remove,
        collections_reorder,
        collections_settings,
        collections_default,
        collections_export,
        collections_read,
        collections_import,
        collections_offered,
        assistants_list,
        assistants_save,
        assistants_reset,
        assistants_delete,
        assistants_web_search,
        prompts_list,
        prompts_save,
        prompts_delete,
        prompts_check,
        prompts_fill,
        desk_list,
        desk_open,
        desk_send,
        desk_retry,
        desk_stop,
        desk_edit,
        desk_delete_message,
        desk_rename,
        desk_delete,
        desk_draft,
        desk_estimate,
        settings_list,
        settings_set,
        usage_dashboard,
        usage_advice,
        usage_calculate,
        usage_export,
        usage_prunable,
        usage_prune,
        budgets_list,
        budgets_set,
        budgets_remove,
        budgets_allow_once,
        budgets_notices,
        budgets_noticed,
        apps_list,
        apps_add,
        apps_revoke,
        gateway_set
    ]
}

/// A command that the engine answers alone.
macro_rules! forward {
    ($($name:ident($request:ty) => $answer:ty;)+) => {
        $(
            #[tauri::command]
            async fn $name(house: State<'_, House>, request: $request) -> Answer<$answer> {
                Ok(house.engine().await?.$name(request).await?)
            }
        )+
    };
}

forward! {
    app_status(Nothing) => AppStatusView;
    vault_status(Nothing) => VaultView;
    vault_unlock(VaultUnlockRequest) => VaultView;
    vault_retry(Nothing) => VaultView;
    vault_passphrase(VaultPassphraseRequest) => VaultView;
    vault_lock(Nothing) => VaultView;
    providers_list(Nothing) => Vec<ProviderView>;
    key_recognise(KeyRecogniseRequest) => KeyRecognisedView;
    connections_list(Nothing) => Vec<ConnectionView>;
    connections_test_draft(ConnectionDraft) => ConnectionTestView;
    connections_add(ConnectionAddRequest) => ConnectionView;
    connections_update(ConnectionUpdateRequest) => ConnectionView;
    connections_test(ConnectionRequest) => ConnectionTestView;
    connections_account(ConnectionRequest) => ConnectionView;
    connections_reorder(ConnectionsOrderRequest) => Vec<ConnectionView>;
    connections_remove(ConnectionRequest) => RemovedView;
    discover(Nothing) => DiscoverView;
    sign_in_code(SignInCodeRequest) => Nothing;
    sign_in_cancel(SignInCancelRequest) => SignInCancelView;
    models_list(Nothing) => ModelsView;
    models_refresh(ModelsRefreshRequest) => ModelsRefreshView;
    models_default(ModelsDefaultRequest) => Nothing;
    models_edit(ModelsEditRequest) => ModelsEditView;
    models_order(ModelsOrderRequest) => Nothing;
    models_add(ModelsAddRequest) => Nothing;
    models_visited(Nothing) => Nothing;
    models_replace(ModelsReplaceRequest) => ModelsReplacedView;
    models_feature_default(ModelsFeatureDefaultRequest) => Nothing;
    models_adult_mode(ModelsAdultModeRequest) => Nothing;
    models_recommended(Nothing) => Vec<RecommendationView>;
    models_refusals(Nothing) => RefusalsView;
    prices_refresh(PricesRefreshRequest) => PriceBookView;
    collections_list(Nothing) => Vec<CollectionView>;
    collections_create(CollectionRequest) => CollectionView;
    collections_rename(CollectionRenameRequest) => CollectionView;
    collections_delete(CollectionRequest) => CollectionDeletedView;
    collections_add(CollectionModelsRequest) => CollectionView;
    collections_remove(CollectionModelsRequest) => CollectionView;
    collections_reorder(CollectionModelsRequest) => CollectionView;
    collections_settings(CollectionSettingsRequest) => CollectionView;
    collections_default(CollectionDefaultRequest) => Vec<CollectionView>;
    collections_export(CollectionRequest) => CollectionTextView;
    collections_read(CollectionImportRequest) => CollectionReadView;
    collections_import(CollectionImportRequest) => CollectionView;
    collections_offered(Nothing) => Vec<OfferedCollectionView>;
    assistants_list(Nothing) => AssistantsView;
    assistants_save(AssistantSaveRequest) => AssistantView;
    assistants_reset(AssistantRequest) => AssistantView;
    assistants_delete(AssistantRequest) => AssistantDeletedView;
    assistants_web_search(Nothing) => Vec<WebSearchView>;
    prompts_list(Nothing) => PromptsView;
    prompts_save(PromptSaveRequest) => PromptView;
    prompts_delete(PromptRequest) => Nothing;
    prompts_check(PromptCheckRequest) => PromptCheckView;
    prompts_fill(PromptFillRequest) => PromptFilledView;
    desk_list(DeskListRequest) => DeskListView;
    desk_open(DeskOpenRequest) => DeskOpenView;
    desk_stop(DeskStopRequest) => DeskStopView;
    desk_edit(DeskEditRequest) => MessageView;
    desk_delete_message(MessageRequest) => Nothing;
    desk_rename(DeskRenameRequest) => ConversationView;
    desk_delete(ConversationRequest) => Nothing;
    desk_draft(DeskDraftRequest) => Nothing;
    desk_estimate(DeskEstimateRequest) => DeskEstimateView;
    settings_list(Nothing) => SettingsView;
    settings_set(SettingsSetRequest) => SettingsView;
    usage_dashboard(UsageDashboardRequest) => UsageDashboardView;
    usage_advice(UsageAdviceRequest) => UsageAdviceView;
    usage_calculate(UsageCalculateRequest) => UsageCalculateView;
    usage_export(UsageExportRequest) => UsageExportView;
    usage_prunable(UsagePruneRequest) => UsagePrunableView;
    usage_prune(UsagePruneRequest) => UsagePrunedView;
    budgets_list(Nothing) => Vec<BudgetView>;
    budgets_set(BudgetSetRequest) => BudgetView;
    budgets_remove(BudgetRequest) => BudgetRemovedView;
    budgets_allow_once(BudgetRequest) => BudgetView;
    budgets_notices(Nothing) => Vec<BudgetNoticeView>;
    budgets_noticed(BudgetsNoticedRequest) => Nothing;
    apps_list(Nothing) => AppsView;
    apps_add(AppAddRequest) => AppAddedView;
    apps_revoke(AppRevokeRequest) => AppRevokedView;
}

/// A command that tells the page what happens while it runs. A page that is gone hears nothing; the answer is kept all
/// the same.
macro_rules! stream {
    ($($name:ident($request:ty) streams $event:ty => $answer:ty;)+) => {
        $(
            #[tauri::command]
            async fn $name(
                house: State<'_, House>,
                request: $request,
                events: Channel<$event>,
            ) -> Answer<$answer> {
                let engine = house.engine().await?;
                let (send, coming) = unbounded_channel();
                let answering = engine.$name(request, move |event| drop(send.send(event)));
                let telling = tell_by_frames(coming, |event| drop(events.send(event)));
                // The page has heard every piece before it has the answer.
                let (answer, ()) = tokio::join!(answering, telling);
                Ok(answer?)
            }
        )+
    };
}

stream! {
    desk_send(DeskSendRequest) streams DeskEvent => MessageView;
    desk_retry(DeskRetryRequest) streams DeskEvent => MessageView;
}

/// Says where to sign in, and then that the writer is back. A page that is gone ends the sign-in by its own time.
#[tauri::command]
async fn sign_in(
    house: State<'_, House>,
    request: SignInRequest,
    events: Channel<SignInEvent>,
) -> Answer<SignInView> {
    Ok(house.engine().await?.sign_in(request, move |event| drop(events.send(event))).await?)
}

#[tauri::command]
async fn open_link(request: OpenLinkRequest) -> Answer<Nothing> {
    links::open(&request.url)?;
    Ok(Nothing {})
}

#[tauri::command]
async fn copy_text(clipboard: State<'_, Clipboard>, request: CopyTextRequest) -> Answer<Nothing> {
    clipboard.copy(request.text).await?;
    Ok(Nothing {})
}

#[tauri::command]
async fn notify(request: NotifyRequest) -> Answer<NotifiedView> {
    Ok(NotifiedView { shown: notify::show(&request.text).await })
}

#[tauri::command]
async fn key_paste(
    house: State<'_, House>,
    clipboard: State<'_, Clipboard>,
    request: Nothing,
) -> Answer<KeyPastedView> {
    let Nothing {} = request;
    let key = clipboard.paste_key().await?;
    Ok(house.engine().await?.hold_pasted_key(key))
}

#[tauri::command]
async fn gateway_set(house: State<'_, House>, request: GatewaySetRequest) -> Answer<GatewayView> {
    Ok(house.gateway_set(request).await?)
}
