//! The use cases and the one path that every request takes.
