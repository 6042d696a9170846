//! Wire formats read and written as pure functions.
