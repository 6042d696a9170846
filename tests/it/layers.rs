//! Which crate may know which.
