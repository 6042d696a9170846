//! Texts as vectors, by which a program finds what is alike.

use crate::TokenUsage;
use std::fmt;

/// Texts to turn into vectors, one each.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EmbeddingRequest {
    /// The provider's own id of the model.
    pub model: String,
    /// The texts, in order.
    pub inputs: Vec<String>,
    /// How long each vector should be, where the model can do that.
    pub dimensions: Option<u32>,
    /// What the vectors are for. Some models make different ones of a question and of what it is looked for in.
    pub purpose: EmbeddingPurpose,
}

/// What vectors are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmbeddingPurpose {
    /// To be found.
    #[default]
    Document,
    /// To find with.
    Query,
}

/// The vectors, in the order of the texts, all of one length.
#[derive(Clone, Default, PartialEq)]
pub struct Embeddings {
    /// One for each text.
    pub vectors: Vec<Vec<f32>>,
    /// What it used; only the input is ever told.
    pub usage: TokenUsage,
}

/// Counts and the model only: the texts are the writer's.
impl fmt::Debug for EmbeddingRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmbeddingRequest({}, {} texts)", self.model, self.inputs.len())
    }
}

/// Counts only: a text can be guessed from its vector.
impl fmt::Debug for Embeddings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.vectors.first().map_or(0, Vec::len);
        write!(f, "Embeddings({} of {length}, {:?})", self.vectors.len(), self.usage)
    }
}
