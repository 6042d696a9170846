//! Tokens to cost, estimates, sums.
