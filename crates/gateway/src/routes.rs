//! The routes, and the order of checks before them.

use crate::admission::{self, Verdict};
use crate::answer;
use crate::limits::Limits;
use crate::replies::{json, refuse, refuse_as, refuse_stranger, safe, status_of};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use inkhorn_dialects::{AnswerEncoder, AnswerHead, ServedModel, peek, write_model, write_models};
use inkhorn_domain::{Face, FrontDialect};
use inkhorn_engine::{AdmittedApp, Ask, AskBody, Engine, OfferedModel};
use inkhorn_fault::{Code, Fault};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Most of a request's body, in bytes: 16 MiB, and room for images.
const BODY_CAP: usize = 32 * 1024 * 1024;
/// All of the body must be here by then.
const BODY_DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Gateway {
    engine: Engine,
    address: SocketAddr,
    limits: Limits,
}

pub(crate) fn router(engine: Engine, address: SocketAddr) -> Router {
    let gateway = Arc::new(Gateway { engine, address, limits: Limits::new() });
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/models", get(models))
        .route("/v1/models/{*id}", get(model))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn_with_state(gateway.clone(), admit))
        .with_state(gateway)
}

/// Every check that needs only the head, in the order of their cost and of what a stranger may learn.
async fn admit(State(gateway): State<Arc<Gateway>>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let verdict = admission::check(request.method(), request.uri(), headers, gateway.address, |origin| {
        gateway.engine.grants_origin(origin)
    });
    let origin = admission::the_origin(headers).ok().flatten().map(str::to_owned);
    match verdict {
        Verdict::Refuse(refusal) => return refuse_stranger(refusal.status(), "refused\n"),
        Verdict::Preflight => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            admission::answer_preflight(headers, response.headers_mut());
            return with_grant(origin.as_deref(), safe(response));
        }
        Verdict::Pass => {}
    }
    let app = admission::token(headers).and_then(|token| gateway.engine.admit(token));
    let Some(app) = app.filter(|app| app.may_come_from(origin.as_deref())) else {
        // The same answer for no token, a wrong one, a revoked one and one of another page.
        return with_grant(origin.as_deref(), unknown_caller());
    };
    request.extensions_mut().insert(app);
    with_grant(origin.as_deref(), next.run(request).await)
}

fn with_grant(origin: Option<&str>, mut response: Response) -> Response {
    if let Some(origin) = origin {
        admission::grant(origin, response.headers_mut());
    }
    response
}

fn unknown_caller() -> Response {
    let body = br#"{"error":{"message":"This gateway needs the token of an app that Inkhorn knows.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#;
    let mut response = json(StatusCode::UNAUTHORIZED, body.to_vec());
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn no_such_route() -> Response {
    refuse(FrontDialect::OpenaiChat, &Fault::new(Code::NotFound))
}

async fn no_such_method() -> Response {
    let fault = Fault::new(Code::BadRequest).with("reason", "the method");
    refuse_as(FrontDialect::OpenaiChat, StatusCode::METHOD_NOT_ALLOWED, &fault)
}

/// A request that is not served, and the status that says so best.
struct Refused {
    status: StatusCode,
    fault: Fault,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self { status: status_of(fault.code()), fault }
    }
}

async fn chat(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let dialect = FrontDialect::OpenaiChat;
    match answer_chat(&gateway, dialect, request).await {
        Ok(response) => response,
        Err(refused) => refuse_as(dialect, refused.status, &refused.fault),
    }
}

async fn answer_chat(
    gateway: &Gateway,
    dialect: FrontDialect,
    request: Request,
) -> Result<Response, Refused> {
    let app = caller(&request)?;
    let place = gateway.limits.enter(app.id).await?;
    let body = read_body(request.into_body()).await?;
    let seen = peek(dialect, &body).map_err(|bad| Fault::new(Code::BadRequest).with("reason", bad))?;
    if !app.may_use(&seen.model) {
        return Err(Fault::new(Code::ModelNotAllowed).with("model", &seen.model).into());
    }
    let (streaming, include_usage, model) = (seen.stream, seen.stream_usage, seen.model.clone());
    let ask = Ask {
        face: Face::Gateway,
        feature: "gateway".into(),
        privacy: app.privacy,
        model: Some(model.clone()),
        conversation_model: None,
        app: Some(app),
        body: AskBody::Wire { dialect, body, seen },
    };
    let answer = gateway.engine.send(ask).await?;
    let info = answer.info();
    let head = AnswerHead {
        id: format!("chatcmpl-{}", info.request),
        model,
        created: info.started / 1000,
        streaming,
        include_usage,
    };
    let request_id = HeaderValue::from_str(&info.request.to_string());
    let encoder = AnswerEncoder::new(dialect, head);
    let mut response = if streaming {
        answer::streamed(answer, encoder, place, "text/event-stream; charset=utf-8")
    } else {
        answer::whole(answer, encoder, place).await?
    };
    if let Ok(id) = request_id {
        response.headers_mut().insert("x-request-id", id);
    }
    Ok(response)
}

async fn models(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    match caller(&request) {
        Ok(app) => {
            // What the writer hid stays out of an app's choice too. Asked for by its name, it is there.
            let listed: Vec<_> = served(&gateway, &app, |model| !model.hidden).collect();
            json(StatusCode::OK, write_models(FrontDialect::OpenaiChat, &listed))
        }
        Err(fault) => refuse(FrontDialect::OpenaiChat, &fault),
    }
}

async fn model(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>, request: Request) -> Response {
    let found = caller(&request).and_then(|app| {
        let known = served(&gateway, &app, |model| model.id == id).next();
        known.ok_or_else(|| Fault::new(Code::ModelNotFound).with("model", &id))
    });
    match found {
        Ok(model) => json(StatusCode::OK, write_model(FrontDialect::OpenaiChat, &model)),
        Err(fault) => refuse(FrontDialect::OpenaiChat, &fault),
    }
}

/// The models that this app could use right now, those of them that are wanted.
fn served<'a>(
    gateway: &Gateway,
    app: &'a AdmittedApp,
    wanted: impl Fn(&OfferedModel) -> bool + 'a,
) -> impl Iterator<Item = ServedModel> + 'a {
    let offered = gateway.engine.offered_models(app.privacy);
    let usable = offered.into_iter().filter(move |model| wanted(model) && app.may_use(&model.id));
    usable.map(|model| ServedModel {
        id: model.id,
        display_name: model.name,
        created: model.listed_at / 1000,
        owned_by: model.connection,
    })
}

fn caller(request: &Request) -> Result<Arc<AdmittedApp>, Fault> {
    request.extensions().get::<Arc<AdmittedApp>>().cloned().ok_or_else(|| Fault::new(Code::NotFound))
}

/// Reads the body. One that says that it is too large is refused before it is sent.
async fn read_body(body: Body) -> Result<Bytes, Refused> {
    let too_large = || {
        let reason = format!("a request may have {} MiB", BODY_CAP >> 20);
        let fault = Fault::new(Code::OverLimit).with("reason", reason);
        Refused { status: StatusCode::PAYLOAD_TOO_LARGE, fault }
    };
    if body.size_hint().lower() > BODY_CAP as u64 {
        return Err(too_large());
    }
    let reading = Limited::new(body, BODY_CAP).collect();
    match tokio::time::timeout(BODY_DEADLINE, reading).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Fault::new(Code::BadRequest).with("reason", "the body broke off").into()),
        Err(_) => {
            let fault = Fault::new(Code::BadRequest).with("reason", "the body did not come in time");
            Err(Refused { status: StatusCode::REQUEST_TIMEOUT, fault })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::convert::Infallible;

    async fn refusal_of(body: Body) -> Option<(StatusCode, Code)> {
        read_body(body).await.err().map(|refused| (refused.status, refused.fault.code()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_comes_to_its_end_is_not_waited_for() {
        let asked = tokio::time::Instant::now();
        let silent = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        assert_eq!(refusal_of(silent).await, Some((StatusCode::REQUEST_TIMEOUT, Code::BadRequest)));
        assert!(asked.elapsed().abs_diff(BODY_DEADLINE) < Duration::from_millis(10));
    }

    #[tokio::test]
    async fn a_body_may_be_as_large_as_is_said_and_not_a_byte_larger() {
        let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[b' '; 65_536])));
        let too_large = Some((StatusCode::PAYLOAD_TOO_LARGE, Code::OverLimit));
        assert_eq!(refusal_of(Body::from_stream(endless)).await, too_large);
        assert_eq!(refusal_of(Body::from(vec![b' '; BODY_CAP + 1])).await, too_large);
        assert_eq!(refusal_of(Body::from(vec![b' '; BODY_CAP])).await, None);
        let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("gone"))]);
        assert_eq!(
            refusal_of(Body::from_stream(broken)).await,
            Some((StatusCode::BAD_REQUEST, Code::BadRequest))
        );
    }
}
