//! Opening a web page in the writer's own browser. The page has asked the writer before; here only the form of the
//! address is judged, so that no page can start a program by a made-up scheme.

use inkhorn_fault::{Code, Fault, Result};
use url::Url;

/// Hands an https address to the system's browser and does not wait for it.
pub fn open(address: &str) -> Result<()> {
    let address = judge(address)?;
    open::that_detached(address.as_str())
        .map_err(|_| Fault::new(Code::NotFound).with("what", "a web browser"))
}

/// Only https, only a host by name, no user information: what a writer would recognise as a web page.
fn judge(address: &str) -> Result<Url> {
    let refused = || Fault::new(Code::BadAddress).with("address", address);
    let url = Url::parse(address).map_err(|_| refused())?;
    let by_name = matches!(url.host(), Some(url::Host::Domain(name)) if name.contains('.'));
    let plain = url.username().is_empty() && url.password().is_none() && address.len() <= 2_000;
    (url.scheme() == "https" && by_name && plain).then_some(url).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_pass() {
        assert_eq!(judge("https://openrouter.ai/keys").unwrap().as_str(), "https://openrouter.ai/keys");
        for bad in [
            "http://openrouter.ai/keys",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "https://openai.com@evil.example/",
            "--help",
            "",
        ] {
            assert_eq!(judge(bad).map_err(|fault| fault.code()), Err(Code::BadAddress), "{bad}");
        }
    }
}
