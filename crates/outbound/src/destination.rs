//! Where a request may go: a base address that the writer confirmed, and paths below it.

use http::Uri;
use inkhorn_fault::{Code, Fault};
use inkhorn_secret::Origin;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use url::{Host, Url};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// This machine: `127.0.0.0/8`, `::1`.
    Loopback,
    /// A network of somebody's own: RFC 1918, `fc00::/7`, the carrier range `100.64.0.0/10`.
    Private,
    /// Addresses that are never a model server: link-local (cloud metadata among them), unspecified, multicast, reserved.
    Forbidden,
    /// The internet.
    Public,
}

/// Where the addresses of a destination may be. Forbidden ones never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// This machine, private networks, the internet.
    Anywhere,
    /// The internet only: a provider's own name that suddenly leads home is a trick.
    Public,
    /// This machine and private networks only: what is not encrypted goes no further.
    Near,
}

impl Reach {
    pub(crate) fn allows(self, class: AddressClass) -> bool {
        match class {
            AddressClass::Loopback | AddressClass::Private => self != Self::Public,
            AddressClass::Public => self != Self::Near,
            AddressClass::Forbidden => false,
        }
    }
}

/// The kind of an address. IPv4 inside IPv6 counts as the IPv4 address.
pub fn classify_address(address: IpAddr) -> AddressClass {
    match address.to_canonical() {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

/// The kind of a host in an address; `None` for a name whose kind only the name server knows.
pub fn classify_host(host: &Host<&str>) -> Option<AddressClass> {
    match host {
        Host::Ipv4(v4) => Some(classify_address(IpAddr::V4(*v4))),
        Host::Ipv6(v6) => Some(classify_address(IpAddr::V6(*v6))),
        Host::Domain(name) => is_localhost(name).then_some(AddressClass::Loopback),
    }
}

/// `localhost` and everything below it, which are this machine by definition, whatever a hosts file says.
pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let (start, end) = name.split_at_checked(name.len().saturating_sub(9)).unwrap_or(("", name));
    end.eq_ignore_ascii_case("localhost") && (start.is_empty() || start.ends_with('.'))
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    let [a, b, ..] = address.octets();
    match (a, b) {
        (127, _) => AddressClass::Loopback,
        (10, _) | (172, 16..=31) | (192, 168) | (100, 64..=127) => AddressClass::Private,
        (0, _) | (169, 254) | (224.., _) => AddressClass::Forbidden,
        _ => AddressClass::Public,
    }
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    let segments = address.segments();
    match segments {
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressClass::Loopback,
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressClass::Forbidden,
        // The metadata address of a large cloud.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => AddressClass::Forbidden,
        [0xfc00..=0xfdff, ..] => AddressClass::Private,
        [0xfe80..=0xfeff, ..] | [0xff00..=0xffff, ..] => AddressClass::Forbidden,
        // NAT64 and IPv4 written the oldest way lead to an IPv4 address: as that one.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0, 0, 0, 0, 0, 0, high, low] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            classify_v4(Ipv4Addr::new(a, b, c, d))
        }
        _ => AddressClass::Public,
    }
}

/// A confirmed base address: http or https, a host, perhaps a port and a path; nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    origin: Origin,
    /// Scheme and authority, `https://api.openai.com`.
    root: String,
    /// Path without a slash at its end: ``, `/v1`.
    base_path: String,
    address: Arc<str>,
    reach: Reach,
    /// What every request carries in its query, without the question mark.
    query: Option<Arc<str>>,
}

impl Destination {
    /// A destination of the writer's own choice, this machine and private networks included. Plain http is held to
    /// those: it never goes out to the internet.
    pub fn anywhere(base: &Url) -> Result<Self, Fault> {
        Self::make(base, if base.scheme() == "http" { Reach::Near } else { Reach::Anywhere })
    }

    /// A provider on the internet, encrypted: where its name leads to this machine or a private network, nothing is sent.
    pub fn public(base: &Url) -> Result<Self, Fault> {
        if base.scheme() != "https" {
            return Err(Fault::new(Code::BadAddress));
        }
        Self::make(base, Reach::Public)
    }

    fn make(base: &Url, reach: Reach) -> Result<Self, Fault> {
        let bad = || Fault::new(Code::BadAddress);
        let origin = Origin::of(base).ok_or_else(bad)?;
        let host = base.host().ok_or_else(bad)?;
        let bare = base.username().is_empty()
            && base.password().is_none()
            && base.query().is_none()
            && base.fragment().is_none()
            && base.port() != Some(0);
        if !bare || classify_host(&host).is_some_and(|class| !reach.allows(class)) {
            return Err(bad());
        }
        let authority = match base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_string(),
        };
        Ok(Self {
            origin,
            root: format!("{}://{authority}", base.scheme()),
            base_path: base.path().trim_end_matches('/').to_owned(),
            address: Arc::from(authority),
            reach,
            query: None,
        })
    }

    /// Scheme, host and port: what a key is bound to.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Host and port for people, `localhost:11434`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The whole base address, `http://localhost:1234/v1`.
    pub fn base(&self) -> String {
        format!("{}{}", self.root, self.base_path)
    }

    /// The server's root without the base path, `http://localhost:1234`.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The same place with more path, `/v1`.
    #[must_use]
    pub fn below(&self, path: &str) -> Self {
        Self { base_path: format!("{}{path}", self.base_path), ..self.clone() }
    }

    /// The same place, each request to which carries this in its query: `api-version=2024-10-21`.
    #[must_use]
    pub fn with_query(self, query: &str) -> Self {
        Self { query: Some(Arc::from(query)), ..self }
    }

    /// Another host of the same provider, in the same way: scheme, port and reach stay; the path begins at its root.
    pub fn beside(&self, host: &str) -> Result<Self, Fault> {
        let bad = |_| Fault::new(Code::BadAddress);
        let mut base = Url::parse(&self.root).map_err(bad)?;
        base.set_host(Some(host)).map_err(bad)?;
        Self::make(&base, self.reach)
    }

    /// The name or address of the host, without port.
    pub fn host(&self) -> &str {
        let end =
            self.address.rfind(':').filter(|at| self.address[at + 1..].bytes().all(|b| b.is_ascii_digit()));
        &self.address[..end.unwrap_or(self.address.len())]
    }

    /// The path of the base address, without a slash at its end.
    pub fn path(&self) -> &str {
        &self.base_path
    }

    /// A path (with query, if need be) below the base, made ready once for many requests: `/chat/completions`.
    pub fn at(&self, path: &str) -> Result<Target, Fault> {
        self.target(&format!("{}{}{path}", self.root, self.base_path))
    }

    /// A path below the server's root, beside the base path: for servers that keep a second API there.
    pub fn at_root(&self, path: &str) -> Result<Target, Fault> {
        self.target(&format!("{}{path}", self.root))
    }

    fn target(&self, whole: &str) -> Result<Target, Fault> {
        let joint = if whole.contains('?') { '&' } else { '?' };
        let queried = self.query.as_ref().map(|query| format!("{whole}{joint}{query}"));
        let uri: Uri =
            queried.as_deref().unwrap_or(whole).parse().map_err(|_| Fault::new(Code::BadAddress))?;
        Ok(Target { uri, origin: self.origin.clone(), address: self.address.clone(), reach: self.reach })
    }
}

/// One path at one destination, parsed and ready.
#[derive(Clone, Debug)]
pub struct Target {
    pub(crate) uri: Uri,
    origin: Origin,
    pub(crate) address: Arc<str>,
    pub(crate) reach: Reach,
}

impl Target {
    /// Scheme, host and port: what a key is bound to.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Host and port for people, and for a request's `host`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Path as it goes over the wire.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Query as it goes over the wire, empty where there is none.
    pub fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_their_kind() {
        use AddressClass::*;
        for (address, class) in [
            ("127.0.0.1", Loopback),
            ("127.9.9.9", Loopback),
            ("::1", Loopback),
            ("::ffff:127.0.0.1", Loopback),
            ("10.1.2.3", Private),
            ("172.31.0.1", Private),
            ("172.32.0.1", Public),
            ("192.168.1.1", Private),
            ("100.64.0.1", Private),
            ("fd12::1", Private),
            ("::ffff:10.0.0.1", Private),
            ("64:ff9b::10.0.0.1", Private),
            ("::10.0.0.1", Private),
            ("0.0.0.0", Forbidden),
            ("::", Forbidden),
            ("169.254.169.254", Forbidden),
            ("::ffff:169.254.169.254", Forbidden),
            ("fd00:ec2::254", Forbidden),
            ("fe80::1", Forbidden),
            ("224.0.0.1", Forbidden),
            ("255.255.255.255", Forbidden),
            ("ff02::1", Forbidden),
            ("1.1.1.1", Public),
            ("2606:4700::1111", Public),
        ] {
            assert_eq!(classify_address(address.parse().expect("address")), class, "{address}");
        }
    }

    #[test]
    fn only_localhost_is_localhost() {
        for name in ["localhost", "LOCALHOST.", "a.localhost", "a.b.localhost."] {
            assert!(is_localhost(name), "{name}");
        }
        for name in ["notlocalhost", "localhost.example.com", "", "host", "ölocalhost"] {
            assert!(!is_localhost(name), "{name}");
        }
    }

    #[test]
    fn a_destination_takes_plain_base_addresses_only() {
        let url = |text: &str| Url::parse(text).expect("url");
        for bad in [
            "http://u@h/",
            "http://:p@h/",
            "http://h/?q",
            "http://h/#f",
            "ftp://h/",
            "http://h:0/",
            "http://169.254.169.254/latest",
            "http://[::]/",
            "http://1.1.1.1/",
            "data:text/plain,x",
        ] {
            assert!(Destination::anywhere(&url(bad)).is_err(), "{bad}");
        }
        for near in ["http://127.0.0.1:1/", "https://localhost/", "https://192.168.0.2/v1"] {
            assert!(Destination::anywhere(&url(near)).is_ok(), "{near}");
            assert!(Destination::public(&url(near)).is_err(), "{near}");
        }
    }

    #[test]
    fn paths_stand_below_the_base_or_the_root() {
        let base = Url::parse("https://example.com:8443/api/v1/").expect("url");
        let destination = Destination::public(&base).expect("public");
        let at = |path: &str| destination.at(path).expect("path").uri.to_string();
        assert_eq!(at("/models?limit=1"), "https://example.com:8443/api/v1/models?limit=1");
        assert_eq!(
            destination.at_root("/api/ps").expect("path").uri.to_string(),
            "https://example.com:8443/api/ps"
        );
        assert!(destination.at("/a b").is_err());
        let dated = destination.clone().with_query("api-version=1");
        let query = |path: &str| dated.at(path).expect("path").query().to_owned();
        assert_eq!([query("/models"), query("/models?limit=1")], ["api-version=1", "limit=1&api-version=1"]);
        let other = destination.beside("other.example.com").expect("a host");
        assert_eq!(other.at("/x").expect("path").uri.to_string(), "https://other.example.com:8443/x");
        assert_ne!(other.origin(), destination.origin());
        assert!(destination.beside("127.0.0.1").is_err(), "it is held to the internet as before");
        assert!(destination.beside("a/b").is_err());
        assert_eq!((destination.host(), destination.path()), ("example.com", "/api/v1"));
        for (base, host) in
            [("http://[::1]:9/", "[::1]"), ("http://[::1]/", "[::1]"), ("http://127.0.0.1/", "127.0.0.1")]
        {
            assert_eq!(Destination::anywhere(&Url::parse(base).expect("url")).expect("near").host(), host);
        }
        assert_eq!(destination.address(), "example.com:8443");
        assert_eq!(destination.origin().as_str(), "https://example.com:8443");
    }
}
