//! Signing in at a provider in the browser (OAuth PKCE, S256): the way back is open before the browser is, it lets one
//! answer through, and the key goes straight into the vault.
//!
//! Code, verifier and key are never in a message, a log or an event. What the writer decides (no, not now, too late) is
//! an outcome; what fails is a fault.

mod callback;

use crate::connections::Added;
use crate::house::{LiveConnection, system_time};
use crate::{Engine, Inner, random};
use callback::{Callback, Came};
use inkhorn_contract::*;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_providers::SignInCode;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_util::sync::CancellationToken;

/// Nobody needs longer to say yes; after this the way back is closed.
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// Sign-ins that may run at once.
const AT_ONCE: usize = 4;

/// Sign-ins that are running.
#[derive(Default)]
pub(crate) struct SignIns(Mutex<HashMap<String, Running>>);

struct Running {
    codes: UnboundedSender<SignInCode>,
    stop: CancellationToken,
}

impl SignIns {
    fn begin(&self) -> Result<(String, UnboundedReceiver<SignInCode>, CancellationToken)> {
        let id = random::hex(&random::make_id());
        let (codes, coming) = unbounded_channel();
        let stop = CancellationToken::new();
        let mut running = self.0.lock();
        if running.len() >= AT_ONCE {
            let reason = "other sign-ins are still waiting for the browser";
            return Err(Fault::new(Code::Busy).with("reason", reason));
        }
        running.insert(id.clone(), Running { codes, stop: stop.clone() });
        Ok((id, coming, stop))
    }
}

/// Takes a sign-in off the list, whatever becomes of it.
struct Ending<'i> {
    inner: &'i Inner,
    id: String,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.inner.sign_ins.0.lock().remove(&self.id);
    }
}

impl Engine {
    /// Signs in and stores the connection. Ends when the writer is back with a yes or a no, cancels, or does not come
    /// back within five minutes.
    ///
    /// # Errors
    /// `not_found` where one cannot sign in at this provider; what keeps the vault from opening (asked first, and
    /// again before the code is handed in, so that no key comes that cannot be kept); `wrong_key` where the code is not taken; what the way to the provider says.
    pub async fn sign_in(
        &self,
        request: SignInRequest,
        mut on_event: impl FnMut(SignInEvent) + Send,
    ) -> Result<SignInView> {
        let known = self.known_for(&request)?;
        let mut draft = sign_in_draft(&request, known.as_deref());
        let target = self.inner.target_of(&draft, known.as_deref())?;
        self.ensure_vault().await?;

        let (id, codes, stop) = self.inner.sign_ins.begin()?;
        let _ending = Ending { inner: &self.inner, id: id.clone() };
        let verifier = random::make_verifier()?;
        let (callback, address) = Callback::open().await?;
        let page = target.sign_in_page(&address, &random::challenge_of(&verifier))?;
        on_event(SignInEvent::Waiting {
            sign_in: id,
            url: page.into(),
            comes_back: true,
            expires_in_ms: PATIENCE.as_millis() as u64,
        });

        let code = match self.wait_for_code(callback, codes, &stop).await? {
            Waited::Code(code) => code,
            Waited::Over(outcome) => return Ok(SignInView { outcome, connection: None }),
        };
        on_event(SignInEvent::Exchanging);
        let exchanged = async {
            // Minutes have passed. A vault that was locked meanwhile could not keep the key; the code stays unspent.
            self.ensure_vault().await?;
            target.exchange_code(&code, &verifier, system_time(self.inner.clock.now())).await
        };
        let key = tokio::select! {
            key = exchanged => key?,
            () = stop.cancelled() => return Ok(SignInView { outcome: "cancelled", connection: None }),
        };
        draft.key = KeyInput::Typed { key };
        let connection = match known {
            Some(live) => self.renew(&live, draft.key).await?,
            None => self.store_signed_in(draft).await?,
        };
        Ok(SignInView { outcome: "connected", connection: Some(connection) })
    }

    /// Hands in the code by hand, bare or with the address around it.
    ///
    /// # Errors
    /// `bad_request` where it is none; the sign-in goes on waiting. `not_found` where none is running.
    pub async fn sign_in_code(&self, request: SignInCodeRequest) -> Result<Nothing> {
        let code = SignInCode::parse(&request.code)?;
        let running = self.inner.sign_ins.0.lock();
        let waiting = running.get(&request.sign_in).ok_or_else(|| Fault::new(Code::NotFound))?;
        waiting.codes.send(code).map_err(|_| Fault::new(Code::NotFound))?;
        Ok(Nothing {})
    }

    /// Gives a sign-in up; the way back is closed at once.
    pub async fn sign_in_cancel(&self, request: SignInCancelRequest) -> Result<SignInCancelView> {
        let running = self.inner.sign_ins.0.lock();
        let found = running.get(&request.sign_in);
        if let Some(waiting) = found {
            waiting.stop.cancel();
        }
        Ok(SignInCancelView { cancelled: found.is_some() })
    }

    fn known_for(&self, request: &SignInRequest) -> Result<Option<Arc<LiveConnection>>> {
        let Some(slug) = &request.connection else { return Ok(None) };
        let live = self.inner.house()?.named(slug)?.clone();
        live.refuse_where_system()?;
        if live.provider() != request.provider {
            return Err(Fault::new(Code::NotFound).with("name", &request.provider));
        }
        Ok(Some(live))
    }

    async fn wait_for_code(
        &self,
        mut callback: Callback,
        mut by_hand: UnboundedReceiver<SignInCode>,
        stop: &CancellationToken,
    ) -> Result<Waited> {
        let waited = tokio::select! {
            () = stop.cancelled() => Waited::Over("cancelled"),
            () = self.inner.clock.wait(PATIENCE) => Waited::Over("expired"),
            Some(code) = by_hand.recv() => Waited::Code(code),
            came = callback.wait() => match came {
                Came::Code(code) => Waited::Code(code),
                Came::Denied => Waited::Over("denied"),
            },
        };
        // From here on nobody else gets through; the browser may still read its page.
        callback.close();
        Ok(waited)
    }

    /// Stores the new connection. The key was made for us a moment ago: the list of models is fetched, and a provider
    /// that does not list just now costs nobody the key.
    async fn store_signed_in(&self, mut draft: ConnectionDraft) -> Result<ConnectionView> {
        let prepared = self.inner.prepare(&mut draft, None)?;
        let report = self.try_signed_in(&prepared).await;
        self.store_prepared(prepared, report, Added::SignedIn).await
    }

    async fn renew(&self, live: &Arc<LiveConnection>, key: KeyInput) -> Result<ConnectionView> {
        let mut request = ConnectionUpdateRequest::of(live.slug().as_str());
        request.key = Some(key);
        self.update_signed_in(request).await
    }
}

enum Waited {
    Code(SignInCode),
    Over(&'static str),
}

fn sign_in_draft(request: &SignInRequest, known: Option<&LiveConnection>) -> ConnectionDraft {
    ConnectionDraft {
        provider: request.provider.clone(),
        label: request.label.clone(),
        base_url: known.map(|live| live.row.base_url.clone()).or_else(|| request.base_url.clone()),
        auth: None,
        key: KeyInput::None,
        headers: Vec::new(),
        models: Vec::new(),
    }
}
