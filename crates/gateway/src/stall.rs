//! A connection whose other side must go on reading. One that stopped holds an answer, its place and the request at the
//! provider; after a while it is given up.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// Nothing at all was taken for so long: nobody reads any more.
const STALL: Duration = Duration::from_secs(60);

/// Reads as ever; writing fails once the other side has taken nothing for [`STALL`].
pub(crate) struct Watched<S> {
    stream: S,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Watched<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, stalled: None }
    }

    /// Passes on what writing came to; what waits is watched.
    fn watch<T>(&mut self, cx: &mut Context<'_>, wrote: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if wrote.is_ready() {
            self.stalled = None;
            return wrote;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALL)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch(cx, wrote)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.watch(cx, wrote)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.watch(cx, shut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stopped_is_given_up_and_a_slow_one_is_not() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Watched::new(ours);
        let writing = tokio::spawn(async move {
            let begun = Instant::now();
            let wrote = ours.write_all(&[0; 64 * 4]).await;
            (wrote, begun.elapsed())
        });
        // A little now and then is enough, however long it takes in all.
        let mut block = [0; 64];
        for _ in 0..2 {
            sleep(STALL - Duration::from_secs(1)).await;
            theirs.read_exact(&mut block).await.unwrap();
        }
        let (wrote, took) = writing.await.unwrap();
        assert_eq!(wrote.unwrap_err().kind(), io::ErrorKind::TimedOut);
        let wanted = (STALL - Duration::from_secs(1)) * 2 + STALL;
        assert!(took.abs_diff(wanted) < Duration::from_secs(1), "given up after {took:?}");
    }
}
