//! What requests cost, reckoned by hand: one per provider and kind. Prices are dollars for a million tokens.
//!
//! The sum stands in the comment above each line. It holds for the price data that this version is built with; where newer
//! data changes a price, the line is reckoned anew.
#![allow(clippy::expect_used, reason = "a test says what it expected")]

use inkhorn_domain::{CostSource, Money, TokenUsage, UnixMillis};
use inkhorn_metering::Pricing;

struct Vector {
    provider: &'static str,
    model: &'static str,
    at: UnixMillis,
    usage: TokenUsage,
    dollars: &'static str,
}

macro_rules! vectors {
    ($($provider:literal, $model:literal, $(at $at:literal)? { $($name:ident: $count:literal),+ } => $dollars:literal;)+) => {
        vec![$(Vector {
            provider: $provider,
            model: $model,
            at: moment([$($at,)? "2026-11-21T10:00:00Z"][0]),
            usage: TokenUsage { $($name: Some($count),)+ ..TokenUsage::default() },
            dollars: $dollars,
        }),+]
    };
}

/// The two times of the table.
fn moment(text: &str) -> UnixMillis {
    match text {
        "2026-11-21T20:00:00Z" => 1_795_291_200_000,
        _ => 1_795_255_200_000,
    }
}

#[rustfmt::skip]
fn table() -> Vec<Vector> {
    vectors! {
        // plain: (1,000 x 3 + 500 x 15) / 1,000,000 = $0.0105
        "anthropic", "claude-3-7-sonnet-latest", { input: 1000, output: 500 } => "0.0105";
        // written into the cache (the vector of the specification): (3 x 3 + 12,304 x 3.75 + 550 x 15) / 1,000,000 = $0.054399
        "anthropic", "claude-3-7-sonnet-latest", { input: 12307, output: 550, cache_read: 0, cache_write: 12304 } => "0.054399";
        // read from the cache: (46 x 3 + 12,304 x 0.3 + 550 x 15) / 1,000,000 = $0.0120792
        "anthropic", "claude-3-7-sonnet-latest", { input: 12350, output: 550, cache_read: 12304 } => "0.0120792";
        // written for an hour: (3 x 3 + 12,304 x 6 + 550 x 15) / 1,000,000 = $0.082083
        "anthropic", "claude-3-7-sonnet-latest", { input: 12307, output: 550, cache_write: 12304, cache_write_1h: 12304 } => "0.082083";
        // written for five minutes and for an hour, read too: (5,000 x 3 + 5,000 x 0.3 + 6,000 x 3.75 + 4,000 x 6 + 777 x 15) / 1,000,000 = $0.074655
        "anthropic", "claude-3-7-sonnet-latest", { input: 20000, output: 777, cache_read: 5000, cache_write: 10000, cache_write_1h: 4000 } => "0.074655";
        // thoughts are output: (900 x 3 + 4,096 x 15) / 1,000,000 = $0.06414
        "anthropic", "claude-3-7-sonnet-latest", { input: 900, output: 4096, reasoning: 3000 } => "0.06414";
        // searches: (2,500 x 3 + 300 x 15) / 1,000,000 + 3 searches x $0.01 = $0.042
        "anthropic", "claude-3-7-sonnet-latest", { input: 2500, output: 300, searches: 3 } => "0.042";
        // plain: (1,234 x 5 + 567 x 25) / 1,000,000 = $0.020345
        "anthropic", "claude-opus-4-5", { input: 1234, output: 567 } => "0.020345";
        // cache read: (1,000 x 1 + 99,000 x 0.1 + 1 x 5) / 1,000,000 = $0.010905
        "anthropic", "claude-haiku-4-5", { input: 100000, output: 1, cache_read: 99000 } => "0.010905";
        // first tier, to its last token: (200,000 x 3 + 1,000 x 15) / 1,000,000 = $0.615
        "anthropic", "claude-sonnet-4-5", { input: 200000, output: 1000 } => "0.615";
        // second tier, all of it: (200,001 x 6 + 1,000 x 22.5) / 1,000,000 = $1.222506
        "anthropic", "claude-sonnet-4-5", { input: 200001, output: 1000 } => "1.222506";
        // plain: (1,000 x 0.15 + 1,000 x 0.6) / 1,000,000 = $0.00075
        "openai", "gpt-4o-mini", { input: 1000, output: 1000 } => "0.00075";
        // one token: (1 x 0.15 + 1 x 0.6) / 1,000,000 = $0.00000075
        "openai", "gpt-4o-mini", { input: 1, output: 1 } => "0.00000075";
        // half from the cache: (1,024 x 0.15 + 1,024 x 0.075 + 100 x 0.6) / 1,000,000 = $0.0002904
        "openai", "gpt-4o-mini", { input: 2048, output: 100, cache_read: 1024 } => "0.0002904";
        // nothing written: (10 x 0.15) / 1,000,000 = $0.0000015
        "openai", "gpt-4o-mini", { input: 10, output: 0 } => "0.0000015";
        // cache read: (47,576 x 2 + 1,000,000 x 0.5 + 32,768 x 8) / 1,000,000 = $0.857296
        "openai", "gpt-4.1", { input: 1047576, output: 32768, cache_read: 1000000 } => "0.857296";
        // thoughts are output: (392 x 1.25 + 4,608 x 0.125 + 2,000 x 10) / 1,000,000 = $0.021066
        "openai", "gpt-5", { input: 5000, output: 2000, cache_read: 4608, reasoning: 1800 } => "0.021066";
        // price of after the cut in June 2025: (3,000 x 2 + 1,500 x 8) / 1,000,000 = $0.018
        "openai", "o3", { input: 3000, output: 1500, reasoning: 1000 } => "0.018";
        // plain: (777 x 1.1 + 333 x 4.4) / 1,000,000 = $0.0023199
        "openai", "o3-mini", { input: 777, output: 333 } => "0.0023199";
        // embeddings have no output: (8,191 x 0.02) / 1,000,000 = $0.00016382
        "openai", "text-embedding-3-small", { input: 8191, output: 0 } => "0.00016382";
        // first tier; thoughts added to the answer: (1,500 x 1.25 + 900 x 10) / 1,000,000 = $0.010875
        "google", "gemini-2.5-pro", { input: 1500, output: 900, reasoning: 650 } => "0.010875";
        // second tier: (250,000 x 2.5 + 2,000 x 15) / 1,000,000 = $0.655
        "google", "gemini-2.5-pro", { input: 250000, output: 2000 } => "0.655";
        // what tools read is input: (1,200 x 0.3 + 80 x 2.5) / 1,000,000 = $0.00056
        "google", "gemini-2.5-flash", { input: 1200, output: 80, tool: 700 } => "0.00056";
        // cache read: (10,000 x 0.1 + 40,000 x 0.025 + 500 x 0.4) / 1,000,000 = $0.0022
        "google", "gemini-2.0-flash", { input: 50000, output: 500, cache_read: 40000 } => "0.0022";
        // plain: (2,000 x 0.5 + 1,000 x 1.5) / 1,000,000 = $0.0025
        "mistral", "mistral-large-2512", { input: 2000, output: 1000 } => "0.0025";
        // plain: (4,321 x 0.3 + 1,234 x 0.9) / 1,000,000 = $0.0024069
        "mistral", "codestral-2508", { input: 4321, output: 1234 } => "0.0024069";
        // by day in UTC, half from the cache: (1,000 x 0.27 + 1,000 x 0.07 + 500 x 1.1) / 1,000,000 = $0.00089
        "deepseek", "deepseek-chat", at "2026-11-21T10:00:00Z" { input: 2000, output: 500, cache_read: 1000 } => "0.00089";
        // by night in UTC: (1,000 x 0.135 + 1,000 x 0.035 + 500 x 0.55) / 1,000,000 = $0.000445
        "deepseek", "deepseek-chat", at "2026-11-21T20:00:00Z" { input: 2000, output: 500, cache_read: 1000 } => "0.000445";
        // by day: (100 x 0.55 + 4,000 x 2.19) / 1,000,000 = $0.008815
        "deepseek", "deepseek-reasoner", at "2026-11-21T10:00:00Z" { input: 100, output: 4000, reasoning: 3900 } => "0.008815";
        // plain: (1,111 x 0.59 + 222 x 0.79) / 1,000,000 = $0.00083087
        "groq", "llama-3.3-70b-versatile", { input: 1111, output: 222 } => "0.00083087";
        // cache read: (1,000 x 0.15 + 2,000 x 0.075 + 100 x 0.6) / 1,000,000 = $0.00036
        "groq", "openai/gpt-oss-120b", { input: 3000, output: 100, cache_read: 2000 } => "0.00036";
        // plain: (640 x 2.5 + 128 x 10) / 1,000,000 = $0.00288
        "cohere", "command-a", { input: 640, output: 128 } => "0.00288";
        // a price below a tenth: (333 x 0.0375 + 77 x 0.15) / 1,000,000 = $0.0000240375
        "cohere", "command-r7b", { input: 333, output: 77 } => "0.0000240375";
        // thoughts were beside the answer and are added: (500 x 3 + 500 x 0.75 + 900 x 15) / 1,000,000 = $0.015375
        "x-ai", "grok-4-0709", { input: 1000, output: 900, cache_read: 500, reasoning: 700 } => "0.015375";
        // plain: (32 x 0.3 + 9 x 0.5) / 1,000,000 = $0.0000141
        "x-ai", "grok-3-mini", { input: 32, output: 9 } => "0.0000141";
        // cache written and read: (1,000 x 3 + 4,000 x 0.3 + 5,000 x 3.75 + 600 x 15) / 1,000,000 = $0.03195
        "openrouter", "anthropic/claude-sonnet-4", { input: 10000, output: 600, cache_read: 4000, cache_write: 5000 } => "0.03195";
        // plain: (14 x 0.15 + 163 x 0.6) / 1,000,000 = $0.0000999
        "openrouter", "openai/gpt-4o-mini", { input: 14, output: 163 } => "0.0000999";
        // cache read: (4,500 x 1.32 + 1,500 x 0.13 + 800 x 3.96) / 1,000,000 = $0.009303
        "together", "deepseek-ai/DeepSeek-V4-Pro-0813", { input: 6000, output: 800, cache_read: 1500 } => "0.009303";
        // cache read: (2,048 x 0.56 + 2,048 x 0.28 + 512 x 1.68) / 1,000,000 = $0.00258048
        "fireworks", "accounts/fireworks/models/deepseek-v3p2", { input: 4096, output: 512, cache_read: 2048 } => "0.00258048";
        // plain: (999 x 0.2 + 1 x 0.2) / 1,000,000 = $0.0002
        "fireworks", "accounts/fireworks/models/llama-v3p1-8b-instruct", { input: 999, output: 1 } => "0.0002";
        // plain: (1,500 x 0.35 + 2,500 x 0.75) / 1,000,000 = $0.0024
        "cerebras", "gpt-oss-120b", { input: 1500, output: 2500 } => "0.0024";
        // plain: (70 x 0.1 + 30 x 0.1) / 1,000,000 = $0.00001
        "cerebras", "llama3.1-8b", { input: 70, output: 30 } => "0.00001";
        // a fee for each request: (100 x 3 + 400 x 15) / 1,000,000 + $0.014 for the request = $0.0203
        "perplexity", "sonar-pro", { input: 100, output: 400 } => "0.0203";
        // thoughts, citations and searches have prices of their own: (33 x 2 + 1,000 x 8 + 20,000 x 3 + 7,000 x 2) / 1,000,000 + 18 searches x $0.005 = $0.172066
        "perplexity", "sonar-deep-research", { input: 33, output: 28000, reasoning: 20000, citation: 7000, searches: 18 } => "0.172066";
        // cache read: (500 x 0.8 + 2,000 x 0.2 + 250 x 3.2) / 1,000,000 = $0.0016
        "aws", "amazon.nova-pro-v1:0", { input: 2500, output: 250, cache_read: 2000 } => "0.0016";
        // cache beside the input, added: (500 x 3 + 1,000 x 0.3 + 1,500 x 3.75 + 100 x 15) / 1,000,000 = $0.008925
        "aws", "global.anthropic.claude-sonnet-4-20250514-v1:0", { input: 3000, output: 100, cache_read: 1000, cache_write: 1500 } => "0.008925";
        // plain: (123 x 0.72 + 456 x 0.72) / 1,000,000 = $0.00041688
        "aws", "meta.llama3-1-70b-instruct-v1:0", { input: 123, output: 456 } => "0.00041688";
        // plain: (640 x 0.7 + 1,280 x 2.5) / 1,000,000 = $0.003648
        "huggingface_novita", "deepseek-ai/DeepSeek-R1", { input: 640, output: 1280 } => "0.003648";
        // cache read: (4,096 x 0.6 + 4,096 x 0.15 + 333 x 2.5) / 1,000,000 = $0.0039045
        "moonshotai", "kimi-k2-0905-preview", { input: 8192, output: 333, cache_read: 4096 } => "0.0039045";
        // cache read: (1,500 x 0.7 + 500 x 0.35 + 750 x 2.5) / 1,000,000 = $0.0031
        "novita", "deepseek/deepseek-r1-0528", { input: 2000, output: 750, cache_read: 500 } => "0.0031";
    }
}

#[test]
fn costs_are_what_they_are_reckoned_to_be_by_hand() {
    let table = table();
    assert!(table.len() >= 41, "{} vectors", table.len());
    let mut wrong = Vec::new();
    for vector in table {
        let pricing =
            Pricing { prices_id: Some(vector.provider.to_owned()), ..Pricing::unknown() }.at(vector.at);
        let cost = pricing.cost(vector.model, &vector.usage);
        let expected = Money::parse(vector.dollars);
        if (cost.amount, cost.source) != (expected, CostSource::Computed) {
            wrong.push(format!("{} {}: {:?}, not {}", vector.provider, vector.model, cost, vector.dollars));
        }
        // A figure of the provider's own stands, and ours is kept beside it.
        let told = TokenUsage { provider_cost: Some(Money(7)), ..vector.usage };
        assert_eq!(pricing.cost(vector.model, &told).amount, Some(Money(7)));
        assert_eq!(pricing.computed(vector.model, &told), cost.amount);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
