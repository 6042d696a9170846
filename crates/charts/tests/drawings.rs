//! Drawings from outside: they say the numbers that they were given, hold nothing but shapes and text, and do not
//! change by themselves. `INKHORN_KEEP_GOLDEN=1` writes the kept ones anew; look at them before they are committed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use inkhorn_charts::figures::{Column, Figures, Line, Lines, Measure, Step, Week};
use inkhorn_charts::words::{dollars, exact};
use inkhorn_charts::{Look, Report, ReportRow, draw_bars, draw_lines, draw_report, draw_week, print_report};
use inkhorn_domain::Money;
use inkhorn_fault::Language::{English, Indonesian};
use jiff::civil::{DateTime, date};
use proptest::prelude::*;
use std::path::Path;

const SIZE: (u32, u32) = (720, 220);

fn pico(text: &str) -> i128 {
    i128::from(Money::parse(text).unwrap().0)
}

fn day(at: i64) -> DateTime {
    date(2026, 11, 1).checked_add(jiff::Span::new().days(at)).unwrap().at(0, 0, 0, 0)
}

fn spend(columns: &[(&[&str], u64)]) -> Figures {
    let layers = columns.first().map_or(0, |(parts, _)| parts.len());
    Figures {
        measure: Measure::Spend,
        step: Step::Day,
        layers: (0..layers)
            .map(|layer| ["Claude Sonnet 4.5", "GPT-5 mini", "others"][layer].into())
            .collect(),
        columns: (0..)
            .zip(columns)
            .map(|(at, (parts, unknown))| Column {
                begins: day(at),
                parts: parts.iter().map(|text| pico(text)).collect(),
                unknown: *unknown,
            })
            .collect(),
    }
}

fn week_of_november() -> Figures {
    spend(&[
        (&["0.42", "0.1", "0"], 0),
        (&["0", "0", "0"], 0),
        (&["1.054399", "0.000001", "0.02"], 2),
        (&["0", "0", "0"], 1),
        (&["2.2", "0.4", "0.31"], 0),
        (&["0.05", "0", "0"], 0),
        (&["0.9", "0.9", "0.9"], 0),
    ])
}

fn bars(figures: &Figures) -> String {
    draw_bars(figures, "Spent by day", SIZE, Look::Page, English).unwrap()
}

/// The values of one attribute, in the order of the document.
fn attributes<'s>(svg: &'s str, name: &str) -> Vec<&'s str> {
    let start = format!(" {name}=\"");
    svg.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

fn assert_kept(name: &str, drawn: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("INKHORN_KEEP_GOLDEN").is_some() {
        std::fs::write(&path, drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == drawn, "{name} is drawn differently; keep it anew if that is meant, and look at it");
}

#[test]
fn a_drawing_says_the_numbers_of_its_table() {
    let figures = week_of_november();
    let svg = bars(&figures);
    let totals: Vec<String> = figures.columns.iter().map(|column| dollars(column.total())).collect();
    assert_eq!(attributes(&svg, "data-value"), totals);
    let parts =
        |column: &Column| column.parts.iter().map(|part| dollars(*part)).collect::<Vec<_>>().join(" ");
    assert_eq!(attributes(&svg, "data-parts"), figures.columns.iter().map(parts).collect::<Vec<_>>());
    assert_eq!(attributes(&svg, "aria-label"), ["Spent by day"]);
    let says: Vec<&str> = svg.split("<title>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(says[0], "Sun 1 Nov 2026: $0.52 (Claude Sonnet 4.5 $0.42, GPT-5 mini $0.10)");
    assert_eq!(says[3], "Wed 4 Nov 2026: $0.00, + 1 request of unknown cost");
    assert_eq!(says.len(), figures.columns.len());
}

#[test]
fn one_mark_is_a_stop_of_the_tab_key_and_the_others_are_reached_by_arrows() {
    let stops = attributes(&bars(&week_of_november()), "tabindex").join(" ");
    assert_eq!(stops, "0 -1 -1 -1 -1 -1 -1");
}

#[test]
fn kept_drawings_are_drawn_the_same_again() {
    assert_kept("week.svg", &bars(&week_of_november()));
    assert_kept(
        "week-dark-id.svg",
        &draw_bars(&week_of_november(), "Biaya per hari", (340, 200), Look::Dark, Indonesian).unwrap(),
    );
    assert_kept("empty.svg", &bars(&spend(&[])));
    assert_kept("one.svg", &bars(&spend(&[(&["4.1182"], 0)])));
    let year: Vec<(&[&str], u64)> = vec![(&["0.25", "0.5"], 0); 366];
    assert_kept("year.svg", &bars(&spend(&year)));
    assert_kept("hours.svg", &bars(&hours()));
    assert_kept(
        "heat.svg",
        &draw_week(&working_week(), "When you work", (720, 180), Look::Page, English).unwrap(),
    );
    assert_kept(
        "times.svg",
        &draw_lines(&times(), "How long answers took", SIZE, Look::Page, English).unwrap(),
    );
    assert_kept("report.svg", &draw_report(&report(), Look::Light, English).unwrap());
}

fn hours() -> Figures {
    Figures {
        measure: Measure::Tokens,
        step: Step::Hour,
        layers: vec!["all".into()],
        columns: (0..48)
            .map(|hour| Column {
                begins: day(hour / 24).with().hour((hour % 24) as i8).build().unwrap(),
                parts: vec![i128::from(hour % 7) * 1_200],
                unknown: 0,
            })
            .collect(),
    }
}

fn working_week() -> Week {
    let mut cells = [[0; 24]; 7];
    for (weekday, hours) in cells.iter_mut().enumerate() {
        for (hour, cell) in hours.iter_mut().enumerate().skip(9).take(9 + weekday) {
            *cell = (hour * (weekday + 1)) as i128;
        }
    }
    Week { measure: Measure::Requests, cells }
}

fn times() -> Lines {
    Lines {
        step: Step::Day,
        begins: (0..6).map(day).collect(),
        lines: vec![
            Line {
                name: "whole answer".into(),
                values: vec![Some(4_200), Some(6_000), None, Some(2_500), None, Some(9_100)],
            },
            Line {
                name: "first token".into(),
                values: vec![Some(420), Some(810), None, Some(300), None, None],
            },
        ],
    }
}

fn report() -> Report {
    let row =
        |layer: Option<usize>, cells: [&str; 4]| ReportRow { layer, cells: cells.map(str::to_owned).into() };
    Report {
        title: "Usage, 1–7 November 2026".into(),
        lead: vec![
            "You have spent $7.25, mostly on Claude Sonnet 4.5.".into(),
            "The cost of 3 more requests is unknown.".into(),
        ],
        figures: week_of_november(),
        heads: ["Model", "Requests", "Tokens", "Cost"].map(str::to_owned).into(),
        rows: vec![
            row(Some(0), ["openrouter/claude-sonnet-4.5", "31", "88,204", "$4.62"]),
            row(
                Some(1),
                [
                    "<script>alert(1)</script> and a name so long that no page could ever hold it in one line",
                    "9",
                    "20,110",
                    "$1.40",
                ],
            ),
            row(Some(2), ["others", "12", "4,000", "$1.23"]),
        ],
        total: ["Together", "52", "112,314", "$7.25"].map(str::to_owned).into(),
        notes: vec!["Costs in US dollars. Unknown costs are in no sum.".into()],
    }
}

#[test]
fn lines_and_weeks_say_their_numbers_too() {
    let svg = draw_lines(&times(), "Times", SIZE, Look::Page, English).unwrap();
    assert_eq!(attributes(&svg, "data-parts"), ["4200 420", "6000 810", " ", "2500 300", " ", "9100 "]);
    assert!(svg.contains("Tue 3 Nov 2026: nothing measured"), "a gap is said, and is not 0");
    assert_eq!(
        svg.matches("<polyline").count() - svg.matches("stroke=\"var(--hair)\"").count(),
        2,
        "broken where nothing was measured"
    );
    let week = working_week();
    let svg = draw_week(&week, "Week", (720, 180), Look::Page, English).unwrap();
    let cells: Vec<String> = week.cells.iter().flatten().map(|cell| exact(week.measure, *cell)).collect();
    assert_eq!(attributes(&svg, "data-value"), cells);
}

#[test]
fn the_page_gets_its_own_colours_and_a_file_gets_real_ones() {
    let figures = week_of_november();
    let page = bars(&figures);
    assert!(
        page.contains("var(--chart-1)") && !page.contains("=\"#"),
        "a fixed colour cannot follow the look"
    );
    for look in [Look::Light, Look::Dark] {
        let file = draw_bars(&figures, "x", SIZE, look, English).unwrap();
        assert!(!file.contains("var("), "a file has no page around it");
    }
}

#[test]
fn a_picture_is_a_png_that_shows_the_report_and_is_the_same_again() {
    let picture = print_report(&report(), Look::Light, English).unwrap();
    assert_eq!(picture, print_report(&report(), Look::Light, English).unwrap());
    let mut reader = png::Decoder::new(std::io::Cursor::new(&picture)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(frame.width, 1_640);
    let seen =
        |red: u8, green: u8, blue: u8| pixels.chunks(3).filter(|pixel| *pixel == [red, green, blue]).count();
    assert!(seen(0x27, 0x40, 0x8b) > 10_000, "the first layer is drawn");
    assert!(seen(0x23, 0x20, 0x1b) > 500, "the words are drawn");
    if let Some(folder) = std::env::var_os("INKHORN_LOOK_AT") {
        std::fs::write(Path::new(&folder).join("report.png"), &picture).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_figures_are_drawn_inside_the_page(
        rows in proptest::collection::vec((any::<[i128; 3]>(), any::<u64>()), 0..40),
        names in any::<[String; 3]>(),
    ) {
        let figures = Figures {
            measure: Measure::Spend,
            step: Step::Day,
            layers: names.to_vec(),
            columns: (0..).zip(&rows).map(|(at, (parts, unknown))| Column {
                begins: day(at), parts: parts.to_vec(), unknown: *unknown,
            }).collect(),
        };
        let svg = bars(&figures);
        prop_assert_eq!(svg.matches(" class=\"mark\"").count(), rows.len());
        for name in ["height", "width", "x"] {
            for value in attributes(&svg, name) {
                let value: f64 = value.parse().unwrap();
                prop_assert!((0.0..=720.0).contains(&value), "{} = {}", name, value);
            }
        }
        // Every < begins one of the few elements that are written.
        let strange = svg.split('<').skip(1).find(|tag| {
            !["svg", "g", "rect", "line", "circle", "polyline", "polygon", "text", "title", "/"].iter().any(|known| tag.starts_with(known))
        });
        prop_assert_eq!(strange, None);
    }
}
