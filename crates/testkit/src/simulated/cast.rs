//! The imitated providers, as far as they are data: see [`super::traits`].
//!
//! What is imitated comes from the documents of each provider and from answers that people have shown. In bodies,
//! `{key}` is the key that was sent, masked as providers do it, or in full where a test wants it echoed; `{echo}` only
//! the latter; `{model}`, `{field}`, `{status}` and `{number}` are what they say.

mod cloud;
mod clouds;
mod hosted;
mod local;
mod native;

pub(super) use cloud::{ANTHROPIC, DEEPSEEK, GROQ, MISTRAL, OPEN_AI, OPEN_ROUTER, XAI};
pub(super) use clouds::{AWS_BEDROCK, AZURE_OPENAI};
pub(super) use hosted::{
    ANYSCALE, CEREBRAS, DIGITAL_OCEAN, FIREWORKS, HUGGING_FACE, NVIDIA_NIM, OLLAMA_CLOUD, PERPLEXITY,
    TOGETHER,
};
pub(super) use local::{
    COMPATIBLE, JAN, KOBOLD_CPP, LIGHT_LLM, LLAMA_CPP, LM_STUDIO, LOCAL_AI, OLLAMA, VLLM,
};
pub(super) use native::{COHERE, GOOGLE_GEMINI};
