//! AWS's request signature, version 4: a pure function of the request, the time, the region and the credential.
//!
//! For connections whose entry says `aws`, where the key is an access key (see [`crate::access_key`]) and no API key. The
//! secret part never leaves the machine.

use crate::access_key::AccessKey;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue, Method};
use inkhorn_dialects::rfc3339;
use inkhorn_fault::{Code, Fault};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};
use zeroize::Zeroizing;

/// The name under which Bedrock's requests are signed, and with which its hosts begin.
const SERVICE: &str = "bedrock";

/// The region where an address names none: a relay, or a test.
const USUAL_REGION: &str = "us-east-1";

/// The region that an address names: the part behind the one that begins with the service's name, as in
/// `bedrock-runtime.eu-central-1.amazonaws.com`.
fn region(host: &str) -> &str {
    let mut labels = host.split('.');
    let found = labels.by_ref().any(|label| label.starts_with(SERVICE)).then(|| labels.next()).flatten();
    found.filter(|label| label.contains('-')).unwrap_or(USUAL_REGION)
}

/// What of a request is signed.
pub(crate) struct Signed<'r> {
    pub(crate) method: &'r Method,
    /// Host, and port where it is not the usual one.
    pub(crate) host: &'r str,
    /// Path as it goes over the wire.
    pub(crate) path: &'r str,
    /// Query as it goes over the wire, without its question mark.
    pub(crate) query: &'r str,
    pub(crate) body: &'r [u8],
}

/// The headers that prove a request to Bedrock.
///
/// # Errors
/// `key_form` when the key holds letters that no header can carry.
pub(crate) fn sign(
    request: &Signed<'_>,
    key: &AccessKey<'_>,
    now: SystemTime,
) -> Result<Vec<(HeaderName, HeaderValue)>, Fault> {
    let host = request.host.rsplit_once(':').map_or(request.host, |(host, _)| host);
    let time = Time::at(now);
    let unsendable = || Fault::new(Code::KeyForm);
    let scope = Scope { region: region(host), service: SERVICE };
    let mut headers = vec![(HeaderName::from_static("x-amz-date"), time.header()?)];
    if let Some(token) = key.token {
        let mut value = HeaderValue::from_str(token).map_err(|_| unsendable())?;
        value.set_sensitive(true);
        headers.push((HeaderName::from_static("x-amz-security-token"), value));
    }
    let proof = authorization(request, key, &scope, &time, &[])?;
    let mut value = HeaderValue::from_str(&proof).map_err(|_| unsendable())?;
    value.set_sensitive(true);
    headers.push((http::header::AUTHORIZATION, value));
    Ok(headers)
}

struct Scope<'s> {
    region: &'s str,
    service: &'s str,
}

/// A moment as AWS writes it, `20150830T123600Z`.
struct Time(String);

impl Time {
    fn at(now: SystemTime) -> Self {
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let written = rfc3339(i64::try_from(seconds).unwrap_or(i64::MAX));
        Self(written.chars().filter(|c| !matches!(c, '-' | ':')).collect())
    }

    fn day(&self) -> &str {
        self.0.split('T').next().unwrap_or_default()
    }

    fn header(&self) -> Result<HeaderValue, Fault> {
        HeaderValue::from_str(&self.0).map_err(|_| Fault::new(Code::BadHeader))
    }
}

/// The value of the `authorization` header. `more` are headers that are signed besides host, date and token: names in
/// lower case.
fn authorization(
    request: &Signed<'_>,
    key: &AccessKey<'_>,
    scope: &Scope<'_>,
    time: &Time,
    more: &[(&str, &str)],
) -> Result<String, Fault> {
    let mut headers = vec![("host", request.host), ("x-amz-date", time.0.as_str())];
    headers.extend(key.token.map(|token| ("x-amz-security-token", token)));
    headers.extend_from_slice(more);
    headers.sort_unstable();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");

    let mut canonical = Zeroizing::new(String::new());
    for line in [request.method.as_str(), &escape(request.path, true), &canonical_query(request.query)] {
        canonical.push_str(line);
        canonical.push('\n');
    }
    for (name, value) in &headers {
        canonical.push_str(name);
        canonical.push(':');
        canonical.push_str(&value.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        canonical.push('\n');
    }
    canonical.push('\n');
    canonical.push_str(&names);
    canonical.push('\n');
    canonical.push_str(&hex(&Sha256::digest(request.body)));

    let Scope { region, service } = scope;
    let place = format!("{}/{region}/{service}/aws4_request", time.day());
    let hashed = hex(&Sha256::digest(canonical.as_bytes()));
    let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{place}\n{hashed}", time.0);
    let signature = hex(&*signing_key(key, scope, time).and_then(|derived| mac(&*derived, &to_sign))?);
    Ok(format!(
        "AWS4-HMAC-SHA256 Credential={}/{place}, SignedHeaders={names}, Signature={signature}",
        key.id
    ))
}

/// The key of one day, region and service.
fn signing_key(key: &AccessKey<'_>, scope: &Scope<'_>, time: &Time) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let first = Zeroizing::new(format!("AWS4{}", key.secret));
    let mut derived = mac(first.as_bytes(), time.day())?;
    for part in [scope.region, scope.service, "aws4_request"] {
        derived = mac(&*derived, part)?;
    }
    Ok(derived)
}

fn mac(key: &[u8], text: &str) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Fault::new(Code::KeyForm))?;
    mac.update(text.as_bytes());
    Ok(Zeroizing::new(mac.finalize().into_bytes().into()))
}

/// Names and values unescaped and escaped again in the one way that AWS means, in order.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (escape(unescape(name), false), escape(unescape(value), false))
        })
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Everything but the letters that mean nothing in an address. A path keeps its slashes; what is escaped in it already
/// is escaped a second time, which is what AWS expects of every service but one.
fn escape(text: impl AsRef<[u8]>, is_path: bool) -> String {
    let mut out = String::new();
    for &byte in text.as_ref() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'.' | b'~')
            || (is_path && byte == b'/')
        {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn unescape(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let hex = bytes.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
        match hex.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| byte == b'%') {
            Some(meant) => {
                out.push(meant);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use inkhorn_secret::Secret;
    use std::time::Duration;

    const ID: &str = "AKIDEXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    const TOKEN: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";

    struct Vector {
        name: &'static str,
        method: Method,
        path: &'static str,
        query: &'static str,
        headers: &'static [(&'static str, &'static str)],
        body: &'static str,
        token: Option<&'static str>,
        signed: &'static str,
        signature: &'static str,
    }

    /// The requests of the suite that AWS publishes (aws-c-auth, `tests/aws-signing-test-suite/v4`), by their names
    /// there. Those that fold dots and slashes of a path are left out: no path of ours has any.
    fn vectors() -> Vec<Vector> {
        let plain = |name, path, query, signature| Vector {
            name,
            method: Method::GET,
            path,
            query,
            headers: &[],
            body: "",
            token: None,
            signed: "host;x-amz-date",
            signature,
        };
        vec![
            plain(
                "get-utf8",
                "/\u{1234}",
                "",
                "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
            ),
            plain(
                "get-space-normalized",
                "/example space/",
                "",
                "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741",
            ),
            plain(
                "get-vanilla-query-order-key-case",
                "/",
                "Param2=value2&Param1=value1",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            plain(
                "get-vanilla-query-order-encoded",
                "/",
                "Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
                "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
            ),
            Vector {
                token: Some(TOKEN),
                signed: "host;x-amz-date;x-amz-security-token",
                ..plain(
                    "get-vanilla-with-session-token",
                    "/",
                    "",
                    "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
                )
            },
            Vector {
                headers: &[("my-header1", " value1"), ("my-header2", " \"a   b   c\"")],
                signed: "host;my-header1;my-header2;x-amz-date",
                ..plain(
                    "get-header-value-trim",
                    "/",
                    "",
                    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
                )
            },
            Vector {
                method: Method::POST,
                ..plain(
                    "post-vanilla",
                    "/",
                    "",
                    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
                )
            },
            Vector {
                method: Method::POST,
                headers: &[
                    ("content-length", "13"),
                    ("content-type", "application/x-www-form-urlencoded"),
                    (
                        "x-amz-content-sha256",
                        "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
                    ),
                ],
                body: "Param1=value1",
                signed: "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
                ..plain(
                    "post-x-www-form-urlencoded",
                    "/",
                    "",
                    "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
                )
            },
        ]
    }

    /// 30 August 2015, 12:36.
    fn moment() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_440_938_160)
    }

    #[test]
    fn the_published_requests_are_signed_as_published() {
        for vector in vectors() {
            let key = AccessKey { id: ID, secret: SECRET, token: vector.token };
            let request = Signed {
                method: &vector.method,
                host: "example.amazonaws.com",
                path: vector.path,
                query: vector.query,
                body: vector.body.as_bytes(),
            };
            let scope = Scope { region: "us-east-1", service: "service" };
            let proof = authorization(&request, &key, &scope, &Time::at(moment()), vector.headers);
            assert_eq!(
                proof.as_deref().ok(),
                Some(
                    format!(
                        "AWS4-HMAC-SHA256 Credential={ID}/20150830/us-east-1/service/aws4_request, \
                         SignedHeaders={}, Signature={}",
                        vector.signed, vector.signature
                    )
                    .as_str()
                ),
                "{}",
                vector.name
            );
        }
    }

    #[test]
    fn every_part_of_a_request_is_in_its_signature() {
        let whole = Secret::new(format!("AKIAIOSFODNN7EXAMPLE:{SECRET}:{TOKEN}"));
        let other = Secret::new(format!("AKIAIOSFODNN7EXAMPLE:{}:{TOKEN}", SECRET.replace('w', "W")));
        let proof = |method: &Method, host, path, query, body: &[u8], key: &Secret, now| {
            let request = Signed { method, host, path, query, body };
            let headers =
                sign(&request, &AccessKey::parse(key).expect("an access key"), now).expect("signed");
            let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["x-amz-date", "x-amz-security-token", "authorization"]);
            assert!(headers[1].1.is_sensitive() && headers[2].1.is_sensitive());
            headers[2].1.to_str().expect("text").to_owned()
        };
        let host = "bedrock-runtime.eu-central-1.amazonaws.com";
        let (post, get) = (Method::POST, Method::GET);
        let first = proof(&post, host, "/model/a/converse", "", b"{}", &whole, moment());
        assert!(first.contains("/20150830/eu-central-1/bedrock/aws4_request"), "{first}");
        assert!(!first.contains(SECRET), "the secret stays here");
        let later = moment() + Duration::from_secs(1);
        let mut all = vec![
            proof(&get, host, "/model/a/converse", "", b"{}", &whole, moment()),
            proof(
                &post,
                "bedrock-runtime.eu-west-1.amazonaws.com",
                "/model/a/converse",
                "",
                b"{}",
                &whole,
                moment(),
            ),
            proof(&post, host, "/model/a%3Ab/converse", "", b"{}", &whole, moment()),
            proof(&post, host, "/model/a/converse", "a=b", b"{}", &whole, moment()),
            proof(&post, host, "/model/a/converse", "", b"{ }", &whole, moment()),
            proof(&post, host, "/model/a/converse", "", b"{}", &other, moment()),
            proof(&post, host, "/model/a/converse", "", b"{}", &whole, later),
            first,
        ];
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn the_region_is_read_from_the_address() {
        for (host, wanted) in [
            ("bedrock-runtime.eu-central-1.amazonaws.com", "eu-central-1"),
            ("bedrock.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
            ("bedrock-runtime-fips.us-west-2.amazonaws.com", "us-west-2"),
            ("vpce-0a1b2c-xyz.bedrock-runtime.ap-south-1.vpce.amazonaws.com", "ap-south-1"),
            ("bedrock-runtime.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("127.0.0.1", "us-east-1"),
            ("bedrock.example", "us-east-1"),
            ("bedrock", "us-east-1"),
        ] {
            assert_eq!(region(host), wanted, "{host}");
        }
    }
}
