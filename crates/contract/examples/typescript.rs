//! Prints the page's types; `cargo xtask types` writes them to their file.
#![allow(clippy::print_stdout, reason = "printing is its whole purpose")]

fn main() {
    print!("{}", inkhorn_contract::typescript());
}
