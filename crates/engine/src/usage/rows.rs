//! Rows written out one by one, for exports of any length.

use super::{csv, row_view, total_view};
use crate::Inner;
use crate::time::Range;
use inkhorn_contract::{UsageRows, UsageView};
use inkhorn_fault::Fault;
use inkhorn_store::usage::{UsageRow, load_page};
use inkhorn_store::usage_sums::{Filter, Question, Sums, gather};
use jiff::tz::TimeZone;
use std::io::{self, Write};

/// Rows that are read at once.
const AT_ONCE: u32 = 4_096;

/// The form of rows that are written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsForm {
    /// RFC 4180, with a head.
    Csv,
    /// One document, `{rows, total}`.
    Json,
}

/// Why rows were not written.
#[derive(Debug)]
pub enum NotWritten {
    /// They could not be read.
    Fault(Fault),
    /// Where they go could not be written.
    Closed(io::Error),
}

impl From<Fault> for NotWritten {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<io::Error> for NotWritten {
    fn from(error: io::Error) -> Self {
        Self::Closed(error)
    }
}

/// Writes the rows of a range, newest first, and their total. Both are of one moment, whatever is written down meanwhile;
/// the total has the requests too whose rows were removed. Gives back what the written rows add up to.
pub(super) fn write_rows(
    inner: &Inner,
    range: Range,
    filter: &Filter,
    form: RowsForm,
    zone: &TimeZone,
    out: &mut impl Write,
) -> Result<Sums, NotWritten> {
    let times = range.from..range.until;
    inner.store.read_usage(|db| {
        let page = |before| load_page(db, &times, filter, before, AT_ONCE);
        let total = || gather(db, &Question::new(times.clone(), filter)).map(|found| found.total);
        Ok(write_pages(page, total, form, zone, out))
    })?
}

fn write_pages(
    page: impl Fn(Option<i64>) -> Result<(Vec<UsageRow>, Option<i64>), Fault>,
    total: impl FnOnce() -> Result<Sums, Fault>,
    form: RowsForm,
    zone: &TimeZone,
    out: &mut impl Write,
) -> Result<Sums, NotWritten> {
    let mut written = Sums::default();
    out.write_all(match form {
        RowsForm::Csv => csv::REQUESTS.as_bytes(),
        RowsForm::Json => b"{\"rows\":[",
    })?;
    let mut before = None;
    loop {
        let (rows, next) = page(before)?;
        for row in rows {
            let sums = Sums::from(&row);
            let view = row_view(row, zone);
            match form {
                RowsForm::Csv => out.write_all(csv::request(&view).as_bytes())?,
                RowsForm::Json => {
                    let comma: &[u8] = if written.attempts > 0 { b"," } else { b"" };
                    out.write_all(comma)?;
                    serde_json::to_writer(&mut *out, &view).map_err(io::Error::from)?;
                }
            }
            written.add(&sums);
        }
        before = next;
        if before.is_none() {
            break;
        }
    }
    if form == RowsForm::Json {
        let view = serde_json::to_string(&total_view(&total()?)).map_err(io::Error::from)?;
        writeln!(out, "],\"total\":{view}}}")?;
    }
    out.flush()?;
    Ok(written)
}

/// Writes what is in memory already: groups.
pub(super) fn write_view(view: &UsageView, form: RowsForm, out: &mut impl Write) -> io::Result<()> {
    match (form, &view.rows) {
        (RowsForm::Json, _) => {
            serde_json::to_writer(&mut *out, view)?;
            out.write_all(b"\n")?;
        }
        (RowsForm::Csv, UsageRows::Groups(groups)) => out.write_all(csv::groups(groups).as_bytes())?,
        (RowsForm::Csv, UsageRows::Requests(rows)) => {
            out.write_all(csv::REQUESTS.as_bytes())?;
            for row in rows {
                out.write_all(csv::request(row).as_bytes())?;
            }
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{house, row};
    use super::*;
    use inkhorn_domain::UnixMillis;

    /// Writes down one row more as soon as it is given the first one.
    struct Meanwhile<'e> {
        inner: &'e Inner,
        given: Vec<u8>,
    }

    impl Write for Meanwhile<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.given.ends_with(b"[") {
                self.inner.store.append_usage(&row(2)).expect("written");
            }
            self.given.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_row_that_comes_meanwhile_is_in_the_rows_and_the_total_or_in_neither() {
        let (_profile, engine) = house();
        for _ in 0..3 {
            engine.inner.store.append_usage(&row(1)).expect("written");
        }
        let range = Range { from: UnixMillis::MIN, until: UnixMillis::MAX };
        let mut out = Meanwhile { inner: &engine.inner, given: Vec::new() };
        let filter = Filter::default();
        let total = write_rows(&engine.inner, range, &filter, RowsForm::Json, &TimeZone::UTC, &mut out)
            .expect("written");
        let document: serde_json::Value = serde_json::from_slice(&out.given).expect("JSON");
        assert_eq!(document["rows"].as_array().map(Vec::len), Some(3));
        assert_eq!((&document["total"]["requests"], total.attempts), (&3.into(), 3));
        let now =
            engine.inner.store.read_usage(|db| load_page(db, &(0..10), &filter, None, 9)).expect("rows");
        assert_eq!(now.0.len(), 4, "it did come");
    }
}
