//! `prompts ...` and `assistants ...`

use super::{Privacy, parse_temperature};
use clap::{Args, Subcommand};

/// `assistants ...`
#[derive(Subcommand)]
pub enum Assistants {
    /// List the assistants: those that come with Inkhorn, and yours
    List,
}

/// `prompts ...`
#[derive(Subcommand)]
pub enum Prompts {
    /// List your prompts
    List,
    /// Show one prompt with its blanks
    Show(OnePrompt),
    /// Keep a text as a prompt; {{name}} in it is a blank, \{{ are braces
    Add(AddPrompt),
    /// Fill a prompt's blanks and send it
    Run(RunPrompt),
    /// Remove a prompt
    Remove(OnePrompt),
}

/// Names a prompt.
#[derive(Args)]
pub struct OnePrompt {
    /// Its name, or its id where several have the name
    pub name: String,
}

/// `prompts add`
#[derive(Args)]
pub struct AddPrompt {
    /// Its name
    pub name: String,
    /// A file with its text, or - for standard input
    pub file: String,
    /// Its own model or collection
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// Its own assistant, by name or id
    #[arg(long, value_name = "NAME")]
    pub assistant: Option<String>,
}

/// `prompts run`
#[derive(Args)]
pub struct RunPrompt {
    /// Its name, or its id where several have the name
    pub name: String,
    /// What goes into a blank; may be given again
    #[arg(long = "set", value_name = "BLANK=TEXT", value_parser = parse_value)]
    pub values: Vec<(String, String)>,
    /// The model; the prompt's own, its assistant's or the default one where absent
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// The assistant, by name or id, or auto for one that a small model chooses; the prompt's own where absent
    #[arg(long, value_name = "NAME")]
    pub assistant: Option<String>,
    /// How far the text may travel
    #[arg(long, value_enum, default_value_t = Privacy::Cloud)]
    pub privacy: Privacy,
    /// Most tokens to write
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub max_tokens: Option<u64>,
    /// How freely the model chooses its words, from 0 to 2
    #[arg(long, value_name = "T", value_parser = parse_temperature)]
    pub temperature: Option<f64>,
}

fn parse_value(text: &str) -> Result<(String, String), &'static str> {
    let parts = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    parts.filter(|(name, _)| !name.is_empty()).ok_or("it is not BLANK=TEXT")
}
