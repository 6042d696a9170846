//! An answer put together from its events, for documents and for dialects that cannot send a tool call in pieces.

use inkhorn_domain::StreamEvent;
use serde_json::value::RawValue;

/// The blocks of an answer, in order.
#[derive(Default)]
pub struct Gathered {
    pub blocks: Vec<Block>,
}

/// A block of an answer.
pub enum Block {
    Text(String),
    Reasoning { text: String, signature: Option<String> },
    Call(Call),
}

/// A tool call.
pub struct Call {
    pub index: u32,
    pub id: String,
    pub name: String,
    pub arguments: String,
}

impl Call {
    pub fn begin(index: u32, id: &str, name: &str) -> Self {
        Self { index, id: id.to_owned(), name: name.to_owned(), arguments: String::new() }
    }
}

/// The text as raw JSON, where it is an object.
pub fn read_object(text: &str) -> Option<&RawValue> {
    let raw: &RawValue = serde_json::from_str(text.trim()).ok()?;
    raw.get().starts_with('{').then_some(raw)
}

impl Gathered {
    /// Adds what an event tells; counts and the end are noted elsewhere.
    pub fn add(&mut self, event: &StreamEvent) {
        match event {
            StreamEvent::Text(more) => match self.blocks.last_mut() {
                Some(Block::Text(text)) => text.push_str(more),
                _ => self.blocks.push(Block::Text(more.clone())),
            },
            StreamEvent::Reasoning(more) => match self.blocks.last_mut() {
                Some(Block::Reasoning { text, signature: None }) => text.push_str(more),
                _ => self.blocks.push(Block::Reasoning { text: more.clone(), signature: None }),
            },
            StreamEvent::ReasoningSignature(more) => match self.blocks.last_mut() {
                Some(Block::Reasoning { signature, .. }) => {
                    signature.get_or_insert_default().push_str(more);
                }
                _ => {
                    let (text, signature) = (String::new(), Some(more.clone()));
                    self.blocks.push(Block::Reasoning { text, signature });
                }
            },
            StreamEvent::ToolCallStarted { index, id, name } => {
                self.blocks.push(Block::Call(Call::begin(*index, id, name)));
            }
            StreamEvent::ToolCallArguments { index, fragment } => {
                let calls = self.blocks.iter_mut().rev().filter_map(|block| match block {
                    Block::Call(call) => Some(call),
                    _ => None,
                });
                if let Some(call) = calls.into_iter().find(|call| call.index == *index) {
                    call.arguments.push_str(fragment);
                }
            }
            StreamEvent::Started { .. }
            | StreamEvent::Usage(_)
            | StreamEvent::Finished(_)
            | StreamEvent::ProviderError { .. } => {}
        }
    }

    /// All plain text.
    pub fn text(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block {
            Block::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// All reasoning text.
    pub fn reasoning(&self) -> String {
        let texts = self.blocks.iter().filter_map(|block| match block {
            Block::Reasoning { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    /// All tool calls.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Call(call) => Some(call),
            _ => None,
        })
    }
}
