//! What AWS calls an access key: an id, a secret and, for temporary ones, a session token.
//!
//! A writer pastes the two or three of them in whatever form AWS showed them; they are kept together as one secret in the
//! form `ID:SECRET` or `ID:SECRET:TOKEN`. Signing with them is [`crate::sigv4`]'s matter.

use inkhorn_secret::Secret;
use zeroize::Zeroizing;

/// An access key, taken apart. Borrows the secret for as long as a signature takes.
#[derive(Clone, Copy)]
pub(crate) struct AccessKey<'k> {
    pub(crate) id: &'k str,
    pub(crate) secret: &'k str,
    pub(crate) token: Option<&'k str>,
}

impl<'k> AccessKey<'k> {
    /// Takes apart what [`crate::key`] has put into its form. `None` for everything else, an API key for example.
    pub(crate) fn parse(key: &'k Secret) -> Option<Self> {
        // EXPOSE: to tell an access key from an API key, and to sign with it.
        let mut parts = key.expose().splitn(3, ':');
        let (id, secret) = (parts.next()?, parts.next()?);
        (is_id(id) && is_secret(secret)).then_some(Self { id, secret, token: parts.next() })
    }

    /// The parts that must never be shown, each as a secret of its own: a provider would echo one, not all.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = Secret> {
        [Some(self.secret), self.token].into_iter().flatten().map(|part| Secret::new(part.to_owned()))
    }
}

/// What was copied from AWS, in one of its many forms, as `ID:SECRET[:TOKEN]`: lines, columns, the file that its console
/// offers, a settings file, or variables for a shell. `None` where there is no id; `Some(None)` where there is an id and
/// its secret is missing.
pub(crate) fn gather_access_key<'t>(text: &'t str) -> Option<Option<Zeroizing<String>>> {
    let part = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '=' | '"' | '\'');
    let words = |text: &'t str| text.split(part).filter(|word| !word.is_empty());
    // A field of one line swallows line ends, so lengths separate as well.
    let (id, rest) = words(text).find_map(|word| split_from(text, word, ID_LENGTH, is_id))?;
    let secret = words(rest).find_map(|word| split_from(text, word, SECRET_LENGTH, is_secret));
    let Some((secret, rest)) = secret else { return Some(None) };
    let token = words(rest).find(|word| word.len() >= 64);
    // Room for all of it: text that grows leaves a copy behind that nobody wipes.
    let mut out = Zeroizing::new(String::with_capacity(text.len() + 4));
    for piece in [id, ":", secret] {
        out.push_str(piece);
    }
    if let Some(token) = token {
        let end = token.as_ptr() as usize - text.as_ptr() as usize + token.len();
        let padding = text[end..].bytes().take_while(|byte| *byte == b'=').count();
        out.push(':');
        out.push_str(token);
        out.push_str(&"=="[..padding.min(2)]);
    }
    Some(Some(out))
}

/// The beginning of a word, where it is of this kind, and all that follows it in the whole text.
fn split_from<'t>(
    whole: &'t str,
    word: &'t str,
    length: usize,
    is_kind: fn(&str) -> bool,
) -> Option<(&'t str, &'t str)> {
    let found = word.get(..length).filter(|start| is_kind(start))?;
    let end = found.as_ptr() as usize - whole.as_ptr() as usize + length;
    Some((found, &whole[end..]))
}

const ID_LENGTH: usize = 20;
const SECRET_LENGTH: usize = 40;

/// `AKIA…` for lasting keys, `ASIA…` for temporary ones.
fn is_id(text: &str) -> bool {
    text.len() == ID_LENGTH
        && (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Forty letters of base64.
fn is_secret(text: &str) -> bool {
    text.len() == SECRET_LENGTH
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn an_access_key_is_gathered_from_every_form_that_aws_offers() {
        let id = "AKIAIOSFODNN7EXAMPLE";
        let short = format!("{id}:{SECRET}");
        let token = format!("IQoJb3JpZ2luX2Vj{}==", "Ab/+".repeat(60));
        let long = format!("{short}:{token}");
        for (pasted, wanted) in [
            (short.clone(), &short),
            (format!("{id}\n{SECRET}\n"), &short),
            (format!("{id}\t{SECRET}"), &short),
            (format!("Access key ID,Secret access key\n{id},{SECRET}\r\n"), &short),
            (format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {SECRET}\n"), &short),
            (format!("{id}\n{SECRET}\n{token}"), &long),
            (format!("{id}:{SECRET}:{token}"), &long),
            (format!("{id}{SECRET}"), &short),
            (format!("{id}{SECRET}{token}"), &long),
            (
                format!(
                    "[default]aws_access_key_id = {id}aws_secret_access_key = {SECRET}aws_session_token = {token}"
                ),
                &long,
            ),
            (
                format!(
                    "export AWS_ACCESS_KEY_ID=\"{id}\"\nexport AWS_SECRET_ACCESS_KEY=\"{SECRET}\"\nexport AWS_SESSION_TOKEN=\"{token}\"\n"
                ),
                &long,
            ),
            (
                format!(
                    "SET AWS_ACCESS_KEY_ID={id}\r\nSET AWS_SECRET_ACCESS_KEY={SECRET}\r\nSET AWS_SESSION_TOKEN={token}\r\n"
                ),
                &long,
            ),
        ] {
            let gathered = gather_access_key(&pasted).flatten().expect("whole");
            assert_eq!(&*gathered, wanted, "{pasted}");
            let key = Secret::new(gathered.to_string());
            let parsed = AccessKey::parse(&key).expect("its own form");
            assert_eq!((parsed.id, parsed.secret), (id, SECRET));
            assert_eq!(parsed.token.is_some(), wanted.len() > 100);
            assert_eq!(parsed.secrets().count(), if wanted.len() > 100 { 2 } else { 1 });
        }
        assert_eq!(gather_access_key(&format!("aws_access_key_id={id}")), Some(None), "half");
        for other in ["sk-proj-abc", "ABSKQmVkcm9ja0FQSUtleS1hYmM=", "AKIA", "", "akiaiosfodnn7example"] {
            assert_eq!(gather_access_key(other), None, "{other}");
            assert!(AccessKey::parse(&Secret::new(other.into())).is_none(), "{other}");
        }
    }
}
