//! A simulated provider, scratch profiles, the canary scan.
