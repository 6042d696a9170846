//! The whole program from outside, in one binary: the layers, the commands, the window.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[cfg(target_os = "linux")]
mod cli;
mod commands;
#[cfg(target_os = "linux")]
mod driver;
#[cfg(target_os = "linux")]
mod finding;
#[cfg(target_os = "linux")]
mod gateway;
#[cfg(target_os = "linux")]
mod host;
#[cfg(target_os = "linux")]
mod installed;
#[cfg(target_os = "linux")]
mod journey;
mod layers;
#[cfg(target_os = "linux")]
mod models;
#[cfg(target_os = "linux")]
mod prompts;
#[cfg(target_os = "linux")]
mod screenshots;
#[cfg(target_os = "linux")]
mod spending;
#[cfg(target_os = "linux")]
mod window;
mod workspace;
