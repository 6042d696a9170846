//! The forms in which a text may lie about: raw, UTF-16, hexadecimal, base64, escaped for URLs and JSON.

use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::random::hex;

/// One form of a text, as bytes to search for.
pub(crate) struct Form {
    /// Its name in a report.
    pub(crate) name: &'static str,
    /// The bytes.
    pub(crate) bytes: Vec<u8>,
}

/// All forms of a text, each set of bytes once.
pub(crate) fn forms_of(text: &str) -> Vec<Form> {
    let raw = text.as_bytes();
    let mut forms: Vec<Form> = Vec::new();
    let mut add = |name: &'static str, bytes: Vec<u8>| {
        if !bytes.is_empty() && !forms.iter().any(|form| form.bytes == bytes) {
            forms.push(Form { name, bytes });
        }
    };
    add("raw", raw.to_vec());
    add("UTF-16LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    add("hex", hex(raw).into_bytes());
    add("HEX", hex(raw).to_uppercase().into_bytes());
    for (name, skipped) in [("base64 at 0", 0), ("base64 at 1", 1), ("base64 at 2", 2)] {
        add(name, base64_inside(&STANDARD_NO_PAD, raw, skipped));
    }
    for (name, skipped) in [("base64url at 0", 0), ("base64url at 1", 1), ("base64url at 2", 2)] {
        add(name, base64_inside(&URL_SAFE_NO_PAD, raw, skipped));
    }
    add("URL-escaped", escaped_for_urls(text, "%20", false));
    add("form-escaped", escaped_for_urls(text, "+", false));
    add("URL-escaped throughout", escaped_for_urls(text, "%20", true));
    add("JSON-escaped", escaped_for_json(text, false));
    add("JSON-escaped to ASCII", escaped_for_json(text, true));
    forms
}

/// The characters of base64 that depend on the text alone when `skipped` bytes of something else (modulo 3) stand
/// before it; the characters shared with its neighbours are left out.
fn base64_inside(alphabet: &impl base64::Engine, raw: &[u8], skipped: usize) -> Vec<u8> {
    let shifted: Vec<u8> = std::iter::repeat_n(0, skipped).chain(raw.iter().copied()).collect();
    let encoded = alphabet.encode(&shifted).into_bytes();
    let start = [0, 2, 3][skipped];
    let end = shifted.len() / 3 * 4 + [0, 1, 2][shifted.len() % 3];
    encoded.get(start..end).unwrap_or_default().to_vec()
}

fn escaped_for_urls(text: &str, space: &str, throughout: bool) -> Vec<u8> {
    let one = |byte: u8| match byte {
        b' ' if !throughout => space.to_owned(),
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' if !throughout => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect::<String>().into_bytes()
}

fn escaped_for_json(text: &str, ascii: bool) -> Vec<u8> {
    let quoted = serde_json::to_string(text).expect("text is JSON");
    let inside = &quoted[1..quoted.len() - 1];
    if !ascii {
        return inside.as_bytes().to_vec();
    }
    let mut units = [0u16; 2];
    inside
        .chars()
        .map(|letter| match letter.is_ascii() {
            true => letter.to_string(),
            false => letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        })
        .collect::<String>()
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    #[test]
    fn base64_is_found_whatever_stands_around_it() {
        for length in 4..12 {
            let text = &"kE?>~Lm0pQr5"[..length];
            let needles: Vec<Form> = forms_of(text);
            for before in 0..7 {
                for after in 0..4 {
                    let whole =
                        [vec![b'\xff'; before], text.as_bytes().to_vec(), vec![b'\xff'; after]].concat();
                    for encoded in [STANDARD_NO_PAD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                        let found = needles.iter().any(|form| {
                            form.name.starts_with("base64")
                                && encoded.contains(std::str::from_utf8(&form.bytes).unwrap())
                        });
                        assert!(found, "{text} with {before} bytes before and {after} after");
                    }
                }
            }
        }
    }

    #[test]
    fn escapes_are_those_of_urls_and_json() {
        let named = |name: &str| {
            let form = forms_of("a \"é\"\n").into_iter().find(|form| form.name == name).unwrap();
            String::from_utf8(form.bytes).unwrap()
        };
        assert_eq!(named("URL-escaped"), "a%20%22%C3%A9%22%0A");
        assert_eq!(named("form-escaped"), "a+%22%C3%A9%22%0A");
        assert_eq!(named("URL-escaped throughout"), "%61%20%22%C3%A9%22%0A");
        assert_eq!(named("JSON-escaped"), "a \\\"é\\\"\\n");
        assert_eq!(named("JSON-escaped to ASCII"), "a \\\"\\u00e9\\\"\\n");
    }
}
