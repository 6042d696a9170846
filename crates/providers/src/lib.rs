//! Providers: what is known of them, how a key reaches them, and how one speaks with them.
//!
//! For the engine. The catalogue is data ([`Catalogue`]); a provider that speaks a known dialect needs no code here.
//! A connection becomes a [`ConnectionTarget`], which holds no secret; a [`Credential`] is lent to each call and the
//! key is exposed only while a header is built, only for an address that it was sealed for. Refusals are understood
//! once, in [`classify`]. Nothing here stores, repeats or reads a clock. Start reading at [`test_connection`], for chats
//! at [`PreparedChat`].

mod access_key;
mod account;
mod address;
mod calls;
mod catalogue;
mod chat;
mod embeddings;
mod finding;
mod header;
mod key;
mod refusal;
mod sign_in;
mod sigv4;
mod target;

pub use account::{
    Account, AccountPlace, AccountPointers, Headroom, HeadroomHeaders, HeadroomOf, fetch_account,
};
pub use address::{AddressNote, BaseUrl, MAX_ADDRESS, parse_base_url};
pub use calls::{FetchedModels, TestReport, fetch_models, test_connection};
pub use catalogue::{
    AuthStyle, Basis, Catalogue, CatalogueError, EntryLocality, Guide, GuideText, KeyNeed, KeyPattern,
    MAX_CATALOGUE, ModelRule, Moderation, OtherHost, Place, Preset, ProviderEntry, Surface, Waits,
};
pub use chat::PreparedChat;
pub use embeddings::fetch_embeddings;
pub use finding::{FoundServer, Sign, Signs, identify, is_this_machine, usual_places};
pub use header::{CustomHeader, MAX_HEADERS, check_headers};
pub use key::{KeyForm, KeyNotice, MAX_KEY, recognise_key};
pub use refusal::{LONGEST_WAIT, Refusal, classify};
pub use sign_in::{SignInCode, SignInPlaces};
pub use target::{ConnectionTarget, Credential};
