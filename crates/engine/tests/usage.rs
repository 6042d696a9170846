//! The Usage page's numbers against the rows that they stand for: page, drawing, export and command line say the same, to
//! the last pico-dollar; what nobody knows is counted and in no sum; a file is whole or not there.
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what it expected")]

use inkhorn_contract::*;
use inkhorn_domain::{CostSource, Face, Money, Quality, RequestId, RequestResult, TokenUsage, UnixMillis};
use inkhorn_engine::{Clock, Engine, EngineOptions, FixedEnvironment, NotWritten, RowsForm};
use inkhorn_fault::Code;
use inkhorn_secret::Secret;
use inkhorn_store::Store;
use inkhorn_store::usage::UsageRow;
use inkhorn_testkit::ScratchProfile;
use inkhorn_vault::NoKeychain;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A clock that stands still at noon of the writer's own day.
struct Noon(UnixMillis);

impl Clock for Noon {
    fn now(&self) -> UnixMillis {
        self.0
    }

    fn since_start(&self) -> Duration {
        Duration::ZERO
    }
}

const TODAY: Date = date(2026, 11, 21);

fn noon_of(day: Date) -> UnixMillis {
    let zoned = day.at(12, 0, 0, 0).to_zoned(TimeZone::system()).expect("a noon");
    zoned.timestamp().as_millisecond()
}

struct House {
    engine: Engine,
    store: Store,
    profile: ScratchProfile,
}

impl House {
    fn at(today: Date) -> Self {
        let profile = ScratchProfile::make();
        let engine = Engine::open(EngineOptions {
            dir: profile.data_dir(),
            passphrase: Some(Secret::new("correct horse battery staple".into())),
            face: Face::Window,
            keychain: Arc::new(NoKeychain),
            clock: Arc::new(Noon(noon_of(today))),
            environment: Arc::new(FixedEnvironment::default()),
        })
        .expect("a fresh profile opens");
        let store = Store::open(&profile.data_dir()).expect("a second program opens it too");
        Self { engine, store, profile }
    }

    fn used(&self, row: UsageRow) {
        self.store.append_usage(&row).expect("a row is kept");
    }

    async fn page(&self, request: UsageDashboardRequest) -> UsageDashboardView {
        self.engine.usage_dashboard(request).await.expect("the page has an answer")
    }

    /// Where the writer lets exports go.
    fn folder(&self) -> PathBuf {
        let folder = self.profile.root().join("exports");
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    async fn export(&self, form: UsageExportForm, filters: UsageFilters) -> UsageExportView {
        let request = self.wish(form, filters);
        self.engine.usage_export(request).await.expect("an export")
    }

    fn wish(&self, form: UsageExportForm, filters: UsageFilters) -> UsageExportRequest {
        UsageExportRequest {
            period: UsagePeriod::Month,
            filters,
            form,
            measure: UsageMeasure::Spend,
            by: UsageDimension::Model,
            language: PageLanguage::En,
            folder: Some(self.folder().display().to_string()),
        }
    }
}

fn row(time: UnixMillis, slug: &str, model: &str) -> UsageRow {
    UsageRow {
        request: RequestId([7; 16]),
        attempt: 1,
        time,
        face: Face::Window,
        app: None,
        feature: "chat".into(),
        connection: None,
        slug: Some(slug.into()),
        provider: Some(slug.into()),
        model_asked: model.into(),
        model_answered: Some(model.into()),
        tokens: TokenUsage { input: Some(1_000), output: Some(200), ..TokenUsage::default() },
        cost: Some(Money(54_399_000_001)),
        computed: None,
        price: None,
        cost_source: CostSource::Computed,
        quality: Quality::Reported,
        result: RequestResult::Completed,
        fault: None,
        latency_ms: Some(4_000),
        first_token_ms: Some(500),
        finish: None,
    }
}

/// Three weeks of a writer: two connections, one model of unknown price, failures, an app with a name like a formula.
fn some_weeks(house: &House) -> Vec<UsageRow> {
    let mut rows = Vec::new();
    for at in 0..240_i64 {
        let day = TODAY.saturating_sub((at % 24).days());
        let time = noon_of(day) + (at * 7 % 11 - 5) * 3_600_000 + at;
        let mut one = match at % 5 {
            0 => row(time, "openai", "gpt-4o"),
            1 => row(time, "openai", "gpt-4o-mini"),
            2 => row(time, "router", "vendor/model"),
            3 => UsageRow { cost: None, cost_source: CostSource::Unknown, ..row(time, "router", "mystery") },
            _ => UsageRow {
                app: Some("=SUM(A1)".into()),
                face: Face::Gateway,
                feature: "gateway".into(),
                ..row(time, "router", "vendor/model")
            },
        };
        one.cost = one.cost.map(|cost| Money(cost.0 + at));
        if at % 17 == 0 {
            one.result = RequestResult::Failed;
            one.fault = Some(Code::RateLimited);
        }
        house.used(one.clone());
        rows.push(one);
    }
    rows
}

fn pico(text: &str) -> i128 {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction: i128 = format!("{fraction:0<12}").parse().expect("a fraction");
    sign * (whole.parse::<i128>().expect("dollars") * 1_000_000_000_000 + fraction)
}

fn this_month(rows: &[UsageRow]) -> Vec<&UsageRow> {
    let from = noon_of(TODAY.first_of_month()) - 12 * 3_600_000;
    rows.iter().filter(|row| row.time >= from).collect()
}

fn cost_of(rows: &[&UsageRow]) -> i128 {
    rows.iter().filter_map(|row| row.cost).map(|cost| i128::from(cost.0)).sum()
}

#[tokio::test]
async fn page_drawing_export_and_command_line_say_the_same() {
    let house = House::at(TODAY);
    let rows = some_weeks(&house);
    let month = this_month(&rows);
    assert!(month.len() > 150 && month.len() < rows.len(), "some rows lie before this month");

    let page = house.page(UsageDashboardRequest { width: 720, ..Default::default() }).await;
    let total = &page.total;
    assert_eq!((page.from.as_str(), page.until.as_str()), ("2026-11-01", "2026-11-21"));
    assert_eq!(total.requests as usize, month.len());
    assert_eq!(pico(total.cost.as_deref().expect("known costs")), cost_of(&month));
    assert_eq!(total.unpriced_requests as usize, month.iter().filter(|row| row.cost.is_none()).count());
    let failed = month.iter().filter(|row| row.result == RequestResult::Failed).count();
    assert_eq!(total.failed_requests as usize, failed);
    assert_eq!((total.latency_ms, total.first_token_ms), (Some(4_000), Some(500)));

    // The chart's columns, its layers, the table, and the week add up to it.
    let columns: i128 = page.chart.columns.iter().map(|column| pico(&column.value)).sum();
    let parts: i128 = page.chart.columns.iter().flat_map(|column| &column.parts).map(|part| pico(part)).sum();
    let groups: i128 = page.groups.iter().filter_map(|group| group.sums.cost.as_deref()).map(pico).sum();
    let week: i128 = page.week.cells.iter().flatten().map(|cell| pico(cell)).sum();
    assert_eq!([columns, parts, groups, week, pico(&page.chart.total)], [cost_of(&month); 5]);
    assert_eq!(page.chart.columns.len(), 21);
    let unpriced: u64 = page.chart.columns.iter().map(|column| column.unpriced).sum();
    assert_eq!(unpriced, total.unpriced_requests);

    // The drawings say the very numbers of the views.
    let drawn: Vec<&str> = attributes(&page.chart.svg, "data-value").collect();
    let shown: Vec<&str> = page.chart.columns.iter().map(|column| column.value.as_str()).collect();
    assert_eq!(drawn, shown);
    let cells: Vec<&str> = page.week.cells.iter().flatten().map(String::as_str).collect();
    assert_eq!(attributes(&page.week.svg, "data-value").collect::<Vec<_>>(), cells);

    // The command line, for the same days.
    let request =
        UsageRequest { since: Some("2026-11-01".into()), until: Some("2026-11-21".into()), by: None };
    let told = house.engine.usage(request.clone()).await.expect("usage");
    assert_eq!(told.total, page.total);
    let by_day = UsageRequest { by: Some("day".into()), ..request };
    let UsageRows::Groups(days) = house.engine.usage(by_day).await.expect("days").rows else {
        panic!("days were asked for")
    };
    let used = page.chart.columns.iter().filter(|column| column.value != "0" || column.unpriced > 0);
    let names: Vec<&str> = used.map(|column| column.name.as_str()).collect();
    assert_eq!(days.iter().map(|day| day.name.as_str()).collect::<Vec<_>>(), names);

    // And the exports.
    let file = house.export(UsageExportForm::Csv, UsageFilters::default()).await;
    let text = std::fs::read_to_string(&file.path).expect("a file");
    let costs = csv_column(&text, "cost");
    assert_eq!(costs.len(), month.len());
    assert_eq!(
        costs.iter().filter(|cost| !cost.is_empty()).map(|cost| pico(cost)).sum::<i128>(),
        cost_of(&month)
    );
    assert_eq!(file.cost, page.total.cost);
    assert_eq!((file.requests, file.bytes), (page.total.requests, text.len() as u64));
    assert!(csv_column(&text, "app").contains(&"'=SUM(A1)".to_owned()), "no cell is a formula");

    let file = house.export(UsageExportForm::Json, UsageFilters::default()).await;
    let document: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file.path).expect("a file")).expect("JSON");
    assert_eq!(document["total"], serde_json::to_value(&page.total).expect("a total"));
    assert_eq!(document["rows"].as_array().map(Vec::len), Some(month.len()));
}

/// The values of an attribute, in the order of the document.
fn attributes<'s>(svg: &'s str, name: &str) -> impl Iterator<Item = &'s str> {
    let start = format!(" {name}=\"");
    let parts: Vec<&str> = svg.split(start.as_str()).skip(1).collect();
    parts.into_iter().map(|rest| rest.split('"').next().expect("a value"))
}

fn csv_column(text: &str, name: &str) -> Vec<String> {
    let mut lines = text.split("\r\n").filter(|line| !line.is_empty());
    let at = lines.next().expect("a head").split(',').position(|head| head == name).expect("a column");
    let cell = |line: &str| {
        let mut cells = Vec::new();
        let (mut open, mut cell) = (false, String::new());
        for letter in line.chars() {
            match letter {
                '"' => open = !open,
                ',' if !open => cells.push(std::mem::take(&mut cell)),
                letter => cell.push(letter),
            }
        }
        cells.push(cell);
        cells[at].clone()
    };
    lines.map(cell).collect()
}

#[tokio::test]
async fn a_filter_is_one_for_page_and_export() {
    let house = House::at(TODAY);
    let rows = some_weeks(&house);
    let filters = UsageFilters {
        model: Some("router/vendor/model".into()),
        app: Some(String::new()),
        ..UsageFilters::default()
    };
    let own: Vec<&UsageRow> = this_month(&rows)
        .into_iter()
        .filter(|row| row.model_asked == "vendor/model" && row.app.is_none())
        .collect();
    let request = UsageDashboardRequest {
        filters: filters.clone(),
        by: UsageDimension::App,
        width: 720,
        ..Default::default()
    };
    let page = house.page(request).await;
    assert_eq!(page.total.requests as usize, own.len());
    assert_eq!(page.total.cost.as_deref().map(pico), Some(cost_of(&own)));
    assert_eq!(
        page.groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(),
        [""],
        "only Inkhorn itself"
    );
    assert_eq!(page.choices.app, ["", "=SUM(A1)"], "what else could be asked is still offered");
    let file = house.export(UsageExportForm::Csv, filters).await;
    assert_eq!((file.requests as usize, file.cost), (own.len(), page.total.cost));
    let nothing = UsageFilters {
        model: Some("router/vendor/model".into()),
        connection: Some("openai".into()),
        ..UsageFilters::default()
    };
    let page = house.page(UsageDashboardRequest { filters: nothing, width: 720, ..Default::default() }).await;
    assert_eq!((page.total.requests, page.ever, page.mostly), (0, true, None));
}

#[tokio::test]
async fn the_chart_calls_groups_as_the_table_does() {
    let house = House::at(TODAY);
    house.used(UsageRow { provider: None, ..row(noon_of(TODAY), "openai", "gpt-4o") });
    let (feature, app) = ("novel".into(), Some("Pen".into()));
    house.used(UsageRow { feature, app, ..row(noon_of(TODAY), "router", "vendor/model") });
    for (by, language, words) in [
        (UsageDimension::Feature, PageLanguage::En, "Desk"),
        (UsageDimension::Feature, PageLanguage::Id, "Meja"),
        (UsageDimension::App, PageLanguage::En, "Inkhorn itself"),
        (UsageDimension::Provider, PageLanguage::En, "unknown"),
        (UsageDimension::Provider, PageLanguage::Id, "tidak diketahui"),
    ] {
        let page = house.page(UsageDashboardRequest { by, language, width: 720, ..Default::default() }).await;
        let today = page.chart.columns.last().expect("today");
        assert!(today.says.contains(words), "{words}: {}", today.says);
    }
}

#[tokio::test]
async fn the_report_is_drawn_and_printed_and_overwrites_nothing() {
    let house = House::at(TODAY);
    some_weeks(&house);
    let page = house.page(UsageDashboardRequest { width: 720, ..Default::default() }).await;
    let svg = house.export(UsageExportForm::Svg, UsageFilters::default()).await;
    let png = house.export(UsageExportForm::Png, UsageFilters::default()).await;
    assert_eq!((&svg.cost, &png.cost), (&page.total.cost, &page.total.cost));
    let drawn = std::fs::read_to_string(&svg.path).expect("a drawing");
    let dollars = page.total.cost.as_deref().and_then(|cost| cost.parse::<f64>().ok()).expect("a cost");
    assert!(drawn.contains(&format!("${dollars:.2} + {} unknown", page.total.unpriced_requests)), "{drawn}");
    assert!(!drawn.contains("var("), "a file has no page around it");
    assert!(std::fs::read(&png.path).expect("a picture").starts_with(b"\x89PNG"));
    let again = house.export(UsageExportForm::Svg, UsageFilters::default()).await;
    assert!(again.path.ends_with("inkhorn-usage-2026-11-01-to-2026-11-21 (2).svg"), "{}", again.path);
    assert_eq!(std::fs::read_to_string(&svg.path).expect("still there"), drawn);
}

#[tokio::test]
async fn empty_one_row_and_a_bad_range_are_told_apart() {
    let house = House::at(TODAY);
    let ask = || UsageDashboardRequest { width: 0, ..Default::default() };
    let page = house.page(ask()).await;
    assert_eq!((page.ever, page.total.requests, page.total.cost), (false, 0, None));
    assert!(page.chart.layers.is_empty() && page.groups.is_empty() && page.unusual.is_empty());

    house.used(UsageRow { cost: None, cost_source: CostSource::Unknown, ..row(noon_of(TODAY), "a", "m") });
    let page = house.page(ask()).await;
    assert_eq!((page.ever, page.total.requests, page.total.unpriced_requests), (true, 1, 1));
    assert_eq!(page.total.cost, None, "what nobody knows is not 0");
    assert_eq!(page.mostly, None);

    let days = |from: &str, until: &str| UsagePeriod::Days { from: from.into(), until: until.into() };
    let refused = |period| house.engine.usage_dashboard(UsageDashboardRequest { period, ..ask() });
    for period in [days("2026-11-21", "2026-11-20"), days("soon", "2026-11-20"), days("", "")] {
        assert_eq!(refused(period).await.map(drop).map_err(|fault| fault.code()), Err(Code::UsageError));
    }
    let backwards =
        UsageRequest { since: Some("2026-11-21".into()), until: Some("2026-11-01".into()), by: None };
    let told = house.engine.usage_write(backwards, RowsForm::Csv, std::io::sink()).await;
    assert!(matches!(told, Err(NotWritten::Fault(fault)) if fault.code() == Code::UsageError));
}

#[tokio::test]
async fn a_clock_ten_years_off_loses_no_row() {
    let house = House::at(TODAY);
    for day in [TODAY, date(2016, 11, 21), date(2036, 11, 21)] {
        house.used(row(noon_of(day), "a", "m"));
    }
    let days = UsagePeriod::Days { from: "2000-01-01".into(), until: "2099-12-31".into() };
    let page = house.page(UsageDashboardRequest { period: days, width: 720, ..Default::default() }).await;
    assert_eq!((page.total.requests, page.chart.step), (3, "month"));
    assert_eq!(page.chart.columns.iter().map(|column| pico(&column.value)).sum::<i128>(), 3 * 54_399_000_001);
    let month = house.page(UsageDashboardRequest { width: 720, ..Default::default() }).await;
    assert_eq!(month.total.requests, 1, "rows of another year are not this month's");
    let spent = house.engine.app_status(Nothing {}).await.expect("a status").spent_this_month;
    assert_eq!(Some(&spent.usd), month.total.cost.as_ref(), "nor are they spent this month");
    // Thousands of years around them, and the last day of all.
    for (from, until, requests) in [("0001-01-01", "9999-12-31", 3), ("9999-12-31", "9999-12-31", 0)] {
        let days = UsagePeriod::Days { from: from.into(), until: until.into() };
        let ask = UsageDashboardRequest { period: days.clone(), width: 720, ..Default::default() };
        let page = house.page(ask).await;
        assert_eq!(page.total.requests, requests);
        let drawn: i128 = page.chart.columns.iter().map(|column| pico(&column.value)).sum();
        assert_eq!(
            drawn,
            i128::from(requests) * 54_399_000_001,
            "nothing that was used lies outside of the chart"
        );
        let report =
            UsageExportRequest { period: days, ..house.wish(UsageExportForm::Svg, UsageFilters::default()) };
        let report = house.engine.usage_export(report).await.expect("a report");
        assert_eq!(report.requests, requests);
    }
    // The edges of the calendar, as the command line asks.
    for (since, until, requests) in [
        (Some("9999-12-31"), None, 0),
        (None, Some("9999-12-31"), 3),
        (Some("0000-01-01"), Some("9999-12-31"), 3),
        (None, Some("0000-01-01"), 0),
    ] {
        let request = UsageRequest { since: since.map(Into::into), until: until.map(Into::into), by: None };
        let told = house.engine.usage(request).await.expect("usage");
        assert_eq!(told.total.requests, requests, "{since:?} {until:?}");
    }
}

#[tokio::test]
async fn an_unusual_day_and_a_differing_charge_are_told_with_their_numbers() {
    let house = House::at(TODAY);
    for back in 1..=9 {
        house.used(row(noon_of(TODAY.saturating_sub(back.days())), "openai", "gpt-4o"));
    }
    let told = TokenUsage { provider_cost: Some(Money(5_000_000_000_000)), ..row(0, "", "").tokens };
    house.used(UsageRow {
        tokens: told,
        cost: Some(Money(5_000_000_000_000)),
        computed: Some(Money(4_900_000_000_000)),
        cost_source: CostSource::Provider,
        ..row(noon_of(TODAY), "router", "dear")
    });
    let page = house.page(UsageDashboardRequest { width: 720, ..Default::default() }).await;
    let [unusual] = page.unusual.as_slice() else { panic!("one day is unusual: {:?}", page.unusual) };
    assert_eq!((unusual.day.as_str(), unusual.what, unusual.days), ("2026-11-21", "spend", 9));
    assert_eq!((unusual.value.as_str(), unusual.usual.as_str()), ("5", "0.054399000001"));
    assert_eq!(unusual.mostly.as_deref(), Some("router/dear"));
    let difference = page.difference.expect("both are known");
    assert_eq!(
        (difference.requests, difference.told.as_str(), difference.computed.as_str()),
        (1, "5", "4.9")
    );
    assert_eq!(difference.difference, "0.1");
    let mostly = page.mostly.expect("money was spent");
    assert_eq!((mostly.model.as_str(), mostly.feature.as_str(), mostly.app), ("router/dear", "chat", None));
}

async fn connect_openai(engine: &Engine, models: &[&str]) {
    let draft = ConnectionDraft {
        provider: "openai".into(),
        label: Some("OpenAI".into()),
        base_url: None,
        auth: None,
        key: KeyInput::Typed { key: Secret::new("sk-proj-0123456789abcdefghijklmnopqrstuvwxyz".into()) },
        headers: Vec::new(),
        models: models.iter().map(|model| (*model).to_owned()).collect(),
    };
    engine.connections_add(ConnectionAddRequest { draft, test: false }).await.expect("stored untested");
}

#[tokio::test]
async fn the_same_tokens_are_priced_on_other_models_and_what_cannot_be_compared_is_left_out() {
    let house = House::at(TODAY);
    connect_openai(&house.engine, &["gpt-4o", "gpt-4o-mini", "a-model-of-next-year"]).await;
    for _ in 0..3 {
        house.used(row(noon_of(TODAY), "openai", "gpt-4o"));
    }
    house.used(UsageRow { cost: None, ..row(noon_of(TODAY), "openai", "a-model-of-next-year") });
    let advice = house.engine.usage_advice(UsageAdviceRequest::default()).await.expect("advice");
    let used = &advice.used;
    assert_eq!((used.requests, used.left_out, used.input_tokens, used.output_tokens), (3, 1, 3_000, 600));
    assert_eq!(used.cost, "0.163197000003");
    let of = |model: &str| advice.models.iter().find(|one| one.model == model).expect("listed").clone();
    // 3,000 x 2.50 + 600 x 10.00, per million
    assert_eq!(of("openai/gpt-4o").cost.as_deref(), Some("0.0135"));
    // 3,000 x 0.15 + 600 x 0.60, per million
    assert_eq!(of("openai/gpt-4o-mini").cost.as_deref(), Some("0.00081"));
    // To the last digit, and with its sign: the page computes nothing.
    assert_eq!(of("openai/gpt-4o").difference.as_deref(), Some("-0.149697000003"));
    assert_eq!((of("openai/gpt-4o").used, of("openai/gpt-4o-mini").used), (true, false));
    let unknown = of("openai/a-model-of-next-year");
    assert_eq!((unknown.cost, unknown.difference), (None, None));
    assert_eq!((unknown.price, unknown.too_small), ("unknown", None));
    assert_eq!(advice.models.last().map(|one| one.model.as_str()), Some("openai/a-model-of-next-year"));

    let none = UsageAdviceRequest {
        period: UsagePeriod::Days { from: "2026-01-01".into(), until: "2026-01-02".into() },
        ..Default::default()
    };
    let nothing = house.engine.usage_advice(none).await.expect("advice");
    assert_eq!((nothing.used.requests, nothing.used.cost.as_str()), (0, "0"));
}

#[tokio::test]
async fn a_text_is_calculated_for_models_side_by_side() {
    let house = House::at(TODAY);
    connect_openai(&house.engine, &["gpt-4o", "gpt-4o-mini", "a-model-of-next-year"]).await;
    let ask = |text: String, output_tokens| UsageCalculateRequest {
        text,
        output_tokens,
        models: [
            "openai/gpt-4o-mini",
            "openai/a-model-of-next-year",
            "openai/gone",
            "nonsense",
            "openai/gpt-4o",
        ]
        .map(str::to_owned)
        .into(),
    };
    // 40,000 letters in 8,000 words: 10,000 tokens.
    let view = house.engine.usage_calculate(ask("word ".repeat(8_000), 1_000)).await.expect("calculated");
    assert_eq!((view.input_tokens, view.words), (10_000, 8_000));
    let told: Vec<_> = view.models.iter().map(|one| (one.model.as_str(), one.cost.as_deref())).collect();
    // 10,000 x 0.15 + 1,000 x 0.60 and 10,000 x 2.50 + 1,000 x 10.00, per million
    assert_eq!(
        told,
        [
            ("openai/gpt-4o-mini", Some("0.0021")),
            ("openai/a-model-of-next-year", None),
            ("openai/gpt-4o", Some("0.035"))
        ]
    );
    assert_eq!(view.models[0].input_cost.as_deref(), Some("0.0015"));
    assert_eq!((view.models[0].fits, view.models[1].fits), (Some(true), None));
    let long = house.engine.usage_calculate(ask("word ".repeat(200_000), 1_000)).await.expect("calculated");
    assert_eq!(long.models[0].fits, Some(false), "it takes 128,000 tokens");
    let empty = house.engine.usage_calculate(ask(String::new(), 0)).await.expect("calculated");
    assert_eq!((empty.input_tokens, empty.models[0].cost.as_deref()), (0, Some("0")));
}

/// Somewhere to write to that is full after a while.
struct Filling(Arc<Mutex<usize>>);

impl Write for Filling {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut room = self.0.lock().expect("one writer");
        if *room < bytes.len() {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        *room -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn where_an_export_cannot_be_written_it_says_so_and_leaves_nothing() {
    let house = House::at(TODAY);
    some_weeks(&house);
    let full = Filling(Arc::new(Mutex::new(5_000)));
    let told = house.engine.usage_write(UsageRequest::default(), RowsForm::Json, full).await;
    assert!(
        matches!(told, Err(NotWritten::Closed(error)) if error.kind() == std::io::ErrorKind::StorageFull)
    );
    for (folder, code) in [("no-such-folder", Code::Damaged), ("data/inkhorn.db", Code::Damaged)] {
        let folder = house.profile.root().join(folder);
        let request = UsageExportRequest {
            folder: Some(folder.display().to_string()),
            ..house.wish(UsageExportForm::Csv, UsageFilters::default())
        };
        let fault = house.engine.usage_export(request).await.expect_err("nowhere to write");
        assert_eq!(fault.code(), code, "{fault}");
        assert!(fault.message().contains(&folder.display().to_string()), "{fault}");
    }
    assert_eq!(names_in(&house.folder()), Vec::<String>::new());
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

/// In a process whose files may not grow beyond a size, which is what a full disk is like for one program.
#[cfg(unix)]
#[test]
fn a_full_disk_is_named_and_no_half_file_stays() {
    let own = std::env::current_exe().expect("this test");
    let child = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" --ignored --exact full_disk_child --nocapture"])
        .arg(own)
        .output()
        .expect("a child");
    let said = String::from_utf8_lossy(&child.stdout).into_owned() + &String::from_utf8_lossy(&child.stderr);
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

#[cfg(unix)]
#[tokio::test]
#[ignore = "started by a_full_disk_is_named_and_no_half_file_stays, in a process of its own"]
async fn full_disk_child() {
    let house = House::at(TODAY);
    some_weeks(&house);
    // The rows are read; from here on no file of this process grows beyond a few pages.
    let page = house.page(UsageDashboardRequest { width: 720, ..Default::default() }).await;
    assert!(page.total.requests > 100);
    let limit = rustix::process::Rlimit { current: Some(8_192), maximum: None };
    rustix::process::setrlimit(rustix::process::Resource::Fsize, limit).expect("a limit");
    for form in [UsageExportForm::Csv, UsageExportForm::Json, UsageExportForm::Svg, UsageExportForm::Png] {
        let fault = house.engine.usage_export(house.wish(form, UsageFilters::default())).await;
        assert_eq!(fault.map(drop).map_err(|fault| fault.code()), Err(Code::DiskFull), "{form:?}");
    }
    assert_eq!(names_in(&house.folder()), Vec::<String>::new());
}
