//! Names to addresses. `localhost` is this machine whatever a hosts file says; an answer that no model server can
//! have is refused before anything is dialled.

use crate::destination::{Reach, classify_address, is_localhost};
use hyper_util::client::legacy::connect::dns::Name;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Who is asked for names.
#[derive(Clone)]
pub(crate) enum Names {
    /// The system.
    System,
    /// A table, so that tests can see where a name would have led.
    #[cfg(test)]
    Table(std::sync::Arc<std::collections::HashMap<String, Vec<IpAddr>>>),
}

/// Resolves for one pool of connections.
#[derive(Clone)]
pub(crate) struct Resolver {
    pub(crate) names: Names,
    /// Where names may lead.
    pub(crate) reach: Reach,
}

/// Why a name gave no address to dial.
#[derive(Debug)]
pub(crate) enum ResolveFailure {
    /// There is none.
    Unknown,
    /// It leads to where this destination may not be.
    Misplaced(IpAddr),
}

impl fmt::Display for ResolveFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "the name has no address",
            Self::Misplaced(_) => "the name leads to an address that is not allowed",
        })
    }
}

impl std::error::Error for ResolveFailure {}

impl Resolver {
    async fn resolve(&self, name: &str) -> Result<Vec<SocketAddr>, ResolveFailure> {
        if is_localhost(name) {
            // Both, and the connector goes on to the second at once when the first refuses.
            let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            return Ok(both.map(|address| SocketAddr::new(address, 0)).to_vec());
        }
        let found: Vec<IpAddr> = match &self.names {
            Names::System => {
                let found = tokio::net::lookup_host((name, 0)).await;
                found.map_err(|_| ResolveFailure::Unknown)?.map(|address| address.ip()).collect()
            }
            #[cfg(test)]
            Names::Table(table) => table.get(name).cloned().unwrap_or_default(),
        };
        // One address out of place spoils the answer: honest names do not mix.
        if let Some(misplaced) = found.iter().find(|address| !self.reach.allows(classify_address(**address)))
        {
            return Err(ResolveFailure::Misplaced(*misplaced));
        }
        if found.is_empty() {
            return Err(ResolveFailure::Unknown);
        }
        Ok(found.into_iter().map(|address| SocketAddr::new(address, 0)).collect())
    }
}

impl tower_service::Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = ResolveFailure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let resolver = self.clone();
        Box::pin(async move { resolver.resolve(name.as_str()).await.map(Vec::into_iter) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(name: &str, answers: &[&str], reach: Reach) -> Result<Vec<SocketAddr>, ResolveFailure> {
        let answers = answers.iter().map(|text| text.parse().expect("address")).collect();
        let names = Names::Table(std::sync::Arc::new([(name.to_owned(), answers)].into()));
        Resolver { names, reach }.resolve(name).await
    }

    #[tokio::test]
    async fn localhost_is_never_looked_up() {
        for name in ["localhost", "ollama.localhost", "LocalHost."] {
            let found = resolve(name, &["203.0.113.9"], Reach::Public).await.expect("constants");
            assert_eq!(found, ["127.0.0.1:0".parse().expect("v4"), "[::1]:0".parse().expect("v6")], "{name}");
        }
    }

    #[tokio::test]
    async fn a_public_name_may_not_lead_home() {
        for inside in ["127.0.0.1", "10.0.0.1", "192.168.1.7", "169.254.169.254", "::1", "fd00::1", "0.0.0.0"]
        {
            let found = resolve("api.example.com", &["1.1.1.1", inside], Reach::Public).await;
            assert!(matches!(found, Err(ResolveFailure::Misplaced(_))), "{inside}");
        }
        assert_eq!(resolve("api.example.com", &["1.1.1.1"], Reach::Public).await.expect("public").len(), 1);
        assert!(matches!(resolve("nowhere.example", &[], Reach::Public).await, Err(ResolveFailure::Unknown)));
    }

    #[tokio::test]
    async fn a_name_of_ones_own_network_may_but_never_to_metadata() {
        assert!(resolve("attic.lan", &["192.168.1.7"], Reach::Anywhere).await.is_ok());
        assert!(resolve("attic.lan", &["169.254.169.254"], Reach::Anywhere).await.is_err());
    }

    #[tokio::test]
    async fn what_travels_in_the_clear_stays_near() {
        assert!(resolve("attic.lan", &["192.168.1.7"], Reach::Near).await.is_ok());
        assert!(resolve("attic.lan", &["1.1.1.1"], Reach::Near).await.is_err());
    }
}
