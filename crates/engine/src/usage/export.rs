//! Usage as a file that the writer keeps. Whole or not there at all, and never over another file.

use super::draw::{language_of, not_drawn};
use super::period::Period;
use super::rows::{NotWritten, RowsForm, write_rows};
use super::sums::filter_of;
use super::total_view;
use crate::{Engine, Inner, blocking};
use inkhorn_charts::{Look, draw_report, print_report};
use inkhorn_contract::*;
use inkhorn_fault::{Code, Fault, Result};
use inkhorn_store::usage_sums::Sums;
use inkhorn_store::{file_fault, save_file_in_parts};
use jiff::tz::TimeZone;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Names that are tried before giving up: nobody exports the same month a thousand times into one folder.
const MOST_NAMES: u32 = 1_000;

impl Engine {
    /// Writes an export, and says where it is.
    ///
    /// # Errors
    /// `disk_full`, or that the folder cannot be written to; nothing is left behind then.
    pub async fn usage_export(&self, request: UsageExportRequest) -> Result<UsageExportView> {
        let inner = self.inner.clone();
        blocking(move || inner.export(&request, &TimeZone::system())).await
    }
}

impl Inner {
    pub(super) fn export(&self, request: &UsageExportRequest, zone: &TimeZone) -> Result<UsageExportView> {
        let period = Period::of(&request.period, self.clock.now(), zone)?;
        let folder = match request.folder.as_deref().map(str::trim).filter(|folder| !folder.is_empty()) {
            Some(folder) => in_home(folder),
            None => downloads(),
        };
        let name = file_name(&period, request.form);
        let written = save_file_in_parts(paths_for(&folder, &name), |out| {
            self.write_export(request, &period, zone, out)
        });
        let saved = written.map_err(|end| match end {
            NotWritten::Fault(fault) => fault,
            NotWritten::Closed(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Fault::new(Code::Duplicate).with("name", &name)
            }
            NotWritten::Closed(error) => file_fault(&error, &folder.join(&name)),
        })?;
        let total = total_view(&saved.told);
        Ok(UsageExportView {
            path: saved.path.display().to_string(),
            bytes: saved.length,
            requests: total.requests,
            cost: total.cost,
            unpriced_requests: total.unpriced_requests,
        })
    }

    fn write_export(
        &self,
        request: &UsageExportRequest,
        period: &Period,
        zone: &TimeZone,
        out: &mut impl Write,
    ) -> Result<Sums, NotWritten> {
        let language = language_of(request.language);
        let rows = |form, out| write_rows(self, period.range, &filter_of(&request.filters), form, zone, out);
        match request.form {
            UsageExportForm::Csv => rows(RowsForm::Csv, out),
            UsageExportForm::Json => rows(RowsForm::Json, out),
            UsageExportForm::Svg => {
                let (report, sums) = self.report(request, period, zone)?;
                let drawn = draw_report(&report, Look::Light, language).map_err(not_drawn)?;
                out.write_all(drawn.as_bytes())?;
                Ok(sums)
            }
            UsageExportForm::Png => {
                let (report, sums) = self.report(request, period, zone)?;
                let printed = print_report(&report, Look::Light, language).map_err(not_drawn)?;
                out.write_all(&printed)?;
                Ok(sums)
            }
        }
    }
}

fn file_name(period: &Period, form: UsageExportForm) -> String {
    let ending = match form {
        UsageExportForm::Csv => "csv",
        UsageExportForm::Json => "json",
        UsageExportForm::Svg => "svg",
        UsageExportForm::Png => "png",
    };
    let (first, last) = (period.first, period.last);
    if first == last {
        return format!("inkhorn-usage-{first}.{ending}");
    }
    format!("inkhorn-usage-{first}-to-{last}.{ending}")
}

/// Where it may go, the first of which that is free is taken: `name.csv`, `name (2).csv` ...
fn paths_for(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    (1..=MOST_NAMES).map(move |at| match at {
        1 => folder.join(name),
        at => folder.join(format!("{stem} ({at}).{ending}")),
    })
}

/// A folder as people write it: `~/Documents`.
fn in_home(folder: &str) -> PathBuf {
    match folder.strip_prefix("~/") {
        Some(rest) => home().join(rest),
        None if folder == "~" => home(),
        None => PathBuf::from(folder),
    }
}

fn home() -> PathBuf {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    std::env::var_os(name).filter(|home| !home.is_empty()).map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// The writer's folder for downloads, in whatever language the desktop calls it; where there is none, their home.
fn downloads() -> PathBuf {
    let home = home();
    let config = std::env::var_os("XDG_CONFIG_HOME").map_or_else(|| home.join(".config"), PathBuf::from);
    let named = std::fs::read_to_string(config.join("user-dirs.dirs"))
        .ok()
        .and_then(|text| downloads_named(&text, &home));
    let usual = || Some(home.join("Downloads")).filter(|folder| folder.is_dir());
    named.filter(|folder| folder.is_dir()).or_else(usual).unwrap_or(home)
}

/// `XDG_DOWNLOAD_DIR="$HOME/Unduhan"` in the desktop's list of folders.
fn downloads_named(list: &str, home: &Path) -> Option<PathBuf> {
    let line = list.lines().find_map(|line| line.trim().strip_prefix("XDG_DOWNLOAD_DIR="))?;
    let folder = line.trim_matches('"');
    match folder.strip_prefix("$HOME") {
        Some(rest) => Some(home.join(rest.trim_start_matches('/'))),
        None => Some(PathBuf::from(folder)).filter(|folder| folder.is_absolute()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let paths: Vec<PathBuf> = paths_for(Path::new("/x"), "usage.csv").take(3).collect();
        assert_eq!(paths, ["/x/usage.csv", "/x/usage (2).csv", "/x/usage (3).csv"].map(PathBuf::from));
    }

    #[test]
    fn the_folder_for_downloads_is_the_desktops_own() {
        let home = Path::new("/home/ines");
        let named = |text: &str| downloads_named(text, home);
        assert_eq!(
            named("# x\nXDG_DOWNLOAD_DIR=\"$HOME/Unduhan\"\n"),
            Some(PathBuf::from("/home/ines/Unduhan"))
        );
        assert_eq!(named("XDG_DOWNLOAD_DIR=\"/data/in\""), Some(PathBuf::from("/data/in")));
        assert_eq!(named("XDG_DOWNLOAD_DIR=\"in\""), None);
        assert_eq!(named("XDG_DESKTOP_DIR=\"$HOME\""), None);
    }
}
