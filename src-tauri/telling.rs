//! Tells the page what comes in while a command runs, at most once a frame. Each telling is a script that the page must
//! run, so a thousand pieces told one by one would keep it from drawing; what comes in meanwhile is told together.

use inkhorn_contract::DeskEvent;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// The time of one frame: what comes in within it waits for the next.
const FRAME: Duration = Duration::from_millis(16);

/// Tells everything that comes, in its order, until nobody can send any more. The first piece goes at once.
pub async fn tell_by_frames(mut coming: UnboundedReceiver<DeskEvent>, tell: impl Fn(DeskEvent)) {
    while let Some(mut held) = coming.recv().await {
        while let Ok(next) = coming.try_recv() {
            if let Some(next) = join(&mut held, next) {
                tell(std::mem::replace(&mut held, next));
            }
        }
        tell(held);
        tokio::time::sleep(FRAME).await;
    }
}

/// Adds a piece to one of its kind; gives back what cannot be added.
fn join(held: &mut DeskEvent, next: DeskEvent) -> Option<DeskEvent> {
    match (held, next) {
        (DeskEvent::Text { text }, DeskEvent::Text { text: more })
        | (DeskEvent::Reasoning { text }, DeskEvent::Reasoning { text: more }) => {
            text.push_str(&more);
            None
        }
        (_, next) => Some(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use tokio::sync::mpsc::unbounded_channel;

    fn text(piece: &str) -> DeskEvent {
        DeskEvent::Text { text: piece.to_owned() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_thousand_pieces_are_told_together_and_in_order() {
        let (send, coming) = unbounded_channel();
        assert!(send.send(DeskEvent::Reasoning { text: "Hm. ".into() }).is_ok());
        for number in 0..1_000 {
            assert!(send.send(text(&format!("{number} "))).is_ok());
        }
        drop(send);
        let told = RefCell::new(Vec::new());
        tell_by_frames(coming, |event| told.borrow_mut().push(event)).await;
        let told = told.into_inner();
        let [DeskEvent::Reasoning { .. }, DeskEvent::Text { text }] = told.as_slice() else {
            panic!("{} tellings", told.len())
        };
        let expected: String = (0..1_000).map(|number| format!("{number} ")).collect();
        assert_eq!(*text, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_piece_waits_for_nothing() {
        let (send, coming) = unbounded_channel();
        let (told, mut heard) = unbounded_channel();
        let begun = tokio::time::Instant::now();
        let writer = async move {
            assert!(send.send(text("one")).is_ok());
            assert!(heard.recv().await.is_some());
            assert_eq!(begun.elapsed(), Duration::ZERO);
            for piece in [" two", " three"] {
                assert!(send.send(text(piece)).is_ok());
            }
            let Some(DeskEvent::Text { text }) = heard.recv().await else { panic!("no text") };
            assert_eq!((text.as_str(), begun.elapsed()), (" two three", FRAME));
        };
        tokio::join!(tell_by_frames(coming, |event| drop(told.send(event))), writer);
    }
}
