//! The server's thread: accepts, speaks HTTP/1.1, hands each request to [`super::respond`].

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::{oneshot, watch};

use super::body::{CountedStream, Progress};
use super::conduct::Conduct;
use super::respond::respond;

/// Serves on a thread of its own until `ended` speaks; connections end with it.
pub(super) fn spawn(
    listener: TcpListener,
    conduct: Arc<Conduct>,
    ended: oneshot::Receiver<()>,
) -> JoinHandle<()> {
    std::thread::Builder::new()
        .name("simulated-provider".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime for the simulated provider");
            runtime.block_on(async move {
                tokio::select! {
                    () = accept(listener, conduct) => {}
                    _ = ended => {}
                }
            });
        })
        .expect("a thread for the simulated provider")
}

async fn accept(listener: TcpListener, conduct: Arc<Conduct>) {
    listener.set_nonblocking(true).expect("the listener can be made non-blocking");
    let listener = tokio::net::TcpListener::from_std(listener).expect("the listener joins the runtime");
    loop {
        // A caller that is gone again before it is accepted is no reason to stop.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let conduct = Arc::clone(&conduct);
        let connection = conduct.count_connection();
        tokio::spawn(async move {
            let (progress, _) = watch::channel(Progress::default());
            let stream = TokioIo::new(CountedStream::new(stream, progress.clone()));
            let service = service_fn(|request| {
                let (conduct, progress) = (Arc::clone(&conduct), progress.clone());
                async move { Ok::<_, Infallible>(respond(conduct, connection, progress, request).await) }
            });
            // A cut is an error here; what matters is in the record.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(stream, service).await;
        });
    }
}
