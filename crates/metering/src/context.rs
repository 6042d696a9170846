//! Whether a text fits the context of a model on this machine: how much to ask for before, and whether the server
//! silently cut it afterwards. Pure, from estimates: about right, never exact.

/// Tokens kept free for the answer where nobody limited it.
const ANSWER: u64 = 2_048;
/// What a server gives at least where nothing is asked of it. Less is never asked for.
const USUAL: u64 = 4_096;
/// From this estimate on, a count that is far below it means that the text was cut.
const CUT_FROM: u64 = 1_000;

/// What is known of the context when a text is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// What the writer set for the connection, in tokens.
    pub set: Option<u64>,
    /// With how much the model is loaded now.
    pub loaded: Option<u64>,
    /// The most that the model takes.
    pub most: Option<u64>,
}

impl Context {
    /// The context length to ask the server for, in tokens. The writer's own setting stands; otherwise enough for the
    /// text and its answer: what is loaded already, where that suffices (another length means loading anew), else the
    /// next power of two. `None` leaves it to the server: the text is short.
    pub fn to_ask(self, input_estimate: u64, max_output: Option<u64>) -> Option<u64> {
        if self.set.is_some() {
            return self.set;
        }
        // Estimates are within about 15 %.
        let text = input_estimate.saturating_add(input_estimate / 6);
        let wanted = text.saturating_add(max_output.unwrap_or(ANSWER)).min(self.most.unwrap_or(u64::MAX));
        match self.loaded {
            Some(loaded) if loaded >= wanted => Some(loaded),
            None if wanted <= USUAL => None,
            _ => {
                let next = wanted.checked_next_power_of_two().unwrap_or(wanted).max(USUAL);
                Some(next.min(self.most.unwrap_or(next)))
            }
        }
    }

    /// The room that a text has at a server that takes the length from the request.
    pub fn room_when_asked(self) -> Option<u64> {
        match (self.set, self.most) {
            (Some(set), Some(most)) => Some(set.min(most)),
            (set, most) => set.or(most),
        }
    }

    /// The room that a text has at a server that loaded the model with a length of its own.
    pub fn room_as_loaded(self) -> Option<u64> {
        self.loaded.or(self.most)
    }
}

/// Whether a server read far less than was sent: it cut the beginning of the text and said nothing. `read` is its own
/// count; `room` the context that it had, where that is known.
pub fn was_cut(input_estimate: u64, read: u64, room: Option<u64>) -> bool {
    if input_estimate < CUT_FROM {
        return false;
    }
    // What the counts of different tokenizers can differ for one text, even in scripts that are estimated badly.
    let far_less = u128::from(read) * 10 < u128::from(input_estimate) * 6;
    // At the brim of a context into which the text cannot have gone whole.
    let at_the_brim = room.is_some_and(|room| {
        input_estimate > room.saturating_add(room / 6) && read <= room && read < input_estimate
    });
    far_less || at_the_brim
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_writers_own_length_stands() {
        let context = Context { set: Some(8_192), loaded: Some(4_096), most: Some(131_072) };
        assert_eq!(context.to_ask(10, None), Some(8_192));
        assert_eq!(
            context.to_ask(100_000, None),
            Some(8_192),
            "even where the text does not fit: it is warned of"
        );
        assert_eq!(context.room_when_asked(), Some(8_192));
    }

    #[test]
    fn enough_is_asked_for_and_nothing_is_loaded_anew_without_need() {
        let context = |loaded, most| Context { set: None, loaded, most };
        for (loaded, most, estimate, output, asked) in [
            (None, None, 500, None, None),
            (None, Some(131_072), 10_000, None, Some(16_384)),
            (Some(16_384), Some(131_072), 10_000, None, Some(16_384)),
            (Some(32_768), Some(131_072), 10, None, Some(32_768)),
            (Some(4_096), Some(131_072), 10_000, None, Some(16_384)),
            (Some(4_096), None, 10, None, Some(4_096)),
            (None, Some(8_192), 100_000, None, Some(8_192)),
            (None, Some(131_072), 1_000, Some(30_000), Some(32_768)),
            (None, Some(2_048), 1_900, None, None),
        ] {
            assert_eq!(
                context(loaded, most).to_ask(estimate, output),
                asked,
                "{loaded:?} {most:?} {estimate}"
            );
        }
        assert!(context(None, None).to_ask(u64::MAX, Some(u64::MAX)).is_some(), "absurd, and no overflow");
    }

    #[test]
    fn a_cut_is_seen_by_the_count_and_by_the_brim() {
        assert!(was_cut(10_000, 4_096, None), "far less was read");
        assert!(was_cut(6_000, 4_090, Some(4_096)), "not so much less, but all that there was room for");
        assert!(!was_cut(6_000, 5_200, Some(8_192)), "estimates are not exact");
        assert!(!was_cut(4_500, 4_000, Some(4_096)), "may have fitted: within the estimate's error");
        assert!(!was_cut(999, 1, None), "too short to say");
        assert!(!was_cut(10_000, 12_000, Some(16_384)));
        assert!(!was_cut(u64::MAX, u64::MAX, Some(u64::MAX)));
    }
}
