//! What a simulated model says, free of any wire format.

/// One answer: words, thoughts, calls of tools, how it ends and what it counts.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The text, in the pieces in which it is streamed.
    pub text: Vec<String>,
    /// Thoughts before the text, in pieces. OpenAI's persona keeps them to itself and only counts them.
    pub reasoning: Vec<String>,
    /// Calls of tools, after the text.
    pub tools: Vec<ToolCall>,
    /// Why it ends.
    pub finish: Finish,
    /// What it counts.
    pub usage: TokenUsage,
}

/// One call of a tool.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// Name of the function.
    pub name: String,
    /// Its arguments, as JSON text.
    pub arguments: String,
}

/// Why an answer ends; each persona writes its own word for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// The model was done.
    Stop,
    /// The limit of tokens was reached.
    Length,
    /// It waits for tools.
    Tools,
    /// The provider's filter stopped it.
    Filter,
}

/// What the answer says that it used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TokenUsage {
    /// Counted from the request (its words) and from the pieces sent, nothing cached.
    Counted,
    /// Exactly this.
    Exactly {
        /// Tokens of the request, cached ones included.
        input: u64,
        /// Of these, read from the provider's cache.
        cache_read: u64,
        /// Of these, written to the provider's cache.
        cache_write: u64,
        /// Tokens of the answer, thoughts included.
        output: u64,
        /// Of these, thoughts.
        reasoning: u64,
        /// USD, told by OpenRouter only. `None`: by the price in its list.
        cost: Option<f64>,
    },
    /// By way of the writer's own key for the provider behind OpenRouter, which tells its fee and what that provider
    /// charges, if it knows.
    OwnKey {
        /// Tokens of the request.
        input: u64,
        /// Tokens of the answer.
        output: u64,
        /// USD.
        fee: f64,
        /// USD.
        upstream: Option<f64>,
    },
    /// The provider says nothing about it.
    Silent,
}

impl Answer {
    /// This text, one piece a word.
    pub fn text(text: &str) -> Self {
        Self::pieces(text.split_inclusive(' ').map(str::to_owned).collect())
    }

    /// `count` different short words: `w1 w2 w3 `.
    pub fn words(count: usize) -> Self {
        Self::pieces((1..=count).map(|number| format!("w{number} ")).collect())
    }

    /// These pieces, each a chunk of its own when streamed.
    pub fn pieces(text: Vec<String>) -> Self {
        Self {
            text,
            reasoning: Vec::new(),
            tools: Vec::new(),
            finish: Finish::Stop,
            usage: TokenUsage::Counted,
        }
    }

    /// With thoughts before the text, one piece a word.
    pub fn with_reasoning(mut self, text: &str) -> Self {
        self.reasoning = text.split_inclusive(' ').map(str::to_owned).collect();
        self
    }

    /// With a call of a tool after the text; the answer then ends for tools.
    pub fn with_tool(mut self, name: &str, arguments: &serde_json::Value) -> Self {
        self.tools.push(ToolCall { name: name.to_owned(), arguments: arguments.to_string() });
        self.finish = Finish::Tools;
        self
    }

    /// Ending for this reason.
    pub fn with_finish(mut self, finish: Finish) -> Self {
        self.finish = finish;
        self
    }

    /// Counting this.
    pub fn with_usage(mut self, usage: TokenUsage) -> Self {
        self.usage = usage;
        self
    }

    /// The whole text that a reader ends up with.
    pub fn whole_text(&self) -> String {
        self.text.concat()
    }
}

/// The figures of one answer, ready for any wire format.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    pub(super) input: u64,
    pub(super) cache_read: u64,
    pub(super) cache_write: u64,
    pub(super) output: u64,
    pub(super) reasoning: u64,
    pub(super) cost: f64,
    /// With the writer's own key for the provider behind: what that one charges, if it is known.
    pub(super) own_key: Option<Option<f64>>,
}

impl Answer {
    /// The figures to tell, or none where the answer is silent about them.
    pub(super) fn figures(&self, words_asked: u64) -> Option<Figures> {
        let (input, cache_read, cache_write, output, reasoning, cost) = match self.usage {
            TokenUsage::Silent => return None,
            TokenUsage::Exactly { input, cache_read, cache_write, output, reasoning, cost } => {
                (input, cache_read, cache_write, output, reasoning, cost)
            }
            TokenUsage::OwnKey { input, output, fee, .. } => (input, 0, 0, output, 0, Some(fee)),
            TokenUsage::Counted => {
                let reasoning = self.reasoning.len() as u64;
                let output = reasoning + (self.text.len() + self.tools.len()) as u64;
                (words_asked, 0, 0, output, reasoning, None)
            }
        };
        let cost = cost.unwrap_or((input * 5 + output * 15) as f64 / 10_000_000.0);
        let own_key = match self.usage {
            TokenUsage::OwnKey { upstream, .. } => Some(upstream),
            _ => None,
        };
        Some(Figures { input, cache_read, cache_write, output, reasoning, cost, own_key })
    }
}
