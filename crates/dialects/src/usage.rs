//! Token counts of each dialect, normalised to one meaning, and written back.
