//! Lets the pieces of an answer out: at once, one by one, held, byte by byte, or cut.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::body::{Piece, Progress};
use super::conduct::Gate;
use super::respond::{Speech, Written};

/// How the pieces are let out.
#[derive(Default)]
pub(super) struct Manner {
    pub(super) every: Option<Duration>,
    pub(super) hold_after: Option<usize>,
    pub(super) stop: Option<(usize, Stop)>,
    pub(super) cut_after_bytes: Option<usize>,
    pub(super) bytewise: bool,
}

/// What happens where the words stop.
pub(super) enum Stop {
    Cut,
    End,
    Say(Bytes),
}

/// Lets the pieces of one answer out.
pub(super) struct Letting {
    feed: mpsc::Sender<Piece>,
    progress: watch::Receiver<Progress>,
    gate: watch::Receiver<Gate>,
    releases: u64,
    chat: bool,
    start: Progress,
    sent: u64,
}

/// The caller has gone away; there is nothing left to do.
struct Gone;

impl Letting {
    pub(super) fn new(
        feed: mpsc::Sender<Piece>,
        progress: &watch::Sender<Progress>,
        gate: watch::Receiver<Gate>,
        releases: u64,
        chat: bool,
    ) -> Self {
        let start = *progress.borrow();
        Self { feed, progress: progress.subscribe(), gate, releases, chat, start, sent: 0 }
    }

    pub(super) async fn all(mut self, speech: Speech, manner: Manner) {
        // A caller that is gone has its end in the record.
        let _ = match (manner.cut_after_bytes, manner.bytewise) {
            (Some(bytes), _) => self.cut_after(&joined(&speech.pieces), bytes).await,
            (None, true) => self.bytewise(&joined(&speech.pieces)).await,
            (None, false) => self.wordwise(speech, manner).await,
        };
    }

    async fn wordwise(&mut self, speech: Speech, manner: Manner) -> Result<(), Gone> {
        let total = speech.pieces.iter().filter(|piece| piece.word).count();
        let hold_after = manner.hold_after.filter(|_| speech.streamed).map(|after| after.min(total));
        let truncated_already = !speech.streamed && matches!(manner.stop, Some((_, Stop::End)));
        let stop = manner.stop.filter(|_| !truncated_already);
        let stop_after =
            stop.as_ref().map(|(after, _)| if speech.streamed { (*after).min(total) } else { 0 });
        let (mut words, mut held) = (0, false);
        let last = speech.pieces.len() - 1;
        for (place, piece) in speech.pieces.into_iter().enumerate() {
            // Frame pieces before the first word always go out; those after the last word belong to the ending.
            let at = |after: Option<usize>| after == Some(words) && (piece.word || words > 0);
            if at(stop_after) {
                return match stop {
                    Some((_, Stop::Say(bytes))) => self.send_last(bytes).await,
                    Some((_, Stop::End)) => self.send_last(Bytes::new()).await,
                    Some((_, Stop::Cut)) | None => self.cut().await,
                };
            }
            if at(hold_after) && !held {
                held = true;
                self.wait_release().await?;
            }
            if piece.word {
                if let Some(every) = manner.every {
                    self.pause(every).await?;
                }
                if self.chat && speech.streamed {
                    self.wait_unheld().await?;
                }
                words += 1;
            }
            match place == last {
                true => self.send_last(piece.bytes).await?,
                false => self.send(piece.bytes).await?,
            }
        }
        Ok(())
    }

    async fn bytewise(&mut self, whole: &Bytes) -> Result<(), Gone> {
        for place in 0..whole.len().saturating_sub(1) {
            self.send(whole.slice(place..=place)).await?;
            self.wait_left().await?;
        }
        self.send_last(whole.slice(whole.len().saturating_sub(1)..)).await
    }

    async fn cut_after(&mut self, whole: &Bytes, bytes: usize) -> Result<(), Gone> {
        let bytes = bytes.min(whole.len());
        if bytes > 0 {
            self.send(whole.slice(..bytes)).await?;
        }
        self.cut().await
    }

    async fn send(&mut self, bytes: Bytes) -> Result<(), Gone> {
        self.sent += 1;
        self.feed.send(Piece::Data(bytes)).await.map_err(|_| Gone)
    }

    async fn send_last(&mut self, bytes: Bytes) -> Result<(), Gone> {
        self.feed.send(Piece::Last(bytes)).await.map_err(|_| Gone)
    }

    /// Breaks the connection once the headers and all pieces so far have left.
    async fn cut(&mut self) -> Result<(), Gone> {
        self.wait_left().await?;
        self.feed.send(Piece::Cut).await.map_err(|_| Gone)
    }

    async fn wait_left(&mut self) -> Result<(), Gone> {
        let (start, wanted) = (self.start, self.start.taken + self.sent);
        let left = |progress: &Progress| progress.left >= wanted && progress.flushes > start.flushes;
        tokio::select! {
            () = self.feed.closed() => Err(Gone),
            waited = self.progress.wait_for(left) => waited.map(|_| ()).map_err(|_| Gone),
        }
    }

    async fn wait_release(&mut self) -> Result<(), Gone> {
        let releases = self.releases;
        tokio::select! {
            () = self.feed.closed() => Err(Gone),
            waited = self.gate.wait_for(|gate| gate.releases > releases) => waited.map(|_| ()).map_err(|_| Gone),
        }
    }

    async fn wait_unheld(&mut self) -> Result<(), Gone> {
        if !self.gate.borrow().held {
            return Ok(());
        }
        tokio::select! {
            () = self.feed.closed() => Err(Gone),
            waited = self.gate.wait_for(|gate| !gate.held) => waited.map(|_| ()).map_err(|_| Gone),
        }
    }

    async fn pause(&mut self, every: Duration) -> Result<(), Gone> {
        tokio::select! {
            () = self.feed.closed() => Err(Gone),
            () = tokio::time::sleep(every) => Ok(()),
        }
    }
}

fn joined(pieces: &[Written]) -> Bytes {
    pieces.iter().flat_map(|piece| piece.bytes.iter().copied()).collect::<Vec<u8>>().into()
}
