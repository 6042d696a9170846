//! The body of an answer: pieces as they are let out, a clean end or a cut, and exact knowledge of what has left.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{mpsc, watch};

use super::End;
use super::conduct::Ending;

/// What the writer of an answer hands to its body.
pub(super) enum Piece {
    /// Bytes, more will come.
    Data(Bytes),
    /// The last bytes: the body ends cleanly.
    Last(Bytes),
    /// The connection breaks here.
    Cut,
}

/// The body of one answer, fed through a channel.
pub(super) struct PieceBody {
    from: mpsc::Receiver<Piece>,
    progress: watch::Sender<Progress>,
    ending: Ending,
    length: Option<u64>,
    over: bool,
}

/// How far one connection has come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// Pieces taken by the connection.
    pub(super) taken: u64,
    /// Pieces that have left to the system in whole.
    pub(super) left: u64,
    /// How often the connection wrote out all that it had.
    pub(super) flushes: u64,
}

/// The reason given to the connection for a scripted cut.
#[derive(Debug)]
pub(super) struct ScriptedCut;

impl std::fmt::Display for ScriptedCut {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("cut as scripted")
    }
}

impl std::error::Error for ScriptedCut {}

impl PieceBody {
    /// A body with its feed. `length` is declared as `Content-Length` where it is known.
    pub(super) fn fed(
        progress: watch::Sender<Progress>,
        ending: Ending,
        length: Option<u64>,
    ) -> (mpsc::Sender<Piece>, Self) {
        let (feed, from) = mpsc::channel(256);
        (feed, Self { from, progress, ending, length, over: false })
    }

    /// A body without a byte.
    pub(super) fn empty(progress: watch::Sender<Progress>, mut ending: Ending) -> Self {
        ending.tell(End::Finished);
        let (_, from) = mpsc::channel(1);
        Self { from, progress, ending, length: Some(0), over: true }
    }
}

impl Body for PieceBody {
    type Data = Bytes;
    type Error = ScriptedCut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ScriptedCut>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let piece = ready!(self.from.poll_recv(context));
        self.progress.send_modify(|progress| progress.taken += 1);
        match piece {
            Some(Piece::Data(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Some(Piece::Last(bytes)) => {
                self.over = true;
                self.ending.tell(End::Finished);
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            Some(Piece::Cut) | None => {
                self.over = true;
                self.ending.tell(End::CutByServer);
                Poll::Ready(Some(Err(ScriptedCut)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.over
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A connection that notes what has been written out in whole.
pub(super) struct CountedStream<S> {
    stream: S,
    progress: watch::Sender<Progress>,
}

impl<S> CountedStream<S> {
    pub(super) fn new(stream: S, progress: watch::Sender<Progress>) -> Self {
        Self { stream, progress }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for CountedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for CountedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    /// hyper flushes only when its own buffer is empty, so all that was taken has left.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.progress.send_modify(|progress| {
            progress.left = progress.taken;
            progress.flushes += 1;
        });
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
