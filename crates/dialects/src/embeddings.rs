//! Texts turned into vectors: requests written, answers read, for the dialects that can.
//!
//! For the outbound side. Anthropic has no such thing; Bedrock has it under another shape for each model, which is no
//! dialect.

use crate::answer::WireError;
use crate::lenient::{Loose, plausible};
use crate::path::PathOfModel;
use crate::{BadRequest, RequestPath};
use inkhorn_domain::{Dialect, EmbeddingPurpose, EmbeddingRequest, Embeddings, TokenUsage};
use serde::Deserialize;
use serde_json::{Value, json};

/// The longest vector that anybody makes, several times over.
const MAX_DIMENSIONS: usize = 1 << 16;

/// How a dialect makes vectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddingForm {
    path: RequestPath,
    /// The most texts of one request.
    pub most_inputs: usize,
    shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Openai,
    Gemini,
    Cohere,
    Ollama,
}

/// How this dialect makes vectors. `None` where it makes none.
pub fn embedding_form(dialect: Dialect) -> Option<EmbeddingForm> {
    let (path, most_inputs, shape) = match dialect {
        Dialect::OpenaiChat | Dialect::OpenaiResponses => {
            (RequestPath::Fixed("/embeddings"), 2048, Shape::Openai)
        }
        Dialect::Gemini => (RequestPath::OfModel(PathOfModel::GEMINI_EMBEDDINGS), 100, Shape::Gemini),
        Dialect::CohereV2 => (RequestPath::Fixed("/v2/embed"), 96, Shape::Cohere),
        Dialect::Ollama => (RequestPath::Fixed("/api/embed"), 512, Shape::Ollama),
        Dialect::AnthropicMessages | Dialect::BedrockConverse => return None,
    };
    Some(EmbeddingForm { path, most_inputs, shape })
}

impl EmbeddingForm {
    /// Where a request goes, relative to the base address.
    ///
    /// # Errors
    /// [`BadRequest`] for a model whose id cannot stand in a path.
    pub fn path(&self, model: &str) -> Result<String, BadRequest> {
        match &self.path {
            RequestPath::Fixed(path) => Ok((*path).to_owned()),
            RequestPath::OfModel(path) => path.path(model, false),
        }
    }

    /// The body of a request. What the dialect cannot say is left out.
    pub fn write(&self, request: &EmbeddingRequest) -> Vec<u8> {
        let mut body = match self.shape {
            Shape::Openai | Shape::Ollama => json!({ "model": request.model, "input": request.inputs }),
            Shape::Gemini => {
                let texts = request.inputs.iter().map(|text| gemini_text(request, text)).collect::<Vec<_>>();
                json!({ "requests": texts })
            }
            Shape::Cohere => json!({
                "model": request.model,
                "texts": request.inputs,
                "input_type": match request.purpose {
                    EmbeddingPurpose::Document => "search_document",
                    EmbeddingPurpose::Query => "search_query",
                },
                "embedding_types": ["float"],
            }),
        };
        let name = match self.shape {
            Shape::Openai | Shape::Ollama => Some("dimensions"),
            Shape::Cohere => Some("output_dimension"),
            Shape::Gemini => None,
        };
        if let (Some(name), Some(length)) = (name, request.dimensions) {
            body[name] = length.into();
        }
        body.to_string().into_bytes()
    }

    /// Reads the answer to a request with so many texts.
    ///
    /// # Errors
    /// [`WireError::NotThisDialect`] where there are no vectors in it; [`WireError::Malformed`] where they are not as
    /// many as the texts, of different lengths, or hold what is no number.
    pub fn read(&self, body: &[u8], inputs: usize) -> Result<Embeddings, WireError> {
        let (vectors, input) = match self.shape {
            Shape::Openai => read_openai(body)?,
            Shape::Gemini => read_gemini(body)?,
            Shape::Cohere => read_cohere(body)?,
            Shape::Ollama => read_ollama(body)?,
        };
        let length = vectors.first().map_or(0, Vec::len);
        let fits = |vector: &Vec<f32>| vector.len() == length && vector.iter().all(|value| value.is_finite());
        if vectors.len() != inputs || (length == 0 && inputs > 0) || !vectors.iter().all(fits) {
            return Err(WireError::Malformed);
        }
        if length > MAX_DIMENSIONS {
            return Err(WireError::TooLarge);
        }
        Ok(Embeddings { vectors, usage: TokenUsage { input: plausible(input), ..TokenUsage::default() } })
    }
}

fn gemini_text(request: &EmbeddingRequest, text: &str) -> Value {
    let model = request.model.strip_prefix("models/").unwrap_or(&request.model);
    let purpose = match request.purpose {
        EmbeddingPurpose::Document => "RETRIEVAL_DOCUMENT",
        EmbeddingPurpose::Query => "RETRIEVAL_QUERY",
    };
    let mut one = json!({
        "model": format!("models/{model}"), "content": { "parts": [{ "text": text }] }, "taskType": purpose
    });
    if let Some(length) = request.dimensions {
        one["outputDimensionality"] = length.into();
    }
    one
}

type Told = (Vec<Vec<f32>>, Loose<u64>);

fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, WireError> {
    serde_json::from_slice(body)
        .map_err(|error| if error.is_eof() { WireError::Cut } else { WireError::NotThisDialect })
}

fn read_openai(body: &[u8]) -> Result<Told, WireError> {
    #[derive(Deserialize)]
    struct Answer {
        data: Vec<Entry>,
        #[serde(default)]
        usage: Loose<Usage>,
    }
    #[derive(Deserialize)]
    struct Entry {
        #[serde(default)]
        index: Loose<u64>,
        embedding: Vec<f32>,
    }
    #[derive(Deserialize)]
    struct Usage {
        #[serde(default)]
        prompt_tokens: Loose<u64>,
    }
    let mut answer: Answer = parse(body)?;
    // They may come in any order; without indexes they are in the right one.
    answer.data.sort_by_key(|entry| entry.index.0.unwrap_or(0));
    let counted = answer.usage.0.map_or(Loose(None), |usage| usage.prompt_tokens);
    Ok((answer.data.into_iter().map(|entry| entry.embedding).collect(), counted))
}

fn read_gemini(body: &[u8]) -> Result<Told, WireError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        embeddings: Vec<Entry>,
        #[serde(default)]
        usage_metadata: Loose<Usage>,
    }
    #[derive(Deserialize)]
    struct Entry {
        values: Vec<f32>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Usage {
        #[serde(default)]
        prompt_token_count: Loose<u64>,
    }
    let answer: Answer = parse(body)?;
    let counted = answer.usage_metadata.0.map_or(Loose(None), |usage| usage.prompt_token_count);
    Ok((answer.embeddings.into_iter().map(|entry| entry.values).collect(), counted))
}

fn read_cohere(body: &[u8]) -> Result<Told, WireError> {
    #[derive(Deserialize)]
    struct Answer {
        embeddings: Kinds,
        #[serde(default)]
        meta: Loose<Meta>,
    }
    #[derive(Deserialize)]
    struct Kinds {
        float: Vec<Vec<f32>>,
    }
    #[derive(Deserialize)]
    struct Meta {
        #[serde(default)]
        billed_units: Loose<Units>,
    }
    #[derive(Deserialize)]
    struct Units {
        /// A float on the wire.
        #[serde(default)]
        input_tokens: Loose<f64>,
    }
    let answer: Answer = parse(body)?;
    let billed = answer.meta.0.and_then(|meta| meta.billed_units.0).and_then(|units| units.input_tokens.0);
    let whole = billed.filter(|count| *count >= 0.0 && count.fract() == 0.0).map(|count| count as u64);
    Ok((answer.embeddings.float, Loose(whole)))
}

fn read_ollama(body: &[u8]) -> Result<Told, WireError> {
    #[derive(Deserialize)]
    struct Answer {
        embeddings: Vec<Vec<f32>>,
        #[serde(default)]
        prompt_eval_count: Loose<u64>,
    }
    let answer: Answer = parse(body)?;
    Ok((answer.embeddings, answer.prompt_eval_count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(dialect: Dialect) -> EmbeddingForm {
        embedding_form(dialect).expect("it makes vectors")
    }

    #[test]
    fn each_dialect_asks_in_its_own_words() {
        let request = EmbeddingRequest {
            model: "m".into(),
            inputs: vec!["one".into(), "two \u{1F58B}".into()],
            dimensions: Some(256),
            purpose: EmbeddingPurpose::Query,
        };
        for (dialect, path, body) in [
            (Dialect::OpenaiChat, "/embeddings", r#"{"model":"m","input":["one","two 🖋"],"dimensions":256}"#),
            (
                Dialect::OpenaiResponses,
                "/embeddings",
                r#"{"model":"m","input":["one","two 🖋"],"dimensions":256}"#,
            ),
            (
                Dialect::Gemini,
                "/models/m:batchEmbedContents",
                r#"{"requests":[{"model":"models/m","content":{"parts":[{"text":"one"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":256},{"model":"models/m","content":{"parts":[{"text":"two 🖋"}]},"taskType":"RETRIEVAL_QUERY","outputDimensionality":256}]}"#,
            ),
            (
                Dialect::CohereV2,
                "/v2/embed",
                r#"{"model":"m","texts":["one","two 🖋"],"input_type":"search_query","embedding_types":["float"],"output_dimension":256}"#,
            ),
            (Dialect::Ollama, "/api/embed", r#"{"model":"m","input":["one","two 🖋"],"dimensions":256}"#),
        ] {
            let form = form(dialect);
            assert_eq!(form.path("m").as_deref(), Ok(path), "{dialect:?}");
            assert_eq!(String::from_utf8(form.write(&request)).as_deref(), Ok(body), "{dialect:?}");
        }
        assert!(form(Dialect::Gemini).path("..").is_err());
        for dialect in [Dialect::AnthropicMessages, Dialect::BedrockConverse] {
            assert_eq!(embedding_form(dialect), None);
        }
        assert!(!format!("{request:?}").contains("two"), "the texts are the writer's");
    }

    #[test]
    fn vectors_come_in_the_order_of_their_texts_with_what_they_cost() {
        for (dialect, body) in [
            (
                Dialect::OpenaiChat,
                r#"{"object":"list","data":[{"object":"embedding","index":1,"embedding":[0.5,-1e-3]},{"object":"embedding","index":0,"embedding":[1,0]}],"model":"m","usage":{"prompt_tokens":5,"total_tokens":5}}"#,
            ),
            (
                Dialect::Gemini,
                r#"{"embeddings":[{"values":[1,0]},{"values":[0.5,-0.001]}],"usageMetadata":{"promptTokenCount":5}}"#,
            ),
            (
                Dialect::CohereV2,
                r#"{"id":"x","texts":["one","two"],"embeddings":{"float":[[1,0],[0.5,-0.001]]},"meta":{"api_version":{"version":"2"},"billed_units":{"input_tokens":5.0}},"response_type":"embeddings_by_type"}"#,
            ),
            (
                Dialect::Ollama,
                r#"{"model":"m","embeddings":[[1,0],[0.5,-0.001]],"total_duration":14143917,"prompt_eval_count":5}"#,
            ),
        ] {
            let read = form(dialect).read(body.as_bytes(), 2).expect("vectors");
            assert_eq!(read.vectors, [[1.0, 0.0], [0.5, -0.001]], "{dialect:?}");
            assert_eq!(read.usage, TokenUsage { input: Some(5), ..TokenUsage::default() }, "{dialect:?}");
            assert_eq!(form(dialect).read(body.as_bytes(), 3), Err(WireError::Malformed), "{dialect:?}");
            let cut = &body.as_bytes()[..body.len() - 9];
            assert_eq!(form(dialect).read(cut, 2), Err(WireError::Cut), "{dialect:?}");
        }
    }

    #[test]
    fn what_is_no_vector_is_refused() {
        let read = |body: &str, inputs| form(Dialect::OpenaiChat).read(body.as_bytes(), inputs);
        let list = |vectors: &str| format!(r#"{{"data":[{vectors}]}}"#);
        let one = |values: &str| list(&format!(r#"{{"embedding":[{values}]}}"#));
        assert_eq!(read(&one(""), 1), Err(WireError::Malformed));
        assert_eq!(read(&one("1e39"), 1), Err(WireError::Malformed), "beyond what a float holds");
        assert_eq!(read(&list(r#"{"embedding":[1,2]},{"embedding":[1]}"#), 2), Err(WireError::Malformed));
        assert_eq!(read(&one(&vec!["0"; MAX_DIMENSIONS + 1].join(",")), 1), Err(WireError::TooLarge));
        for other in [r#"{"embedding":"AACAPw=="}"#, r#"{"embedding":["x"]}"#, "7"] {
            assert_eq!(read(&list(other), 1), Err(WireError::NotThisDialect), "{other}");
        }
        assert_eq!(read("<html>", 1), Err(WireError::NotThisDialect));
        let silent = read(&one("1"), 1).expect("a vector without counts");
        assert_eq!(silent.usage, TokenUsage::default(), "unknown is not zero");
    }
}
