//! Every kind of failure, once.

use serde::{Deserialize, Serialize};

/// Whose move it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Blame {
    /// Something that the writer gave or set.
    Writer,
    /// The provider, or the server on this machine.
    Provider,
    /// The way there.
    Network,
    /// This machine: disk, keychain.
    Machine,
}

/// What helps. The routing of a request depends on it, so no arm here is a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reaction {
    /// The same request may work later.
    Wait,
    /// Another connection may work now.
    Switch,
    /// The account needs money.
    Pay,
    /// The key must be replaced.
    FixKey,
    /// The address or the server must be put right.
    FixAddress,
    /// The request itself must change.
    ChangeRequest,
    /// Something on this machine must be put right.
    FixMachine,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $blame:ident, $reaction:ident;)+) => {
        /// The kinds of failure, the same in every face. The word is part of the command line's contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $word)] $variant,)+
        }

        impl Code {
            /// Every code, for tables and tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Whose move it is.
            pub fn blame(self) -> Blame {
                match self { $(Self::$variant => Blame::$blame),+ }
            }

            /// What helps.
            pub fn reaction(self) -> Reaction {
                match self { $(Self::$variant => Reaction::$reaction),+ }
            }
        }
    };
}

codes! {
    /// The provider does not accept the key.
    WrongKey = "wrong_key", Writer, FixKey;
    /// The key is good, the account is empty.
    NoCredit = "no_credit", Writer, Pay;
    /// Too many requests; perhaps with a wait.
    RateLimited = "rate_limited", Provider, Wait;
    /// The key may not use this model, region or organisation.
    ModelNotAllowed = "model_not_allowed", Writer, FixKey;
    /// The provider has no such model.
    ModelNotFound = "model_not_found", Writer, ChangeRequest;
    /// The provider did not understand the request.
    BadRequest = "bad_request", Writer, ChangeRequest;
    /// The provider's moderation declined the text.
    ContentRefused = "content_refused", Provider, ChangeRequest;
    /// The provider is overloaded.
    Overloaded = "overloaded", Provider, Switch;
    /// The provider failed inside.
    UpstreamFailed = "upstream_failed", Provider, Switch;
    /// Nothing listens at the address.
    ConnectionRefused = "connection_refused", Network, FixAddress;
    /// The host name has no address.
    UnknownHost = "unknown_host", Network, FixAddress;
    /// The encrypted connection could not be made.
    TlsFailed = "tls_failed", Network, FixAddress;
    /// No answer in time.
    TimedOut = "timed_out", Network, Switch;
    /// Something answers, but not the API.
    NotAnApi = "not_an_api", Network, FixAddress;
    /// The answer broke off or made no sense.
    StreamBroken = "stream_broken", Provider, Switch;
    /// The server wanted to send us elsewhere.
    RedirectRefused = "redirect_refused", Provider, FixAddress;
    /// The answer is larger than any honest one.
    AnswerTooLarge = "answer_too_large", Provider, Switch;
    /// The key cannot be a key.
    KeyForm = "key_form", Writer, FixKey;
    /// The address cannot be an address.
    BadAddress = "bad_address", Writer, FixAddress;
    /// A header that cannot be sent.
    BadHeader = "bad_header", Writer, ChangeRequest;
    /// No such thing in this profile.
    NotFound = "not_found", Writer, ChangeRequest;
    /// It exists already.
    Duplicate = "duplicate", Writer, ChangeRequest;
    /// The vault is locked.
    VaultLocked = "vault_locked", Writer, FixMachine;
    /// Not the passphrase.
    WrongPassphrase = "wrong_passphrase", Writer, ChangeRequest;
    /// This session has no keychain, or it does not answer.
    KeychainUnavailable = "keychain_unavailable", Machine, FixMachine;
    /// The keychain is locked.
    KeychainLocked = "keychain_locked", Machine, FixMachine;
    /// The keychain does not have (or no longer has the right) entry of this vault.
    KeychainEntryMissing = "keychain_entry_missing", Machine, FixMachine;
    /// A sealed record was changed or moved.
    Tampered = "tampered", Machine, FixMachine;
    /// A file is damaged.
    Damaged = "damaged", Machine, FixMachine;
    /// Written by a newer Inkhorn.
    NewerFormat = "newer_format", Machine, FixMachine;
    /// The offline lock is on.
    OfflineLocked = "offline_locked", Writer, ChangeRequest;
    /// The text may not go there.
    PrivacyRefused = "privacy_refused", Writer, ChangeRequest;
    /// A budget is spent.
    OverBudget = "over_budget", Writer, Pay;
    /// One of Inkhorn's own limits.
    OverLimit = "over_limit", Writer, Wait;
    /// No room on the disk.
    DiskFull = "disk_full", Machine, FixMachine;
    /// Somebody else holds it now.
    Busy = "busy", Machine, Wait;
    /// The command was not understood.
    UsageError = "usage_error", Writer, ChangeRequest;
}
