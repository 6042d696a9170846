#![no_main]

#[allow(dead_code)]
#[path = "../drive.rs"]
mod drive;

libfuzzer_sys::fuzz_target!(|data: &[u8]| drive::decode(inkhorn_domain::Dialect::CohereV2, data));
