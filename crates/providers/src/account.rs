//! The writer's account with a provider, as far as it tells: credit, the key's own limit, when the key ends; and the
//! room under its limits, which the headers of every answer tell. Which paths and places is data of the catalogue.
//!
//! Money stays decimal text in the provider's currency, checked by its form: nothing here computes with floats.

use crate::catalogue::Place;
use crate::refusal::{Refusal, classify};
use crate::target::{ConnectionTarget, Credential};
use inkhorn_domain::{Money, UnixMillis};
use inkhorn_fault::Fault;
use inkhorn_outbound::{Answer, Deadlines};
use serde::Deserialize;
use serde_json::Value;
use std::time::{Duration, SystemTime};

const QUICK: Deadlines = Deadlines {
    first_byte: Duration::from_secs(15),
    idle: Duration::from_secs(10),
    total: Duration::from_secs(20),
};

/// More than any account says of itself, in bytes.
const MOST: usize = 256 * 1024;

/// Longest name that is kept, in characters.
const LONGEST_NAME: usize = 80;

/// A path at which an account is told, and where in the answer each fact stands (JSON pointers).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountPlace {
    /// Where to ask.
    pub at: Place,
    /// A refusal here says nothing about the key: another kind of key may ask.
    #[serde(default)]
    pub optional: bool,
    /// Where each fact stands.
    pub read: AccountPointers,
}

/// JSON pointers to the facts; what a provider does not tell is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountPointers {
    /// The key's or account's name.
    pub name: Option<String>,
    /// What the amounts are in; USD where it stands nowhere.
    pub currency: Option<String>,
    /// What is left to spend.
    pub credit_left: Option<String>,
    /// All that was ever paid in; what is left is that without `credit_used`.
    pub credit_total: Option<String>,
    /// All that was ever spent of it.
    pub credit_used: Option<String>,
    /// The most that the key may spend.
    pub credit_limit: Option<String>,
    /// When that limit begins anew.
    pub limit_resets: Option<String>,
    /// Spent so far.
    pub used: Option<String>,
    /// Spent today.
    pub used_today: Option<String>,
    /// Spent this month.
    pub used_this_month: Option<String>,
    /// Whether the account has never paid.
    pub free_tier: Option<String>,
    /// Places of which one that is true means: closed.
    pub blocked: Vec<String>,
    /// A place that is false where the account cannot be used.
    pub usable: Option<String>,
    /// When the key ends.
    pub key_expires: Option<String>,
}

impl AccountPlace {
    /// What makes the place unusable.
    pub(crate) fn trouble(&self) -> Option<String> {
        let read = &self.read;
        let single = [
            &read.name,
            &read.currency,
            &read.credit_left,
            &read.credit_total,
            &read.credit_used,
            &read.credit_limit,
            &read.limit_resets,
            &read.used,
            &read.used_today,
            &read.used_this_month,
            &read.free_tier,
            &read.usable,
            &read.key_expires,
        ];
        let mut pointers = single.into_iter().flatten().chain(&read.blocked);
        if !self.at.path.starts_with('/') {
            return Some(format!("the path {} does not begin with one /", self.at.path));
        }
        pointers.any(|pointer| !pointer.starts_with('/')).then(|| "a JSON pointer begins with /".into())
    }
}

/// An account as it was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// The key's or account's name.
    pub name: Option<String>,
    /// What the amounts are in.
    pub currency: Option<String>,
    /// What is left to spend, decimal text.
    pub credit_left: Option<String>,
    /// The most that the key may spend.
    pub credit_limit: Option<String>,
    /// When that limit begins anew.
    pub limit_resets: Option<String>,
    /// Spent so far.
    pub used: Option<String>,
    /// Spent today.
    pub used_today: Option<String>,
    /// Spent this month.
    pub used_this_month: Option<String>,
    /// Whether the account has never paid.
    pub free_tier: Option<bool>,
    /// Closed by the provider.
    pub blocked: Option<bool>,
    /// When the key ends, as the provider words it (ISO 8601).
    pub key_expires: Option<String>,
}

/// Asks how the account stands. `None` where this provider tells nothing.
///
/// # Errors
/// As any call: `wrong_key`, `timed_out` and their like.
pub async fn fetch_account(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    now: SystemTime,
) -> Result<Option<Account>, Fault> {
    if target.entry.account.is_empty() {
        return Ok(None);
    }
    let mut account = Account::default();
    for place in &target.entry.account {
        match fetch(target, credential, place, now).await {
            Ok(told) => account.learn(&told, &place.read),
            Err(_) if place.optional => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(Some(account))
}

async fn fetch(
    target: &ConnectionTarget,
    credential: &Credential<'_>,
    place: &AccountPlace,
    now: SystemTime,
) -> Result<Value, Fault> {
    let answer = target.get(&target.place(&place.at)?, credential, QUICK, now).await?;
    let address = target.destination.address();
    if !answer.is_success() || answer.is_of_type("text/html") {
        let refusal = Refusal::read(answer).await;
        return Err(classify(&target.entry, address, None, &refusal, &credential.scrubber(), now));
    }
    let body = answer.read_to_end(MOST).await?;
    let not_ours = |_| Fault::new(inkhorn_fault::Code::NotAnApi).with("address", address);
    serde_json::from_slice(&body).map_err(not_ours)
}

impl Account {
    /// Takes what this answer tells; what is known already stays where it tells nothing.
    fn learn(&mut self, told: &Value, read: &AccountPointers) {
        let at =
            |pointer: &Option<String>| told.pointer(pointer.as_deref()?).filter(|value| !value.is_null());
        let words = |pointer: &Option<String>| at(pointer).and_then(Value::as_str).and_then(tidy);
        let money = |pointer: &Option<String>| at(pointer).and_then(amount);
        let truth = |pointer: &Option<String>| at(pointer).and_then(Value::as_bool);
        fn keep<T>(known: &mut Option<T>, told: Option<T>) {
            if told.is_some() {
                *known = told;
            }
        }
        let unspent = difference(money(&read.credit_total), money(&read.credit_used).as_deref());
        keep(&mut self.name, words(&read.name));
        keep(&mut self.currency, words(&read.currency).filter(|word| is_currency(word)));
        // What this key may still spend goes before what the whole account has.
        let left = self.credit_left.take();
        keep(&mut self.credit_left, left.or_else(|| money(&read.credit_left)).or(unspent));
        keep(&mut self.credit_limit, money(&read.credit_limit));
        keep(&mut self.limit_resets, words(&read.limit_resets));
        keep(&mut self.used, money(&read.used));
        keep(&mut self.used_today, money(&read.used_today));
        keep(&mut self.used_this_month, money(&read.used_this_month));
        keep(&mut self.free_tier, truth(&read.free_tier));
        let closed: Vec<bool> =
            read.blocked.iter().filter_map(|pointer| told.pointer(pointer)?.as_bool()).collect();
        let closed = (!closed.is_empty()).then(|| closed.into_iter().any(|closed| closed));
        keep(&mut self.blocked, closed.or_else(|| truth(&read.usable).map(|usable| !usable)));
        keep(&mut self.key_expires, words(&read.key_expires));
    }
}

/// Decimal text of a number, or of a text that is one. Absurd figures are no figures.
fn amount(value: &Value) -> Option<String> {
    let (owes, money) = match value {
        Value::Number(number) => {
            let number = number.as_f64()?;
            (number < 0.0, Money::from_dollars(number.abs())?)
        }
        Value::String(text) => {
            let text = text.trim();
            let digits = text.strip_prefix('-');
            (digits.is_some(), Money::parse(digits.unwrap_or(text))?)
        }
        _ => return None,
    };
    Some(signed(owes, money))
}

fn signed(owes: bool, money: Money) -> String {
    if owes && money != Money::ZERO { format!("-{money}") } else { money.to_string() }
}

fn difference(total: Option<String>, used: Option<&str>) -> Option<String> {
    let (total, used) = (Money::parse(total?.as_str())?, Money::parse(used?)?);
    let pico = total.0.checked_sub(used.0)?;
    Some(signed(pico < 0, Money(pico.checked_abs()?)))
}

fn is_currency(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Foreign words for display: one line, not endless.
fn tidy(words: &str) -> Option<String> {
    let clean: String = words.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    Some(clean.trim().to_owned()).filter(|clean| !clean.is_empty())
}

/// What a provider's limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HeadroomOf {
    /// Requests.
    Requests,
    /// Tokens of both directions.
    Tokens,
    /// Tokens read.
    InputTokens,
    /// Tokens written.
    OutputTokens,
}

impl HeadroomOf {
    const ALL: [Self; 4] = [Self::Requests, Self::Tokens, Self::InputTokens, Self::OutputTokens];

    /// The word that stands in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Tokens => "tokens",
            Self::InputTokens => "input_tokens",
            Self::OutputTokens => "output_tokens",
        }
    }

    fn in_header(self) -> &'static str {
        match self {
            Self::InputTokens => "input-tokens",
            Self::OutputTokens => "output-tokens",
            plain => plain.as_str(),
        }
    }
}

/// Room under one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Headroom {
    /// What is counted.
    pub of: HeadroomOf,
    /// The limit.
    pub limit: Option<u64>,
    /// What is left of it.
    pub remaining: u64,
    /// When it is full again.
    pub resets_at: Option<UnixMillis>,
}

/// Which family of headers tells the room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeadroomHeaders {
    /// `x-ratelimit-remaining-requests`, with a span (`6m0s`) until it is full again.
    #[default]
    XRatelimit,
    /// `anthropic-ratelimit-requests-remaining`, with the moment (RFC 3339) at which it is full again.
    AnthropicRatelimit,
}

impl HeadroomHeaders {
    /// Reads the room out of the headers of an answer. What is not told, or is nonsense, is left out.
    pub fn read(self, answer: &Answer, now: UnixMillis) -> Vec<Headroom> {
        self.read_with(&|name| answer.header(name), now)
    }

    fn read_with<'h>(self, header: &dyn Fn(&str) -> Option<&'h str>, now: UnixMillis) -> Vec<Headroom> {
        let one = |of: HeadroomOf| {
            let told = |what: &str| {
                header(&match self {
                    Self::XRatelimit => format!("x-ratelimit-{what}-{}", of.in_header()),
                    Self::AnthropicRatelimit => format!("anthropic-ratelimit-{}-{what}", of.in_header()),
                })
            };
            let number = |what: &str| told(what).and_then(|text| text.trim().parse::<u64>().ok());
            let remaining = number("remaining")?;
            let resets_at = told("reset").and_then(|text| moment(text.trim(), now));
            Some(Headroom { of, limit: number("limit"), remaining, resets_at })
        };
        HeadroomOf::ALL.into_iter().filter_map(one).collect()
    }
}

/// A span like `6m0s`, `1.5s` or `250ms`, or an RFC 3339 moment.
fn moment(text: &str, now: UnixMillis) -> Option<UnixMillis> {
    if let Some(span) = span(text) {
        return now.checked_add(span);
    }
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

fn span(text: &str) -> Option<i64> {
    let (mut rest, mut millis) = (text, 0.0f64);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        millis += number
            * match &rest[..unit] {
                "ms" => 1.0,
                "s" => 1_000.0,
                "m" => 60_000.0,
                "h" => 3_600_000.0,
                "d" => 86_400_000.0,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    // Longer than a year is no span of a limit.
    (millis <= 366.0 * 86_400_000.0).then_some(millis as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pointers(read: Value) -> AccountPointers {
        serde_json::from_value(read).expect("pointers")
    }

    #[test]
    fn an_account_is_read_where_the_catalogue_says() {
        let told = json!({ "data": { "label": "sk-or-v1-abc\n", "limit": 20, "limit_remaining": 7.25, "usage": 12.75,
            "usage_daily": "0.5", "is_free_tier": false, "limit_reset": "monthly", "expires_at": null } });
        let read = pointers(json!({ "name": "/data/label", "credit_left": "/data/limit_remaining",
            "credit_limit": "/data/limit", "used": "/data/usage", "used_today": "/data/usage_daily",
            "free_tier": "/data/is_free_tier", "limit_resets": "/data/limit_reset", "key_expires": "/data/expires_at" }));
        let mut account = Account::default();
        account.learn(&told, &read);
        assert_eq!(account.name.as_deref(), Some("sk-or-v1-abc"));
        assert_eq!(account.credit_left.as_deref(), Some("7.25"));
        assert_eq!(
            (account.credit_limit.as_deref(), account.used_today.as_deref()),
            (Some("20"), Some("0.5"))
        );
        assert_eq!((account.free_tier, account.key_expires), (Some(false), None));
    }

    #[test]
    fn what_is_left_is_what_was_paid_without_what_was_used() {
        let read = pointers(json!({ "credit_total": "/t", "credit_used": "/u" }));
        for (told, left) in [
            (json!({ "t": 10.0, "u": 2.5 }), Some("7.5")),
            (json!({ "t": "1", "u": 2 }), Some("-1")),
            (json!({ "t": 10 }), None),
            (json!({ "t": 10, "u": "much" }), None),
        ] {
            let mut account = Account::default();
            account.learn(&told, &read);
            assert_eq!(account.credit_left.as_deref(), left, "{told}");
        }
    }

    #[test]
    fn absurd_figures_are_no_figures() {
        for value in
            [json!("NaN"), json!("1e400"), json!(true), json!([1]), json!("9".repeat(400)), json!("")]
        {
            assert_eq!(amount(&value), None, "{value}");
        }
        assert_eq!(amount(&json!("-0.00")).as_deref(), Some("0"));
        assert_eq!(amount(&json!("-3.10")).as_deref(), Some("-3.1"));
    }

    #[test]
    fn closed_accounts_are_seen_either_way() {
        let mut account = Account::default();
        let read = pointers(json!({ "blocked": ["/api_key_blocked", "/team_blocked"] }));
        account.learn(&json!({ "api_key_blocked": false, "team_blocked": true }), &read);
        assert_eq!(account.blocked, Some(true));
        let mut account = Account::default();
        account.learn(&json!({ "is_available": false }), &pointers(json!({ "usable": "/is_available" })));
        assert_eq!(account.blocked, Some(true));
    }

    #[test]
    fn room_is_read_from_both_families_of_headers() {
        let now = 1_000_000;
        let openai = |name: &str| match name {
            "x-ratelimit-limit-requests" => Some("500"),
            "x-ratelimit-remaining-requests" => Some("499"),
            "x-ratelimit-reset-requests" => Some("6m0s"),
            "x-ratelimit-remaining-tokens" => Some("-1"),
            _ => None,
        };
        assert_eq!(
            HeadroomHeaders::XRatelimit.read_with(&openai, now),
            [Headroom {
                of: HeadroomOf::Requests,
                limit: Some(500),
                remaining: 499,
                resets_at: Some(now + 360_000)
            }]
        );
        let anthropic = |name: &str| match name {
            "anthropic-ratelimit-input-tokens-remaining" => Some("40000"),
            "anthropic-ratelimit-input-tokens-reset" => Some("1970-01-01T00:20:00Z"),
            _ => None,
        };
        let read = HeadroomHeaders::AnthropicRatelimit.read_with(&anthropic, now);
        assert_eq!((read[0].of, read[0].resets_at), (HeadroomOf::InputTokens, Some(1_200_000)));
    }

    #[test]
    fn spans_are_read_and_nonsense_is_not() {
        for (text, millis) in
            [("1s", 1_000), ("6m0s", 360_000), ("1h30m", 5_400_000), ("12ms", 12), ("7.66s", 7_660)]
        {
            assert_eq!(span(text), Some(millis), "{text}");
        }
        for text in ["", "s", "5", "5y", "1..2s", "99999999999999h", "-1s"] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
