//! Catalogue, authentication, one adapter per dialect.
