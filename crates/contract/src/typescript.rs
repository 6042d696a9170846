//! Writes the page's types.

use crate::commands::{visit, visit_types};
use inkhorn_fault::Code;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use ts_rs::{Config, TS, TypeVisitor};

pub(crate) fn config() -> Config {
    Config::new().with_large_int("number")
}

pub(crate) struct Row {
    name: &'static str,
    request: String,
    answer: String,
    event: Option<String>,
}

impl Row {
    pub(crate) fn of<Request: TS, Answer: TS>(name: &'static str, event: Option<String>) -> Self {
        Self { name, request: Request::name(&config()), answer: Answer::name(&config()), event }
    }
}

struct Declarations(BTreeMap<String, String>);

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let config = config();
        T::visit_generics(self);
        // Only types of ours have a file of their own; numbers, texts and lists are written in place.
        if T::output_path().is_some() {
            let name = T::ident(&config);
            if let Entry::Vacant(free) = self.0.entry(name) {
                free.insert(format!("export {}", T::decl(&config)));
                T::visit_dependencies(self);
            }
        } else {
            T::visit_dependencies(self);
        }
    }
}

/// The whole of `ui/src/generated/contract.ts`: every type, and the table of commands and streams.
pub fn typescript() -> String {
    let mut declarations = Declarations(BTreeMap::new());
    visit_types(&mut declarations);
    let mut out = String::from("// Made from crates/contract by `cargo xtask types`. Do not edit.\n\n");
    let codes: Vec<String> = Code::ALL.iter().map(|code| format!("  | \"{}\"", code.as_str())).collect();
    out.push_str(&format!("export type FaultCode =\n{};\n\n", codes.join("\n")));
    for declaration in declarations.0.values() {
        out.push_str(declaration);
        out.push_str("\n\n");
    }
    let (mut commands, mut streams) = (String::new(), String::new());
    visit(&mut |row: Row| {
        let Row { name, request, answer, event } = row;
        match event {
            None => commands.push_str(&format!("  {name}: {{ request: {request}; answer: {answer} }};\n")),
            Some(event) => {
                streams.push_str(&format!(
                    "  {name}: {{ request: {request}; event: {event}; answer: {answer} }};\n"
                ));
            }
        }
    });
    out.push_str(&format!(
        "export interface Commands {{\n{commands}}}\n\nexport interface Streams {{\n{streams}}}\n"
    ));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_named_is_declared() {
        let text = typescript();
        for name in
            ["ConnectionView", "DeskEvent", "FaultView", "Topic", "KeyInput", "PriceView", "UsageTotalView"]
        {
            assert!(text.contains(&format!("export type {name} ")), "{name} is missing:\n{text}");
        }
        for command in crate::COMMANDS {
            assert!(text.contains(&format!("  {}: {{ request:", command.name)));
        }
    }

    #[test]
    fn a_key_goes_in_and_never_out() {
        let text = typescript();
        for declaration in text.split("export type ").filter(|d| d.contains("View = ")) {
            let name = declaration.split_whitespace().next().unwrap_or_default();
            let once = name == "AppAddedView";
            for word in ["key:", "passphrase:", "token:", "secret:"] {
                assert!(once || !declaration.contains(&format!(" {word}")), "{name} gives out a {word}");
            }
        }
    }
}
