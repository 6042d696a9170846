//! The calls that Inkhorn makes to a connection besides chats: fetch the models, test. Each is made once; whether to try
//! again or elsewhere is decided above.

use crate::catalogue::Place;
use crate::refusal::{Refusal, classify};
use crate::target::{ConnectionTarget, Credential};
use bytes::Bytes;
use inkhorn_dialects::{MAX_MODELS, ModelPage, WireError, complete_profiles, merge_loaded, read_models};
use inkhorn_domain::{Dialect, ModelListing};
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::{Answer, Deadlines, MODEL_LIST_CAP, Target};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, SystemTime};

/// Lists and tests are quick everywhere; who does not answer within this does not answer.
const QUICK: Deadlines = Deadlines {
    first_byte: Duration::from_secs(15),
    idle: Duration::from_secs(10),
    total: Duration::from_secs(20),
};

/// What only adds marks to a list that is there already is not worth waiting for: a server that answers tells it at once.
const MARKS_SOON: Duration = Duration::from_secs(2);

/// Most pages of one list.
const MAX_PAGES: usize = 20;

/// The models of a connection.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FetchedModels {
    /// At most [`MAX_MODELS`], in the provider's order, each id once.
    pub models: Vec<ModelListing>,
    /// How many more there were.
    pub dropped: usize,
}

/// A test that went well.
#[derive(Debug, PartialEq, Eq)]
pub struct TestReport {
    /// What the connection offers.
    pub models: FetchedModels,
    /// From sending the first call to the last byte of its answer.
    pub latency: Duration,
}

/// Fetches the list of models, all pages of it.
pub async fn fetch_models(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    now: SystemTime,
) -> Result<FetchedModels, Fault> {
    let mut nowhere = Fault::new(Code::NotAnApi).with("address", target.destination.address());
    for place in target.lists() {
        match fetch_list(target, credential, place, now).await {
            Ok((mut list, behind)) => {
                mark_loaded(target, credential, &mut list.models, now).await;
                add_more(target, credential, &mut list, behind, now).await;
                return Ok(target.named_by_address().unwrap_or(list));
            }
            // Another place may have it: older versions of a server keep the list elsewhere.
            Err(fault) if fault.code() == Code::NotAnApi => nowhere = fault,
            Err(fault) => return Err(fault),
        }
    }
    if target.entry.known_models.is_empty() {
        return Err(nowhere);
    }
    let known = target.entry.known_models.iter().cloned().map(ModelListing::named);
    Ok(FetchedModels { models: known.collect(), dropped: 0 })
}

impl ConnectionTarget {
    /// Where the list is, at this form of the API.
    fn lists(&self) -> &[Place] {
        self.surface().map_or(&self.entry.models, |surface| &surface.models)
    }

    /// Instead of a list of what could be set up there: what the address names, or nothing, and then the writer's own
    /// names are all that there is.
    fn named_by_address(&self) -> Option<FetchedModels> {
        let named = self.surface().and_then(|surface| surface.model(self.destination.path()));
        let models: Vec<ModelListing> = named.into_iter().map(ModelListing::named).collect();
        (self.entry.models_by_hand || !models.is_empty()).then_some(FetchedModels { models, dropped: 0 })
    }
}

/// Tries a connection: the free call that proves the key, then the list of models. Where something else answers, it is
/// asked what it is, and the fault says what would help (`suggestion`, or `actual` for another dialect).
pub async fn test_connection(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    now: SystemTime,
) -> Result<TestReport, Fault> {
    match try_connection(target, credential, now).await {
        Err(fault) if fault.code() == Code::NotAnApi => Err(explain(target, credential, fault, now).await),
        tried => tried,
    }
}

async fn try_connection(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    now: SystemTime,
) -> Result<TestReport, Fault> {
    let started = tokio::time::Instant::now();
    let mut latency = None;
    if let Some(place) = &target.entry.validate {
        if place.empty_post {
            knock(target, credential, place, now).await?;
        } else {
            let body = fetch(target, credential, &target.place(place)?, now).await?;
            check_field(place, &body, target)?;
        }
        latency = Some(started.elapsed());
    }
    let models = fetch_models(target, credential, now).await?;
    Ok(TestReport { models, latency: latency.unwrap_or_else(|| started.elapsed()) })
}

/// Asks with a POST that says nothing. To be told that something is missing means that the key was let in.
async fn knock(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    place: &Place,
    now: SystemTime,
) -> Result<(), Fault> {
    let nothing = Bytes::from_static(b"{}");
    let answer = target.post(&target.place(place)?, credential, nothing, QUICK, now).await?;
    if answer.is_success() && !answer.is_of_type("text/html") {
        return Ok(());
    }
    let fault = refused(target, credential, answer, now).await;
    match fault.code() {
        Code::BadRequest | Code::ModelNotFound => Ok(()),
        _ => Err(fault),
    }
}

/// One GET whose answer is small and whole.
async fn fetch(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    place: &Target,
    now: SystemTime,
) -> Result<Bytes, Fault> {
    let answer = target.get(place, credential, QUICK, now).await?;
    if !answer.is_success() || answer.is_of_type("text/html") {
        return Err(refused(target, credential, answer, now).await);
    }
    answer.read_to_end(MODEL_LIST_CAP).await
}

/// Whether the answer is of the kind that is expected at this place: lists of several dialects look alike.
fn check_field(place: &Place, body: &[u8], target: &ConnectionTarget) -> Result<(), Fault> {
    let Some(field) = &place.field else { return Ok(()) };
    let there = serde_json::from_slice::<BTreeMap<String, serde::de::IgnoredAny>>(body);
    match there {
        Ok(fields) if fields.contains_key(field) => Ok(()),
        _ => Err(Fault::new(Code::NotAnApi).with("address", target.destination.address())),
    }
}

async fn fetch_list(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    place: &Place,
    now: SystemTime,
) -> Result<(FetchedModels, Vec<ModelListing>), Fault> {
    let (mut list, mut behind) = (FetchedModels::default(), Vec::new());
    let mut next = place.clone();
    for _ in 0..MAX_PAGES {
        let body = fetch(target, credential, &target.place(&next)?, now).await?;
        check_field(place, &body, target)?;
        let mut page = read_models(target.entry.dialect, &body).map_err(|error| of_wire(error, target))?;
        let more = page.next.clone();
        page.models.retain(|model| target.entry.is_for_writing(&model.id));
        behind.append(&mut page.behind_profiles);
        add_page(&mut list, page);
        match more {
            Some(more) if list.models.len() < MAX_MODELS => {
                let value: String = url::form_urlencoded::byte_serialize(more.value.as_bytes()).collect();
                let joint = if place.path.contains('?') { '&' } else { '?' };
                next.path = format!("{}{joint}{}={value}", place.path, more.parameter);
            }
            _ => break,
        }
    }
    Ok((list, behind))
}

/// What stands in further lists. One that cannot be had is no reason to fail: a key may be allowed to see one list only.
async fn add_more(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    list: &mut FetchedModels,
    mut behind: Vec<ModelListing>,
    now: SystemTime,
) {
    for place in &target.entry.more_models {
        if let Ok((more, more_behind)) = fetch_list(target, credential, place, now).await {
            behind.extend(more_behind);
            add_page(list, ModelPage { models: more.models, dropped: more.dropped, ..ModelPage::default() });
        }
    }
    // Models that can be called both ways tell of their profiles too.
    behind.extend(list.models.iter().filter(|_| !target.entry.more_models.is_empty()).cloned());
    complete_profiles(&mut list.models, &behind);
}

/// Every id once: a server that gives the same page for ever does not fill the list.
fn add_page(list: &mut FetchedModels, page: ModelPage) {
    list.dropped += page.dropped;
    let mut known: HashSet<String> = list.models.iter().map(|model| model.id.clone()).collect();
    for model in page.models {
        if !known.insert(model.id.clone()) {
            continue;
        }
        if list.models.len() < MAX_MODELS {
            list.models.push(model);
        } else {
            list.dropped += 1;
        }
    }
}

/// What is in memory is good to know, no reason to fail, and none to keep a finished list waiting.
async fn mark_loaded(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    models: &mut [ModelListing],
    now: SystemTime,
) {
    let Some(place) = &target.entry.loaded else { return };
    let Ok(place) = target.place(place) else { return };
    let told = async {
        let answer = target.get(&place, credential, QUICK, now).await.ok()?;
        if answer.is_success() { answer.read_to_end(MODEL_LIST_CAP).await.ok() } else { None }
    };
    if let Ok(Some(body)) = tokio::time::timeout(MARKS_SOON, told).await {
        // A server that tells nonsense here only leaves the marks away.
        let _ = merge_loaded(models, &body);
    }
}

/// Asks what stands at the address instead of the expected API.
async fn explain(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    fault: Fault,
    now: SystemTime,
) -> Fault {
    let here = &target.destination;
    let base = here.base();
    if target.entry.dialect == Dialect::OpenaiChat && !base.ends_with("/v1") {
        let mended = here.below("/v1");
        if let Ok(place) = mended.at("/models")
            && speaks(target, credential, &place, Dialect::OpenaiChat, now).await
        {
            return fault.with("suggestion", mended.base());
        }
    }
    for (dialect, name, path) in [
        (Dialect::Ollama, "Ollama", "/api/tags"),
        (Dialect::OpenaiChat, "OpenAI chat completions", "/v1/models"),
    ] {
        if dialect != target.entry.dialect
            && let Ok(place) = here.at_root(path)
            && speaks(target, credential, &place, dialect, now).await
        {
            return fault.with("actual", name);
        }
    }
    fault
}

/// Whether a list of models of this dialect is there, or would be for a better key.
async fn speaks(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    place: &Target,
    dialect: Dialect,
    now: SystemTime,
) -> bool {
    match fetch(target, credential, place, now).await {
        Ok(body) => read_models(dialect, &body).is_ok(),
        Err(fault) => fault.code() == Code::WrongKey,
    }
}

async fn refused(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    answer: Answer,
    now: SystemTime,
) -> Fault {
    let refusal = Refusal::read(answer).await;
    classify(&target.entry, target.destination.address(), None, &refusal, &credential.scrubber(), now)
}

fn of_wire(error: WireError, target: &ConnectionTarget) -> Fault {
    match error {
        WireError::TooLarge => Fault::new(Code::AnswerTooLarge),
        WireError::Cut => Fault::new(Code::StreamBroken),
        WireError::NotThisDialect | WireError::Malformed => {
            Fault::new(Code::NotAnApi).with("address", target.destination.address())
        }
    }
}
