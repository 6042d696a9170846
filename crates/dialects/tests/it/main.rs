//! The dialects from outside: recorded wires, made-up answers in every pair of dialects, and rubbish.

mod answers;
mod golden;
mod requests;
mod rubbish;
mod text;
