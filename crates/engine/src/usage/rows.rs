//! Rows written out one by one, for exports of any length.

use super::{csv, row_view, total_view};
use crate::Inner;
use crate::time::Range;
use inkhorn_contract::{UsageRows, UsageView};
use inkhorn_fault::Fault;
use inkhorn_store::usage::load_page;
use inkhorn_store::usage_sums::Filter;
use inkhorn_store::usage_sums::{Question, gather};
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

/// What was written, added up from the rows themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Written {
    pub requests: u64,
    pub cost: i128,
    pub unpriced: u64,
}

/// Writes the rows of a range, newest first.
pub(super) fn write_rows(
    inner: &Inner,
    range: Range,
    filter: &Filter,
    form: RowsForm,
    zone: &TimeZone,
    out: &mut impl Write,
) -> Result<Written, NotWritten> {
    let times = range.from..range.until;
    let mut written = Written::default();
    out.write_all(match form {
        RowsForm::Csv => csv::REQUESTS.as_bytes(),
        RowsForm::Json => b"{\"rows\":[",
    })?;
    let mut before = None;
    loop {
        let page = inner.store.read_usage(|db| load_page(db, &times, filter, before, AT_ONCE));
        let (rows, next) = page?;
        for row in rows {
            let cost = row.cost;
            let view = row_view(row, zone);
            match form {
                RowsForm::Csv => out.write_all(csv::request(&view).as_bytes())?,
                RowsForm::Json => {
                    let comma: &[u8] = if written.requests > 0 { b"," } else { b"" };
                    out.write_all(comma)?;
                    serde_json::to_writer(&mut *out, &view).map_err(io::Error::from)?;
                }
            }
            written.requests += 1;
            match cost {
                Some(cost) => written.cost += i128::from(cost.0),
                None => written.unpriced += 1,
            }
        }
        before = next;
        if before.is_none() {
            break;
        }
    }
    if form == RowsForm::Json {
        let total = inner.store.read_usage(|db| gather(db, &Question::new(times, filter)))?.total;
        let total = serde_json::to_string(&total_view(&total)).map_err(io::Error::from)?;
        writeln!(out, "],\"total\":{total}}}")?;
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
