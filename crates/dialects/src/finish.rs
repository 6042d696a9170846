//! Why an answer ended, in the words of each dialect.

use inkhorn_domain::FinishReason;

/// OpenAI's word, and those of its relatives.
pub fn read_openai(word: &str) -> FinishReason {
    match word {
        "stop" | "eos" | "end_turn" | "stop_sequence" => FinishReason::Stop,
        "length" | "max_tokens" | "model_length" => FinishReason::Length,
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
        "content_filter" | "refusal" | "safety" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// Anthropic's word.
pub fn read_anthropic(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "tool_use" => FinishReason::ToolCalls,
        "refusal" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// Ollama's word. It says `stop` when the model waits for a tool.
pub fn read_ollama(word: &str, called_tools: bool) -> FinishReason {
    match read_openai(word) {
        FinishReason::Stop if called_tools => FinishReason::ToolCalls,
        other => other,
    }
}

/// Gemini's word. It says `STOP` when the model waits for a tool; the reader knows better.
pub fn read_gemini(word: &str) -> FinishReason {
    match word {
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}

/// How an answer of Cohere's ended.
pub enum CohereEnd {
    /// As an answer.
    Finished(FinishReason),
    /// It broke off at Cohere; the status that says so.
    Failed(u16),
}

/// Cohere's word.
pub fn read_cohere(word: &str) -> CohereEnd {
    CohereEnd::Finished(match word {
        "COMPLETE" | "STOP_SEQUENCE" => FinishReason::Stop,
        "MAX_TOKENS" | "ERROR_LIMIT" => FinishReason::Length,
        "TOOL_CALL" => FinishReason::ToolCalls,
        "ERROR_TOXIC" => FinishReason::ContentFilter,
        "ERROR" => return CohereEnd::Failed(500),
        "TIMEOUT" => return CohereEnd::Failed(504),
        _ => FinishReason::Other,
    })
}

/// For OpenAI's clients, some of which refuse a word that they do not know: "other" becomes `stop`.
pub fn openai(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::Other => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
    }
}

/// For Anthropic's clients.
pub fn anthropic(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::Other => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter => "refusal",
    }
}

/// For Ollama's clients.
pub fn ollama(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
    }
}
