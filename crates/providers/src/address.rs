//! A base address as people write it, put right with notice or refused with the reason.

use crate::catalogue::{EntryLocality, ProviderEntry};
use inkhorn_domain::{Dialect, Locality};
use inkhorn_fault::{Code, Fault};
use inkhorn_outbound::{AddressClass, Destination, classify_host};
use std::net::SocketAddr;
use url::{Host, Url};

/// Longest address, in bytes.
pub const MAX_ADDRESS: usize = 2048;

/// What was put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressNote {
    /// Blanks around it were taken away.
    BlanksTrimmed,
    /// `http://` or `https://` was added.
    SchemeAdded,
    /// The end of the path named one call of the API and was taken away.
    PathTrimmed,
    /// The path that this provider's API stands under was added.
    PathAdded,
    /// The host was written in an unusual way: `127.1`, a decimal number, capitals.
    HostRewritten,
    /// The name has letters beyond ASCII and is shown in its coded form: look-alikes are seen there.
    International,
    /// What is sent can be read by others on the network.
    Cleartext,
}

impl AddressNote {
    /// The word that stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BlanksTrimmed => "blanks_trimmed",
            Self::SchemeAdded => "scheme_added",
            Self::PathTrimmed => "path_trimmed",
            Self::PathAdded => "path_added",
            Self::HostRewritten => "host_rewritten",
            Self::International => "international",
            Self::Cleartext => "cleartext",
        }
    }
}

/// A base address that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// Canonical, without a slash at its end unless the path is empty.
    pub url: Url,
    /// Whether text sent there leaves the machine.
    pub locality: Locality,
    /// What was put right.
    pub notes: Vec<AddressNote>,
}

impl BaseUrl {
    /// The destination for requests. A cloud provider at its own address is held to the public internet.
    pub fn destination(&self, entry: &ProviderEntry) -> Result<Destination, Fault> {
        let at_home = entry.base_url.as_ref().is_some_and(|usual| usual.host() == self.url.host());
        let mut base = self.url.clone();
        base.set_query(None);
        let destination = if entry.locality == EntryLocality::Cloud && at_home {
            Destination::public(&base)?
        } else {
            Destination::anywhere(&base)?
        };
        let surface = entry.surface_at(self.url.path());
        let query = surface.and_then(|surface| surface.query_of(&self.url)).filter(|query| !query.is_empty());
        Ok(match query {
            Some(query) => destination.with_query(&query),
            None => destination,
        })
    }
}

/// Reads an address for this entry. `own_gateways` are the addresses at which Inkhorn itself serves: a connection to
/// them would turn in a circle. Every refusal is `bad_address` with the reason as a fact.
pub fn parse_base_url(
    text: &str,
    entry: &ProviderEntry,
    own_gateways: &[SocketAddr],
) -> Result<BaseUrl, Fault> {
    let mut notes = Vec::new();
    let bare = text.trim();
    if bare.len() != text.len() {
        notes.push(AddressNote::BlanksTrimmed);
    }
    check_letters(bare)?;
    let with_scheme = complete_scheme(bare, &mut notes)?;
    let mut url = Url::parse(&with_scheme).map_err(|_| refused("malformed"))?;
    check_parts(&url, entry)?;
    let class = note_host(&url, &with_scheme, &mut notes);
    check_place(&url, class, &mut notes)?;
    if is_own_gateway(&url, own_gateways) {
        return Err(refused("ourselves"));
    }
    tidy_path(&mut url, entry, &mut notes);
    let locality = match (entry.locality, class) {
        (EntryLocality::Cloud, _) => Locality::Cloud,
        (EntryLocality::Local | EntryLocality::Either, Some(AddressClass::Loopback)) => Locality::Local,
        (EntryLocality::Local | EntryLocality::Either, _) => Locality::Cloud,
    };
    Ok(BaseUrl { url, locality, notes })
}

/// The reason is the name of a fact: each has its own sentence in the word lists.
fn refused(reason: &'static str) -> Fault {
    Fault::new(Code::BadAddress).with(reason, true)
}

fn check_letters(text: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(refused("empty"));
    }
    if text.len() > MAX_ADDRESS {
        return Err(refused("too_long"));
    }
    // The library would silently drop some of these, and what one reads would not be what is used.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(refused("letters"));
    }
    Ok(())
}

/// Adds a missing scheme: http for this machine and one's own network, https for everything else.
fn complete_scheme(text: &str, notes: &mut Vec<AddressNote>) -> Result<String, Fault> {
    if let Some((scheme, _)) = text.split_once("://") {
        let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        return if known { Ok(text.to_owned()) } else { Err(refused("scheme")) };
    }
    // `host:port` looks like a scheme; `javascript:` and its like have no number after the colon.
    let authority = text.split(['/', '?', '#']).next().unwrap_or_default();
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    if let Some((_, port)) = after_host.split_once(':')
        && (port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(refused("scheme"));
    }
    notes.push(AddressNote::SchemeAdded);
    let plain = format!("http://{text}");
    let url = Url::parse(&plain).map_err(|_| refused("malformed"))?;
    let near = match url.host() {
        Some(host) => match classify_host(&host) {
            Some(class) => class != AddressClass::Public,
            None => is_near_name(url.host_str().unwrap_or_default()),
        },
        None => false,
    };
    Ok(if near { plain } else { format!("https://{text}") })
}

/// Names that only exist in one's own network.
fn is_near_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    !name.contains('.')
        || [".local", ".lan", ".home", ".home.arpa", ".internal"].iter().any(|end| name.ends_with(end))
}

fn check_parts(url: &Url, entry: &ProviderEntry) -> Result<(), Fault> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("user_info"));
    }
    let belongs = || entry.surface_at(url.path()).is_some_and(|surface| surface.query_of(url).is_some());
    if url.query().is_some() && !belongs() {
        return Err(refused("query"));
    }
    if url.fragment().is_some() {
        return Err(refused("fragment"));
    }
    if url.port() == Some(0) {
        return Err(refused("port"));
    }
    if url.host_str().is_none_or(|host| host.trim_end_matches('.').is_empty()) {
        return Err(refused("malformed"));
    }
    Ok(())
}

/// The kind of host; notes where its canonical form differs from what was written.
fn note_host(url: &Url, written: &str, notes: &mut Vec<AddressNote>) -> Option<AddressClass> {
    let host = url.host()?;
    let canonical = host.to_string();
    if canonical.split('.').any(|label| label.starts_with("xn--")) {
        notes.push(AddressNote::International);
    } else if !written.contains(&canonical) {
        notes.push(AddressNote::HostRewritten);
    }
    classify_host(&host)
}

fn check_place(url: &Url, class: Option<AddressClass>, notes: &mut Vec<AddressNote>) -> Result<(), Fault> {
    let encrypted = url.scheme() == "https";
    match class {
        Some(AddressClass::Forbidden) => Err(refused("forbidden_place")),
        Some(AddressClass::Loopback) => Ok(()),
        Some(AddressClass::Private) => {
            if !encrypted {
                notes.push(AddressNote::Cleartext);
            }
            Ok(())
        }
        Some(AddressClass::Public) if !encrypted => Err(refused("cleartext")),
        None if !encrypted => match url.host() {
            // Where such a name leads to the internet after all, the door refuses it: see `Reach::Near`.
            Some(Host::Domain(name)) if is_near_name(name) => {
                notes.push(AddressNote::Cleartext);
                Ok(())
            }
            _ => Err(refused("cleartext")),
        },
        Some(AddressClass::Public) | None => Ok(()),
    }
}

fn is_own_gateway(url: &Url, own_gateways: &[SocketAddr]) -> bool {
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else { return false };
    let here = classify_host(&host) == Some(AddressClass::Loopback);
    let literal = match host {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(std::net::IpAddr::V6(address).to_canonical()),
        Host::Domain(_) => None,
    };
    own_gateways.iter().any(|own| {
        let ours_is_here = own.ip().is_loopback() || own.ip().is_unspecified();
        own.port() == port && ((here && ours_is_here) || literal == Some(own.ip().to_canonical()))
    })
}

/// Takes away what names one call, and adds the path that the API of this provider stands under.
fn tidy_path(url: &mut Url, entry: &ProviderEntry, notes: &mut Vec<AddressNote>) {
    let calls: &[&str] = match entry.dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses => {
            &["/chat/completions", "/completions", "/chat", "/models", "/embeddings", "/responses"]
        }
        Dialect::AnthropicMessages => &["/messages/count_tokens", "/messages", "/models", "/v1"],
        Dialect::BedrockConverse => &["/converse-stream", "/converse", "/foundation-models", "/model"],
        Dialect::Gemini => &["/models", "/openai"],
        Dialect::CohereV2 => &["/chat", "/models", "/v1", "/v2"],
        Dialect::Ollama => &[
            "/chat/completions",
            "/completions",
            "/models",
            "/v1",
            "/chat",
            "/generate",
            "/tags",
            "/ps",
            "/show",
            "/version",
            "/api",
        ],
    };
    let written = url.path().trim_end_matches('/').to_owned();
    let mut path = written.as_str();
    while let Some(shorter) = calls.iter().find_map(|call| path.strip_suffix(call)) {
        path = shorter.trim_end_matches('/');
    }
    let mut path = path.to_owned();
    if path.len() < written.len() {
        notes.push(AddressNote::PathTrimmed);
    }
    let usual = entry.path_of_api();
    if path.is_empty() && !usual.is_empty() {
        usual.clone_into(&mut path);
        notes.push(AddressNote::PathAdded);
    }
    url.set_path(&path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    fn parse(text: &str, entry: &str) -> Result<BaseUrl, Fault> {
        let catalogue = Catalogue::embedded();
        let own = ["127.0.0.1:7317".parse().expect("address"), "192.168.1.5:7317".parse().expect("address")];
        parse_base_url(text, catalogue.find(entry).expect("entry"), &own)
    }

    #[test]
    fn addresses_are_put_right_with_notice() {
        use AddressNote::*;
        let (local, cloud) = (Locality::Local, Locality::Cloud);
        for (entry, text, url, locality, notes) in [
            ("openai", "https://api.openai.com/v1", "https://api.openai.com/v1", cloud, vec![]),
            ("openai", "api.openai.com", "https://api.openai.com/v1", cloud, vec![SchemeAdded, PathAdded]),
            ("openai", "https://API.OpenAI.com/v1/", "https://api.openai.com/v1", cloud, vec![HostRewritten]),
            (
                "openai",
                "https://api.openai.com/v1/chat/completions",
                "https://api.openai.com/v1",
                cloud,
                vec![PathTrimmed],
            ),
            ("openai", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1", cloud, vec![]),
            (
                "anthropic",
                "https://api.anthropic.com/v1/messages",
                "https://api.anthropic.com/",
                cloud,
                vec![PathTrimmed],
            ),
            (
                "anthropic",
                "https://api.anthropic.com/v1/",
                "https://api.anthropic.com/",
                cloud,
                vec![PathTrimmed],
            ),
            (
                "google_gemini",
                "generativelanguage.googleapis.com",
                "https://generativelanguage.googleapis.com/v1beta",
                cloud,
                vec![SchemeAdded, PathAdded],
            ),
            (
                "google_gemini",
                "https://generativelanguage.googleapis.com/v1beta/openai/",
                "https://generativelanguage.googleapis.com/v1beta",
                cloud,
                vec![PathTrimmed],
            ),
            ("cohere", "https://api.cohere.com/v2/chat", "https://api.cohere.com/", cloud, vec![PathTrimmed]),
            ("ollama", "localhost:11434", "http://localhost:11434/", local, vec![SchemeAdded]),
            (
                "ollama",
                "http://localhost:11434/api/chat",
                "http://localhost:11434/",
                local,
                vec![PathTrimmed],
            ),
            ("ollama", "http://localhost:11434/v1", "http://localhost:11434/", local, vec![PathTrimmed]),
            ("ollama", "http://192.168.1.9:11434", "http://192.168.1.9:11434/", cloud, vec![Cleartext]),
            ("ollama", "attic.lan:11434", "http://attic.lan:11434/", cloud, vec![SchemeAdded, Cleartext]),
            ("lm_studio", "http://localhost:1234", "http://localhost:1234/v1", local, vec![PathAdded]),
            (
                "openai_compatible",
                "http://127.1:8080/v1/models",
                "http://127.0.0.1:8080/v1",
                local,
                vec![HostRewritten, PathTrimmed],
            ),
            ("openai_compatible", "http://0x7f.1:80", "http://127.0.0.1/", local, vec![HostRewritten]),
            ("openai_compatible", "http://2130706433/", "http://127.0.0.1/", local, vec![HostRewritten]),
            ("openai_compatible", "[::1]:5000", "http://[::1]:5000/", local, vec![SchemeAdded]),
            (
                "openai_compatible",
                "http://[::ffff:10.0.0.1]/v1",
                "http://[::ffff:a00:1]/v1",
                cloud,
                vec![HostRewritten, Cleartext],
            ),
            ("openai_compatible", "http://localhost./v1", "http://localhost./v1", local, vec![]),
            (
                "openai_compatible",
                "  https://host.example/v1 \n",
                "https://host.example/v1",
                cloud,
                vec![BlanksTrimmed],
            ),
            ("openai_compatible", "https://host.example/../..", "https://host.example/", cloud, vec![]),
            (
                "openai_compatible",
                "https://аpi.openai.com/v1",
                "https://xn--pi-6kc.openai.com/v1",
                cloud,
                vec![International],
            ),
            (
                "openai_compatible",
                "relay.example:8443/openai/v1",
                "https://relay.example:8443/openai/v1",
                cloud,
                vec![SchemeAdded],
            ),
            ("openai_compatible", "https://host.example:443/v1//", "https://host.example/v1", cloud, vec![]),
            (
                "azure_openai",
                "https://inkwell.openai.azure.com/",
                "https://inkwell.openai.azure.com/openai/v1",
                cloud,
                vec![PathAdded],
            ),
            (
                "azure_openai",
                "inkwell.openai.azure.com/openai/v1/chat/completions",
                "https://inkwell.openai.azure.com/openai/v1",
                cloud,
                vec![SchemeAdded, PathTrimmed],
            ),
            (
                "azure_openai",
                "https://inkwell.openai.azure.com/openai/deployments/prose/chat/completions?api-version=2025-01-01-preview",
                "https://inkwell.openai.azure.com/openai/deployments/prose?api-version=2025-01-01-preview",
                cloud,
                vec![PathTrimmed],
            ),
            (
                "azure_openai",
                "https://inkwell.openai.azure.com/openai/deployments/prose",
                "https://inkwell.openai.azure.com/openai/deployments/prose",
                cloud,
                vec![],
            ),
            (
                "aws_bedrock",
                "bedrock-runtime.eu-central-1.amazonaws.com",
                "https://bedrock-runtime.eu-central-1.amazonaws.com/",
                cloud,
                vec![SchemeAdded],
            ),
        ] {
            let parsed =
                parse(text, entry).unwrap_or_else(|fault| panic!("{text}: {fault:?} {:?}", fault.facts()));
            assert_eq!(
                (parsed.url.as_str(), parsed.locality, parsed.notes),
                (url, locality, notes),
                "{entry}: {text}"
            );
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_refused_with_its_reason() {
        let long = format!("https://host.example/{}", "a".repeat(10_000));
        for (text, reason) in [
            ("", "empty"),
            ("   ", "empty"),
            (&long, "too_long"),
            ("file:///etc/passwd", "scheme"),
            ("javascript:alert(1)", "scheme"),
            ("data:text/plain,x", "scheme"),
            ("ws://host/", "scheme"),
            ("mailto:a@b", "scheme"),
            ("https://user:CANARY@host.example/", "user_info"),
            ("https://user@host.example/", "user_info"),
            ("https://host.example/?key=CANARY", "query"),
            ("https://host.example/#CANARY", "fragment"),
            ("https://host.example:0/", "port"),
            ("https://host.example:65536/", "malformed"),
            ("https://", "malformed"),
            ("https:// host", "letters"),
            ("https://ho\u{0}st/", "letters"),
            ("https://ho\nst/", "letters"),
            ("http:\\\\localhost\\v1", "letters"),
            ("http://169.254.169.254/latest", "forbidden_place"),
            ("http://2852039166/", "forbidden_place"),
            ("http://[::ffff:169.254.169.254]/", "forbidden_place"),
            ("http://0.0.0.0:8000", "forbidden_place"),
            ("http://[::]:8000", "forbidden_place"),
            ("http://[fe80::1]/", "forbidden_place"),
            ("http://host.example/v1", "cleartext"),
            ("http://8.8.8.8/v1", "cleartext"),
            ("http://127.0.0.1:7317/v1", "ourselves"),
            ("http://localhost:7317", "ourselves"),
            ("http://[::1]:7317", "ourselves"),
            ("http://192.168.1.5:7317", "ourselves"),
        ] {
            let fault = parse(text, "openai_compatible").expect_err(text);
            assert_eq!(fault.code(), Code::BadAddress, "{text}");
            assert_eq!(fault.facts().keys().next(), Some(&reason), "{text}");
            let words = fault.message();
            assert!(words != Fault::new(Code::BadAddress).message(), "no sentence for {reason}");
            assert!(!words.contains("CANARY") && !words.contains('{'), "{words}");
        }
    }

    #[test]
    fn a_cloud_provider_is_held_to_the_internet_only_at_its_own_address() {
        let catalogue = Catalogue::embedded();
        let openai = catalogue.find("openai").expect("entry");
        let reaches = |text: &str| parse(text, "openai").expect("address").destination(openai);
        assert!(reaches("https://api.openai.com/v1").is_ok());
        assert!(reaches("http://127.0.0.1:9/v1").is_ok(), "a relay of one's own");
        assert_ne!(
            reaches("https://api.openai.com/v1").expect("public"),
            Destination::anywhere(&Url::parse("https://api.openai.com/v1").expect("url")).expect("anywhere"),
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_harm(text in "\\PC{0,80}|(https?://)?[a-z0-9.:/@\\[\\]#?%-]{0,60}") {
            if let Ok(base) = parse(&text, "openai_compatible") {
                let catalogue = Catalogue::embedded();
                let entry = catalogue.find("openai_compatible").expect("entry");
                proptest::prop_assert!(base.destination(entry).is_ok(), "{}", base.url);
                // What was put right once stays as it is.
                let again = parse(base.url.as_str(), "openai_compatible").expect("canonical");
                proptest::prop_assert_eq!(again.url, base.url);
            }
        }
    }
}
