//! Aligned columns for a person.

use crate::output::printable;

/// Lays rows out under their headings, two blanks between columns. `empty` is said where there are no rows.
pub fn lay_out<const N: usize>(headings: [&str; N], rows: &[[String; N]], empty: &str) -> String {
    if rows.is_empty() {
        return empty.to_owned();
    }
    let rows: Vec<[String; N]> = std::iter::once(headings.map(str::to_owned))
        .chain(
            rows.iter().map(|row| std::array::from_fn(|column| printable(&row[column]).replace('\n', " "))),
        )
        .collect();
    let widths: [usize; N] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let rows = [["a".to_owned(), "x".to_owned()], ["señor".to_owned(), String::new()]];
        assert_eq!(lay_out(["Name", "Key"], &rows, "none"), "Name   Key\na      x\nseñor\n");
        assert_eq!(lay_out(["Name", "Key"], &[], "none"), "none");
    }

    #[test]
    fn a_hostile_name_stays_in_its_cell() {
        let text = lay_out(["Name"], &[["\u{1b}[2Jx\ny".to_owned()]], "none");
        assert_eq!(text, "Name\n [2Jx y\n");
    }
}
