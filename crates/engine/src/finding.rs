//! What is there already: servers on this machine, keys in the environment. Only looks: nothing is stored, and no
//! address beyond this machine is called.

use crate::connections::count;
use crate::house::{House, system_time};
use crate::settings::ConnectionSettings;
use crate::{Engine, Inner};
use futures_util::future::join_all;
use inkhorn_contract::{DiscoverView, FoundKeyView, FoundServerView, Nothing};
use inkhorn_fault::{Code, Result};
use inkhorn_providers::{
    Credential, FoundServer, ProviderEntry, fetch_models, identify, is_this_machine, parse_base_url,
    recognise_key, usual_places,
};
use inkhorn_secret::Secret;
use inkhorn_store::secrets::SecretRow;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A found server tells its list within this, or without a number.
const LIST_SOON: Duration = Duration::from_secs(3);

impl Engine {
    /// Looks for servers on this machine, all places at once, and for keys in the environment.
    pub async fn discover(&self, _: Nothing) -> Result<DiscoverView> {
        let house = self.inner.house()?;
        let servers = self.find_servers(&house).await;
        let inner = self.inner.clone();
        let keys = crate::blocking(move || Ok(inner.find_keys(&house))).await?;
        Ok(DiscoverView { servers, keys })
    }

    async fn find_servers(&self, house: &House) -> Vec<FoundServerView> {
        let inner = &self.inner;
        let ourselves: HashSet<u16> = inner.own_gateways().iter().map(SocketAddr::port).collect();
        let places = usual_places(&inner.catalogue);
        let looks =
            places.into_iter().filter(|place| !ourselves.contains(&place.port())).map(|place| async move {
                let found = identify(&inner.outbound, &inner.catalogue, place).await?;
                Some((place, self.look_closer(house, found).await))
            });
        let found: Vec<(SocketAddr, FoundServerView)> = join_all(looks).await.into_iter().flatten().collect();
        let mut servers: Vec<FoundServerView> = Vec::new();
        for (place, server) in &found {
            // One server that listens over both families is one server, told by its first address.
            let over_ipv4 = found.iter().any(|(other, twin)| {
                other.is_ipv4()
                    && place.is_ipv6()
                    && other.port() == place.port()
                    && twin.provider == server.provider
            });
            if !over_ipv4 {
                servers.push(server.clone());
            }
        }
        servers
    }

    async fn look_closer(&self, house: &House, found: FoundServer) -> FoundServerView {
        let FoundServer { entry, base_url, loading, mut needs_key } = found;
        let mut models = None;
        if !loading && !needs_key {
            match tokio::time::timeout(LIST_SOON, self.list_for_a_stranger(&entry, &base_url)).await {
                Ok(Ok(number)) => models = Some(number),
                Ok(Err(Code::WrongKey)) => needs_key = true,
                Ok(Err(_)) | Err(_) => {}
            }
        }
        FoundServerView {
            provider: entry.id.clone(),
            provider_name: entry.name.clone(),
            connection: connected_there(house, &base_url),
            base_url: base_url.as_str().trim_end_matches('/').to_owned(),
            models,
            needs_key,
            loading,
        }
    }

    /// How many models a server lists to somebody without a key.
    async fn list_for_a_stranger(&self, entry: &Arc<ProviderEntry>, base_url: &Url) -> Result<u32, Code> {
        let settings = ConnectionSettings::default();
        let target = settings.target(&self.inner, entry, base_url.as_str(), entry.auth.clone());
        let target = target.map_err(|fault| fault.code())?;
        let now = system_time(self.inner.clock.now());
        let fetched = fetch_models(&target, &Credential::NONE, now).await.map_err(|fault| fault.code())?;
        Ok(count(fetched.models.len()))
    }
}

/// The connection that leads to this place of this machine already, over whichever name.
fn connected_there(house: &House, base_url: &Url) -> Option<String> {
    let port = base_url.port_or_known_default();
    let leads_there = |url: &Url| is_this_machine(url) && url.port_or_known_default() == port;
    let known = house
        .connections
        .iter()
        .find(|live| Url::parse(&live.row.base_url).is_ok_and(|url| leads_there(&url)));
    known.map(|live| live.slug().to_string())
}

impl Inner {
    fn find_keys(&self, house: &House) -> Vec<FoundKeyView> {
        let mut found: Vec<FoundKeyView> = Vec::new();
        for entry in self.catalogue.entries() {
            let Some((variable, key)) =
                entry.env.iter().find_map(|name| Some((name, self.environment.key(name)?)))
            else {
                continue;
            };
            // Two providers may read one variable: it is the first one's, in the catalogue's order.
            if found.iter().any(|known| known.variable == *variable) {
                continue;
            }
            let form = recognise_key(&key, &self.catalogue);
            let fault = form.problem_for(entry);
            found.push(FoundKeyView {
                provider: entry.id.clone(),
                provider_name: entry.name.clone(),
                variable: variable.clone(),
                last4: fault.is_none().then(|| form.cleaned.last4()).flatten(),
                needs_address: entry.base_url.is_none(),
                base_url: self.address_beside(entry),
                connection: self.holder_of(house, &form.cleaned),
                fault: fault.as_ref().map(Into::into),
            });
        }
        found
    }

    /// The address of an entry without a usual one, where the environment has one that could be used.
    fn address_beside(&self, entry: &ProviderEntry) -> Option<String> {
        if entry.base_url.is_some() {
            return None;
        }
        let base = entry.env_base_url.iter().find_map(|name| {
            let text = self.environment.variable(name)?.into_string().ok()?;
            parse_base_url(&text, entry, &self.own_gateways()).ok()
        })?;
        Some(base.url.as_str().trim_end_matches('/').to_owned())
    }

    /// The connection for which this very key is sealed. Told only while the vault is open: the comparison needs it.
    fn holder_of(&self, house: &House, key: &Secret) -> Option<String> {
        let print = self.vault.is_open().then(|| self.vault.fingerprint(key).ok()).flatten()?;
        let same = |row: &SecretRow| row.dup == Some(print);
        let holder = house.connections.iter().find(|live| live.key_row().is_some_and(same));
        holder.map(|live| live.slug().to_string())
    }
}
