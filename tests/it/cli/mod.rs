//! The built `inkhorn` from outside, as a terminal and a script meet it: what it prints, how it ends, what it does
//! with bad input, and that no key is left anywhere.

mod budgets;
mod choosing;
mod collections;
mod faults;
mod finding;
mod keys;
mod killed;
mod library;
mod shapes;
mod spending;
mod talk;
mod terminal;
mod together;
mod vaults;
