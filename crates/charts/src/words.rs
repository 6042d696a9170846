//! Numbers and moments as a person reads them, in the writer's language. The page words the same numbers by itself
//! (`figures.ts`); both follow the same rules, and a table of examples is tested on either side.

use crate::figures::{Measure, Step};
use inkhorn_domain::Money;
use inkhorn_fault::Language;
use jiff::civil::DateTime;

/// An amount of this measure, as exact as a person wants it.
pub fn amount(measure: Measure, value: i128, language: Language) -> String {
    match measure {
        Measure::Spend => money(value, language),
        Measure::Time => span(value, language),
        Measure::Tokens | Measure::Requests | Measure::Errors => count(value, language),
    }
}

/// An amount as exact as it is: decimal dollars, a whole count, milliseconds. For programs.
pub fn exact(measure: Measure, value: i128) -> String {
    match measure {
        Measure::Spend => dollars(value),
        _ => value.to_string(),
    }
}

/// Pico-dollars as decimal text without trailing zeros, of any size.
pub fn dollars(pico: i128) -> String {
    if let Ok(pico) = i64::try_from(pico) {
        return Money(pico).to_string();
    }
    let per_dollar = i128::from(Money::PER_DOLLAR);
    let fraction = format!("{:012}", (pico % per_dollar).unsigned_abs());
    let text = format!("{}.{fraction}", pico / per_dollar);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// US dollars: cents, and where it is less than one, two digits that count.
pub fn money(pico: i128, language: Language) -> String {
    let per_dollar = i128::from(Money::PER_DOLLAR);
    let sign = if pico < 0 { "-" } else { "" };
    let size = pico.saturating_abs();
    let mut decimals = 2;
    if size > 0 && size < per_dollar / 100 {
        // The first digit that counts, and one more.
        let digits = size.ilog10();
        decimals = 12 - digits + 1;
    }
    let unit = 10_i128.pow(12_u32.saturating_sub(decimals.min(12)));
    let rounded = size.saturating_add(unit / 2) / unit * unit;
    let whole = grouped(rounded / per_dollar, language);
    let mut fraction = format!("{:012}", rounded % per_dollar);
    fraction.truncate(decimals.min(12) as usize);
    if decimals > 2 {
        let kept = fraction.trim_end_matches('0').len().max(2);
        fraction.truncate(kept);
    }
    match language {
        Language::English => format!("{sign}${whole}.{fraction}"),
        Language::Indonesian => format!("{sign}USD {whole},{fraction}"),
    }
}

/// A whole number with its thousands set apart.
pub fn count(value: i128, language: Language) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(value.saturating_abs(), language))
}

/// Milliseconds as seconds: `0.4 s`, `12 s`; what is less than a tenth of one, as it is: `12 ms`.
pub fn span(ms: i128, language: Language) -> String {
    if ms < 100 {
        return format!("{} ms", ms.max(0));
    }
    let unit = match language {
        Language::English => "s",
        Language::Indonesian => "dtk",
    };
    if ms < 10_000 {
        let tenths = ms.max(0).saturating_add(50) / 100;
        return format!("{}{}{} {unit}", tenths / 10, decimal_mark(language), tenths % 10);
    }
    format!("{} {unit}", grouped(ms.saturating_add(500) / 1_000, language))
}

/// A figure at an axis: short, because there are several.
pub(crate) fn at_axis(measure: Measure, value: i128, language: Language) -> String {
    match measure {
        Measure::Spend => {
            let per_dollar = i128::from(Money::PER_DOLLAR);
            if value >= per_dollar * 10_000 {
                let (short, _) = short(value / per_dollar, language);
                return match language {
                    Language::English => format!("${short}"),
                    Language::Indonesian => format!("USD {short}"),
                };
            }
            let text = money(value, language);
            text.strip_suffix(".00").or_else(|| text.strip_suffix(",00")).unwrap_or(&text).to_owned()
        }
        // Steps under a second are not all tenths of one.
        Measure::Time if value < 1_000 => format!("{} ms", value.max(0)),
        Measure::Time => span(value, language),
        Measure::Tokens | Measure::Requests | Measure::Errors => short(value, language).0,
    }
}

/// `950`, `8.2k`, `128k`, `1M`, and whether anything was cut off.
fn short(value: i128, language: Language) -> (String, bool) {
    const STEPS: [(i128, &str, &str); 4] = [
        (1_000_000_000_000, "T", " T"),
        (1_000_000_000, "B", " M"),
        (1_000_000, "M", " jt"),
        (1_000, "k", " rb"),
    ];
    let Some((step, english, indonesian)) = STEPS.iter().find(|(step, ..)| value >= *step) else {
        return (value.to_string(), false);
    };
    let unit = if language == Language::English { english } else { indonesian };
    let tenths = value / (step / 10);
    let cut = value % (step / 10) != 0;
    let text = match (tenths / 10, tenths % 10) {
        (whole, tenth) if whole < 10 && tenth > 0 => format!("{whole}{}{tenth}", decimal_mark(language)),
        (whole, _) => grouped(whole, language),
    };
    (format!("{text}{unit}"), cut)
}

/// When a column begins, in full: `Sat 14 Nov 2026`, with its hour where it is one.
pub fn moment(begins: DateTime, step: Step, language: Language) -> String {
    let (day, year) = (begins.day(), begins.year());
    let month = month(begins, language);
    let weekday = weekday(usize::from(begins.weekday().to_monday_zero_offset().unsigned_abs()), language);
    match step {
        Step::Month => format!("{month} {year}"),
        Step::Day => format!("{weekday} {day} {month} {year}"),
        Step::Hour => {
            format!("{weekday} {day} {month} {year}, {}", hour(usize::from(begins.hour().unsigned_abs())))
        }
    }
}

/// The same at an axis: `14 Nov`, `09:00`, `Nov 2026`.
pub(crate) fn moment_at_axis(begins: DateTime, step: Step, language: Language) -> String {
    match step {
        Step::Month => format!("{} {}", month(begins, language), begins.year()),
        Step::Day => format!("{} {}", begins.day(), month(begins, language)),
        Step::Hour => hour(usize::from(begins.hour().unsigned_abs())),
    }
}

/// An hour of the day, from 0: `09:00`.
pub fn hour(hour: usize) -> String {
    format!("{hour:02}:00")
}

/// A weekday, from Monday as 0.
pub fn weekday(day: usize, language: Language) -> &'static str {
    const ENGLISH: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const INDONESIAN: [&str; 7] = ["Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"];
    match language {
        Language::English => ENGLISH[day % 7],
        Language::Indonesian => INDONESIAN[day % 7],
    }
}

fn month(date: DateTime, language: Language) -> &'static str {
    const ENGLISH: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const INDONESIAN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
    let at = usize::from(date.month().unsigned_abs()).saturating_sub(1) % 12;
    match language {
        Language::English => ENGLISH[at],
        Language::Indonesian => INDONESIAN[at],
    }
}

/// Requests whose cost nobody knows, in words: `2 requests of unknown cost`.
pub fn unknown_cost(requests: u64, language: Language) -> String {
    let number = count(i128::from(requests), language);
    match (language, requests) {
        (Language::English, 1) => "1 request of unknown cost".to_owned(),
        (Language::English, _) => format!("{number} requests of unknown cost"),
        (Language::Indonesian, _) => format!("{number} permintaan yang biayanya tidak diketahui"),
    }
}

fn decimal_mark(language: Language) -> char {
    if language == Language::English { '.' } else { ',' }
}

fn grouped(value: i128, language: Language) -> String {
    let digits = value.to_string();
    let mark = if language == Language::English { ',' } else { '.' };
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, Indonesian};

    /// The examples of the page's `figures.test.ts`.
    #[test]
    fn money_reads_as_the_page_words_it() {
        for (text, english, indonesian) in [
            ("0", "$0.00", "USD 0,00"),
            ("4.1182", "$4.12", "USD 4,12"),
            ("1234.5", "$1,234.50", "USD 1.234,50"),
            ("0.00043", "$0.00043", "USD 0,00043"),
            ("0.0089", "$0.0089", "USD 0,0089"),
            ("0.001", "$0.001", "USD 0,001"),
            ("0.000000000001", "$0.000000000001", "USD 0,000000000001"),
            ("0.01", "$0.01", "USD 0,01"),
            ("0.999", "$1.00", "USD 1,00"),
        ] {
            let pico = i128::from(Money::parse(text).expect("money").0);
            assert_eq!((money(pico, English), money(pico, Indonesian)), (english.into(), indonesian.into()));
        }
    }

    #[test]
    fn figures_at_an_axis_are_short() {
        let axis = |measure, value| at_axis(measure, value, English);
        assert_eq!(axis(Measure::Tokens, 8_200), "8.2k");
        assert_eq!(axis(Measure::Requests, 950), "950");
        assert_eq!(axis(Measure::Tokens, 128_000_000), "128M");
        assert_eq!(axis(Measure::Spend, 5 * i128::from(Money::PER_DOLLAR)), "$5");
        assert_eq!(axis(Measure::Spend, 25_000 * i128::from(Money::PER_DOLLAR)), "$25k");
        assert_eq!(axis(Measure::Time, 2_500), "2.5 s");
        assert_eq!([0, 5, 250].map(|ms| axis(Measure::Time, ms)), ["0 ms", "5 ms", "250 ms"]);
        assert_eq!([0, 12, 150].map(|ms| span(ms, English)), ["0 ms", "12 ms", "0.2 s"]);
        assert_eq!(at_axis(Measure::Tokens, 1_500_000, Indonesian), "1,5 jt");
    }

    #[test]
    fn sums_beyond_one_amount_keep_their_digits() {
        assert_eq!(dollars(i128::from(i64::MAX) * 10 + 1), "92233720.368547758071");
        assert_eq!(dollars(54_399_000_000), "0.054399");
    }

    proptest::proptest! {
        #[test]
        fn any_amount_has_words(value: i128) {
            for measure in [Measure::Spend, Measure::Tokens, Measure::Time] {
                for language in [English, Indonesian] {
                    proptest::prop_assert!(!amount(measure, value, language).is_empty());
                    proptest::prop_assert!(!at_axis(measure, value, language).is_empty());
                }
                proptest::prop_assert!(!exact(measure, value).is_empty());
            }
        }
    }
}
