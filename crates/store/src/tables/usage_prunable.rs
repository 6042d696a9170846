//! What pruning would take, said before it does.

use super::usage::row_numbers;
use super::usage_bounds::first_and_last;
use super::usage_days::{DAY, day_of, pruned_until};
use super::usage_gather::sum_all;
use crate::failure::from_sqlite;
use inkhorn_fault::Result;
use rusqlite::Connection;

/// Rows that could be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prunable {
    /// How many there are.
    pub rows: u64,
    /// When the first of them began, to a quarter of an hour; `None` where there are none.
    pub first: Option<i64>,
    /// The end of the last day that would go.
    pub until: i64,
}

/// The rows that [`crate::Store::prune_usage`] would remove. Counted from the sums of the days, which is as quick for
/// ten million rows as for ten.
pub fn prunable(db: &Connection, before: i64) -> Result<Prunable> {
    let until = day_of(before) * DAY;
    let pruned = pruned_until(db)?.min(until);
    let kept = sum_all(db, &(pruned..until))?.attempts;
    // A clock that was wrong may have written into days that were pruned.
    let late = || -> rusqlite::Result<u32> {
        let end = row_numbers(&(0..pruned)).end;
        db.prepare_cached("SELECT count(*) FROM usage WHERE id < ?1")?.query_row([end], |row| row.get(0))
    };
    let late = u64::from(late().map_err(from_sqlite)?);
    let first = first_and_last(db, &(if late > 0 { 0 } else { pruned }..until))?;
    Ok(Prunable { rows: kept + late, first: first.map(|(first, _)| first), until })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::usage::tests::sample;
    use crate::testing::scratch;

    #[test]
    fn what_is_told_is_what_goes() {
        let (_dir, store) = scratch();
        for n in 0..40 {
            store.append_usage(&sample(n * DAY / 4 + 7, "m")).unwrap();
        }
        let told = |before| store.read_usage(|db| prunable(db, before)).unwrap();
        let mut first = Some(0);
        for before in [5 * DAY + DAY / 2, 3 * DAY, 8 * DAY] {
            let Prunable { rows, until, .. } = told(before);
            assert_eq!((told(before).first.is_some(), until), (rows > 0, before / DAY * DAY));
            if rows > 0 {
                assert_eq!(told(before).first, first);
                first = Some(until);
            }
            assert_eq!(store.prune_usage(before).unwrap(), rows, "before {before}");
            assert_eq!(told(before).rows, 0);
        }
        // Written by a clock that went wrong.
        store.append_usage(&sample(2 * DAY, "m")).unwrap();
        assert_eq!(told(9 * DAY), Prunable { rows: 5, first: Some(0), until: 9 * DAY });
        assert_eq!(store.prune_usage(9 * DAY).unwrap(), 5);
        assert_eq!(told(i64::MAX).rows, 4, "a time beyond every row");
    }
}
