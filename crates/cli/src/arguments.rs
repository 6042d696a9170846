//! What can be typed. One type per command, read by clap; each argument says in its help what it wants.

mod budgets;
mod library;

pub use budgets::{Budgets, OneBudget, SetBudget};
pub use library::{AddPrompt, Assistants, Prompts, RunPrompt};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;

/// A writer's own AI connections, from the terminal.
#[derive(Parser)]
#[command(
    name = "inkhorn",
    bin_name = "inkhorn",
    version,
    disable_help_subcommand = true,
    args_override_self = true
)]
pub struct Arguments {
    /// Options that every command knows.
    #[command(flatten)]
    pub shared: Shared,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options that stand before or after the command.
#[derive(Args)]
pub struct Shared {
    /// The profile's folder (or the variable INKHORN_DATA_DIR)
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print JSON, and nothing else, on standard output
    #[arg(long, global = true)]
    pub json: bool,
    /// A file with the vault's passphrase (or the variable INKHORN_PASSPHRASE)
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// List the services that can be connected to
    Providers,
    /// The services that you have connected
    #[command(subcommand)]
    Connections(Connections),
    /// Look for servers on this machine and keys in the environment; stores nothing
    Discover,
    /// List the models of your connections
    Models(Models),
    /// Named lists of models, used like a model
    #[command(subcommand)]
    Collections(Collections),
    /// Send a text to a model
    Chat(Chat),
    /// Your prompts, with blanks to fill
    #[command(subcommand)]
    Prompts(Prompts),
    /// Assistants: instructions that go before a text
    #[command(subcommand)]
    Assistants(Assistants),
    /// Show what was used and what it cost
    Usage(Usage),
    /// The vault that holds the keys
    #[command(subcommand)]
    Vault(Vault),
    /// What may be spent at most
    #[command(subcommand)]
    Budgets(Budgets),
    /// Programs that may use the gateway
    #[command(subcommand)]
    Apps(Apps),
    /// What holds for the whole profile
    #[command(subcommand)]
    Settings(Settings),
    /// Open the gateway for your other programs
    Serve(Serve),
    /// Look whether everything is well
    Doctor,
}

/// `connections ...`
#[derive(Subcommand)]
pub enum Connections {
    /// Test a service with your key and store it
    Add(AddConnection),
    /// List your connections
    List,
    /// Show one connection
    Show(OneConnection),
    /// Ask one connection for its models
    Test(OneConnection),
    /// Change one connection
    Set(SetConnection),
    /// Remove one connection and its key
    Remove(OneConnection),
    /// Ask the provider how the account stands: credit and limits
    Account(OneConnection),
    /// Sign in at a provider in the browser instead of copying a key
    SignIn(SignIn),
}

/// `connections sign-in`
#[derive(Args)]
pub struct SignIn {
    /// Where to sign in: openrouter
    #[arg(value_name = "PROVIDER")]
    pub provider: String,
    /// Your name for the connection
    #[arg(long)]
    pub label: Option<String>,
    /// Its address, where it is not the usual one
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Sign in anew for this connection: only its key is replaced
    #[arg(long, value_name = "SLUG")]
    pub connection: Option<String>,
    /// Read the code from standard input, for a browser on another machine
    #[arg(long)]
    pub code_stdin: bool,
}

/// `settings ...`
#[derive(Subcommand)]
pub enum Settings {
    /// Show the settings
    List,
    /// Change settings
    Set(SetSettings),
}

/// `settings set`
#[derive(Args)]
pub struct SetSettings {
    /// What to change: system_fallback=on or off, default_model=ID, default_connection=SLUG, default_model.FEATURE=ID for
    /// chat, prose, prompt or summarise, and usage_retention=12m (months that single requests are kept for) or forever; an
    /// empty value clears
    #[arg(value_name = "NAME=VALUE", required = true)]
    pub changes: Vec<String>,
}

/// `connections add`
#[derive(Args)]
pub struct AddConnection {
    /// What to connect to; `inkhorn providers` lists them
    #[arg(long, value_name = "ID")]
    pub provider: String,
    /// Your name for it
    #[arg(long)]
    pub label: Option<String>,
    /// Its address, where it is not the usual one
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// How a compatible server wants its key: none, bearer, x-api-key or the name of a header
    #[arg(long, value_name = "STYLE")]
    pub auth: Option<String>,
    /// Where the key is.
    #[command(flatten)]
    pub key: KeySource,
    /// A header to send along, as 'Name: value'; may be given again
    #[arg(long = "header", value_name = "HEADER")]
    pub headers: Vec<String>,
    /// A model that the server does not list; may be given again
    #[arg(long = "model", value_name = "ID")]
    pub models: Vec<String>,
    /// Store it untested
    #[arg(long)]
    pub no_test: bool,
}

/// Where a key comes from. Never from an argument: arguments are seen by every program on the machine.
#[derive(Args)]
#[group(multiple = false)]
pub struct KeySource {
    /// Read the key from standard input
    #[arg(long)]
    pub key_stdin: bool,
    /// Read the key from this environment variable
    #[arg(long, value_name = "VARIABLE")]
    pub key_env: Option<String>,
}

/// Names a connection.
#[derive(Args)]
pub struct OneConnection {
    /// Its short name, as `connections list` shows it
    pub slug: String,
}

/// `connections set`
#[derive(Args)]
pub struct SetConnection {
    /// Its short name, as `connections list` shows it
    pub slug: String,
    /// What to change: label, active, base_url (give the key again), or a setting such as temperature
    #[arg(value_name = "NAME=VALUE")]
    pub changes: Vec<String>,
    /// Where a new key is.
    #[command(flatten)]
    pub key: KeySource,
}

/// `models`
#[derive(Args)]
pub struct Models {
    /// Only those of this connection
    #[arg(long, value_name = "SLUG")]
    pub connection: Option<String>,
    /// Fetch the lists again, for at most 20 seconds
    #[arg(long)]
    pub refresh: bool,
    /// Only those with all these words, in any order, in id, name or connection
    #[arg(long, value_name = "WORDS")]
    pub search: Option<String>,
    /// How many answers of the models that you used were refusals, over a month and a year
    #[arg(long, conflicts_with_all = ["connection", "refresh", "search"])]
    pub refusals: bool,
}

/// `collections ...`
#[derive(Subcommand)]
pub enum Collections {
    /// Make an empty collection
    Create {
        /// Its name
        name: String,
    },
    /// Add models at the end
    Add {
        /// The collection
        name: String,
        /// The models, as `inkhorn models` lists them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Take models out
    Remove {
        /// The collection
        name: String,
        /// The models
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Put models first, in this order
    Reorder {
        /// The collection
        name: String,
        /// The models; those that are not named keep their order behind
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
    /// Give a collection another name
    Rename {
        /// Its name
        old: String,
        /// Its new name
        new: String,
    },
    /// Delete a collection; its models stay
    Delete {
        /// Its name
        name: String,
    },
    /// Use a collection where no default model is set, or none from now on
    Default {
        /// Its name
        #[arg(required_unless_present = "none")]
        name: Option<String>,
        /// No collection is the default any more
        #[arg(long, conflicts_with = "name")]
        none: bool,
    },
    /// Show one collection
    Show {
        /// Its name
        name: String,
    },
    /// List the collections
    List,
    /// Print a collection as text, without keys
    Export {
        /// Its name
        name: String,
    },
    /// Take in a collection that was printed as text
    Import {
        /// A file, or - for standard input
        file: String,
        /// Another name, where its own is taken
        #[arg(long)]
        name: Option<String>,
    },
}

/// `chat`
#[derive(Args)]
pub struct Chat {
    /// The model, as `inkhorn models` lists it; the default one where absent
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// An assistant, by name or id, or auto for one that a small model chooses; `inkhorn assistants list` shows them
    #[arg(long, value_name = "NAME")]
    pub assistant: Option<String>,
    /// Instructions for the model, behind the assistant's
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    /// How far the text may travel
    #[arg(long, value_enum, default_value_t = Privacy::Cloud)]
    pub privacy: Privacy,
    /// Most tokens to write
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub max_tokens: Option<u64>,
    /// How freely the model chooses its words, from 0 to 2
    #[arg(long, value_name = "T", value_parser = parse_temperature)]
    pub temperature: Option<f64>,
    /// What it is for, a word of yours for the usage log; the assistant's, or chat, where absent
    #[arg(long, value_name = "F", value_parser = parse_feature)]
    pub feature: Option<String>,
    /// The text, or - to read it from standard input
    pub text: String,
}

/// How far a text may travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Privacy {
    /// Never leaves the machine.
    Local,
    /// May go to a provider that keeps nothing.
    ZeroRetention,
    /// May go anywhere.
    Cloud,
}

impl Privacy {
    /// The engine's own type.
    pub fn level(self) -> inkhorn_domain::Privacy {
        match self {
            Self::Local => inkhorn_domain::Privacy::Local,
            Self::ZeroRetention => inkhorn_domain::Privacy::ZeroRetention,
            Self::Cloud => inkhorn_domain::Privacy::Cloud,
        }
    }

    /// The word of the contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::ZeroRetention => "zero-retention",
            Self::Cloud => "cloud",
        }
    }
}

/// `usage`
#[derive(Args)]
pub struct Usage {
    /// From then on: 7d, 24h, or a date
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Until then: as --since; a date means the end of that day
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Sums instead of single requests
    #[arg(long, value_parser = ["provider", "model", "feature", "app", "connection", "day", "hour"])]
    pub by: Option<String>,
    /// Print in this form, whatever else is asked
    #[arg(long, value_enum)]
    pub export: Option<Export>,
    /// Remove the single requests before then (365d, or a date); their sums stay
    #[arg(long, value_name = "TIME", conflicts_with_all = ["since", "until", "by", "export"])]
    pub prune_before: Option<String>,
}

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Export {
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

/// `vault ...`
#[derive(Subcommand)]
pub enum Vault {
    /// Show what protects the vault and whether it opens
    Status,
    /// Set the passphrase or change it
    Passphrase(Passphrase),
    /// Close the vault
    Lock,
}

/// `vault passphrase`
#[derive(Args)]
pub struct Passphrase {
    /// A file with the new passphrase, 12 characters or more
    #[arg(long, value_name = "FILE")]
    pub new_passphrase_file: PathBuf,
}

/// `apps ...`
#[derive(Subcommand)]
pub enum Apps {
    /// Admit a program; prints its token, this once
    Add(AddApp),
    /// List the programs
    List,
    /// Shut a program out
    Revoke(RevokeApp),
}

/// `apps add`
#[derive(Args)]
pub struct AddApp {
    /// Its name
    pub name: String,
    /// The models and collections that it may use, with commas between, or given again; all where absent
    #[arg(long, value_name = "ID,...")]
    pub models: Vec<String>,
    /// How far its text may travel
    #[arg(long, value_enum)]
    pub privacy: Option<Privacy>,
    /// A web address that it calls from, for a tool in a browser; may be given again
    #[arg(long = "origin", value_name = "URL")]
    pub origins: Vec<String>,
    /// The most that it may spend in a month, in dollars
    #[arg(long, value_name = "USD")]
    pub budget: Option<String>,
}

/// `apps revoke`
#[derive(Args)]
pub struct RevokeApp {
    /// Its name
    pub name: String,
}

/// `serve`
#[derive(Args)]
pub struct Serve {
    /// The port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = inkhorn_gateway::DEFAULT_PORT)]
    pub port: u16,
    /// Listen on this address instead of this machine's own
    #[arg(long, value_name = "ADDR")]
    pub bind: Option<IpAddr>,
}

fn parse_temperature(text: &str) -> Result<f64, &'static str> {
    let number: f64 = text.parse().map_err(|_| "it is not a number")?;
    if (0.0..=2.0).contains(&number) { Ok(number) } else { Err("it is not between 0 and 2") }
}

fn parse_feature(text: &str) -> Result<String, &'static str> {
    let fits = !text.is_empty() && text.chars().count() <= 64 && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err("it is not one short line") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn clap_finds_no_contradiction() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn shared_options_stand_before_or_after_the_command() {
        for line in [
            "inkhorn --json --data-dir /tmp/x --passphrase-file p connections show a",
            "inkhorn connections --json show --data-dir /tmp/x a --passphrase-file p",
            "inkhorn connections show a --passphrase-file p --data-dir /tmp/x --json",
        ] {
            let read = Arguments::try_parse_from(line.split(' ')).expect(line);
            assert!(read.shared.json, "{line}");
            assert_eq!(read.shared.data_dir, Some(PathBuf::from("/tmp/x")), "{line}");
            assert_eq!(read.shared.passphrase_file, Some(PathBuf::from("p")), "{line}");
        }
    }

    #[test]
    fn a_lonely_dash_is_the_text() {
        let read = Arguments::try_parse_from(["inkhorn", "chat", "-"]).expect("fits");
        assert!(matches!(read.command, Command::Chat(chat) if chat.text == "-"));
    }

    #[test]
    fn numbers_out_of_range_are_wrong_usage() {
        for (option, value) in [
            ("--max-tokens", "0"),
            ("--max-tokens", "-1"),
            ("--max-tokens", "99999999999999999999"),
            ("--temperature", "hot"),
            ("--temperature", "NaN"),
            ("--temperature", "2.5"),
            ("--privacy", "none"),
            ("--feature", "two\nlines"),
        ] {
            assert!(
                Arguments::try_parse_from(["inkhorn", "chat", option, value, "x"]).is_err(),
                "{option} {value}"
            );
        }
    }
}
