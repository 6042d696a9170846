//! What comes in beside the arguments: keys, passphrases and texts, each read once and bounded.

use crate::arguments::KeySource;
use crate::output::Output;
use crate::wrong_usage::refuse;
use inkhorn_contract::KeyInput;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_secret::Secret;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// One byte more than this is read of a key, so that the engine sees that it is too long.
const MOST_OF_A_KEY: u64 = 1024 * 1024;
/// A passphrase file is read to here; what is longer is no passphrase.
const MOST_OF_A_PASSPHRASE: u64 = 64 * 1024;
/// An address with a code in it is shorter than this.
const MOST_OF_A_CODE: u64 = 16 * 1024;
/// More than any model reads.
const MOST_OF_A_TEXT: u64 = 32 * 1024 * 1024;

/// The key that the options name; `None` without any.
///
/// # Errors
/// `key_form` where it is not text, `usage_error` where the variable does not exist.
pub fn load_key(source: &KeySource, output: Output) -> Result<Option<Secret>> {
    if source.key_stdin {
        if io::stdin().is_terminal() {
            output.note("Paste the key, press Enter, then Ctrl-D.");
        }
        let bytes = read_bounded(io::stdin().lock(), MOST_OF_A_KEY + 1)
            .map_err(|error| refuse(format!("standard input cannot be read ({})", error.kind())))?;
        return Secret::from_utf8(bytes).ok_or_else(not_text).map(Some);
    }
    let Some(name) = &source.key_env else { return Ok(None) };
    match std::env::var_os(name) {
        Some(value) => value.into_string().map(|text| Some(Secret::new(text))).map_err(|_| not_text()),
        // A key that was typed in the place of the name is not repeated.
        None if is_variable_name(name) => {
            Err(refuse(format!("there is no variable {name} in the environment")))
        }
        None => Err(refuse("--key-env wants the name of an environment variable")),
    }
}

/// A sign-in code, or the address around it: the first line of standard input.
///
/// # Errors
/// `bad_request` where it is not text or nothing came.
pub fn load_code() -> Result<Secret> {
    let mut line = Zeroizing::new(Vec::with_capacity(MOST_OF_A_CODE as usize));
    let mut from = io::BufReader::new(io::stdin()).take(MOST_OF_A_CODE);
    let read = io::BufRead::read_until(&mut from, b'\n', &mut line);
    read.map_err(|error| refuse(format!("standard input cannot be read ({})", error.kind())))?;
    let code = Secret::from_utf8(line).filter(|code| !code.is_empty());
    code.ok_or_else(|| Fault::new(Code::BadRequest).with("reason", "no sign-in code came on standard input"))
}

/// The key as the engine takes it.
pub fn typed(key: Option<Secret>) -> KeyInput {
    key.map_or(KeyInput::None, |key| KeyInput::Typed { key })
}

/// The passphrase of the vault: from the file, else from INKHORN_PASSPHRASE, else none.
///
/// # Errors
/// As [`load_passphrase_file`].
pub fn load_passphrase(file: Option<&Path>, output: Output) -> Result<Option<Secret>> {
    match file {
        Some(file) => load_passphrase_file(file, output).map(Some),
        None => match std::env::var_os("INKHORN_PASSPHRASE").filter(|text| !text.is_empty()) {
            Some(text) => {
                text.into_string().map(|text| Some(Secret::new(text))).map_err(|_| not_a_passphrase())
            }
            None => Ok(None),
        },
    }
}

/// A passphrase from a file. One line end behind it is taken away with notice: editors put it there.
///
/// # Errors
/// `usage_error` where the file cannot be read, `wrong_passphrase` where it holds no text.
pub fn load_passphrase_file(file: &Path, output: Output) -> Result<Secret> {
    let opened = std::fs::File::open(file).and_then(|file| read_bounded(file, MOST_OF_A_PASSPHRASE));
    let mut bytes =
        opened.map_err(|error| refuse(format!("{} cannot be read ({})", file.display(), error.kind())))?;
    let line_end = if bytes.ends_with(b"\r\n") { 2 } else { usize::from(bytes.ends_with(b"\n")) };
    if line_end > 0 {
        let length = bytes.len() - line_end;
        bytes.truncate(length);
        output.note("The line end at the end of the passphrase file was left out.");
    }
    Secret::from_utf8(bytes).ok_or_else(not_a_passphrase)
}

/// The text of a request: the argument, or all of standard input for `-`.
///
/// # Errors
/// `usage_error` where there is none, or it is not UTF-8; `over_limit` beyond 32 MiB.
pub fn load_text(argument: &str) -> Result<String> {
    let text = if argument == "-" {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(MOST_OF_A_TEXT + 1).read_to_end(&mut bytes);
        read.map_err(|error| refuse(format!("standard input cannot be read ({})", error.kind())))?;
        if bytes.len() as u64 > MOST_OF_A_TEXT {
            return Err(Fault::new(Code::OverLimit).with("reason", "the text is longer than 32 MiB"));
        }
        String::from_utf8(bytes).map_err(|_| refuse("the text on standard input is not UTF-8"))?
    } else {
        argument.to_owned()
    };
    if text.trim().is_empty() { Err(refuse("the text is empty")) } else { Ok(text) }
}

/// A text from a file, or from standard input for `-`, up to one byte more than `most`.
///
/// # Errors
/// `usage_error` where it cannot be read or is not UTF-8.
pub fn load_text_within(file: &str, most: u64) -> Result<String> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        io::stdin().lock().take(most + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| refuse(format!("{file} cannot be read ({})", error.kind())))?;
    String::from_utf8(bytes).map_err(|_| refuse(format!("{file} is not UTF-8 text")))
}

/// The profile's folder: the option, else INKHORN_DATA_DIR, else none.
pub fn chosen_dir(option: Option<&Path>) -> Option<OsString> {
    let option = option.map(|dir| dir.as_os_str().to_owned());
    option.or_else(|| std::env::var_os("INKHORN_DATA_DIR")).filter(|dir| !dir.is_empty())
}

/// Reads into memory that is wiped, taken at once so that growing leaves no copies behind.
fn read_bounded(from: impl Read, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(most as usize + 64));
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn is_variable_name(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    !text.is_empty() && text.len() <= 64 && text.chars().all(fits)
}

fn not_text() -> Fault {
    Fault::new(Code::KeyForm).with("reason", "it is not text")
}

fn not_a_passphrase() -> Fault {
    Fault::new(Code::WrongPassphrase).with("reason", "it is not UTF-8 text")
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Output = Output { json: true };

    #[test]
    fn one_line_end_behind_a_passphrase_is_left_out() {
        let folder = tempfile::tempdir().expect("folder");
        for (written, meant) in [
            ("correct horse battery", "correct horse battery"),
            ("correct horse battery\n", "correct horse battery"),
            ("correct horse battery\r\n", "correct horse battery"),
            ("correct horse battery\n\n", "correct horse battery\n"),
            (" spaces count ", " spaces count "),
        ] {
            let file = folder.path().join("passphrase");
            std::fs::write(&file, written).expect("written");
            let read = load_passphrase_file(&file, QUIET).expect("read");
            assert!(read.same_as(&Secret::new(meant.to_owned())), "{written:?}");
        }
        let missing = load_passphrase_file(&folder.path().join("nowhere"), QUIET).err().expect("refused");
        assert_eq!(missing.code(), Code::UsageError);
        let strange = folder.path().join("strange");
        std::fs::write(&strange, [0xff, 0xfe]).expect("written");
        assert_eq!(
            load_passphrase_file(&strange, QUIET).err().expect("refused").code(),
            Code::WrongPassphrase
        );
    }

    #[test]
    fn a_key_in_the_place_of_a_variables_name_is_not_repeated() {
        let from = |name: &str| KeySource { key_stdin: false, key_env: Some(name.to_owned()) };
        let fault = load_key(&from("sk-proj-CANARY0123"), QUIET).err().expect("refused");
        assert!(!fault.message().contains("CANARY"), "{fault}");
        let fault = load_key(&from("NO_SUCH_VARIABLE_HERE"), QUIET).err().expect("refused");
        assert!(fault.message().contains("NO_SUCH_VARIABLE_HERE"), "{fault}");
    }

    #[test]
    fn no_more_is_read_than_the_bound() {
        let read = read_bounded(io::repeat(b'k'), 1000).expect("read");
        assert_eq!(read.len(), 1000);
    }

    #[test]
    fn an_empty_text_is_wrong_usage() {
        for text in ["", " \n\t"] {
            assert_eq!(load_text(text).expect_err("refused").code(), Code::UsageError);
        }
    }
}
