//! What a failure on the way is called: decided here, once, for every crate above.
//!
//! The words of the HTTP library are not passed on: they may hold an address with a query in it.

use crate::connect::ConnectFailure;
use crate::destination::Target;
use crate::fault_at;
use http::Response;
use http::header::{CONTENT_ENCODING, LOCATION};
use inkhorn_fault::{Code, Fault};
use std::error::Error;
use url::Url;

/// A request that got no answer.
pub(crate) fn of_request(error: &hyper_util::client::legacy::Error, address: &str) -> Fault {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(failure) = error.downcast_ref::<ConnectFailure>() {
            return of_connect(failure, address);
        }
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return of_exchange(error, address);
        }
        cause = error.source();
    }
    Fault::new(Code::StreamBroken)
}

/// An answer that broke off in its body.
pub(crate) fn of_body(error: &hyper::Error, address: &str) -> Fault {
    if error.is_timeout() { timed_out(address) } else { Fault::new(Code::StreamBroken) }
}

/// No byte in time.
pub(crate) fn timed_out(address: &str) -> Fault {
    fault_at(Code::TimedOut, address)
}

fn of_connect(failure: &ConnectFailure, address: &str) -> Fault {
    match failure {
        ConnectFailure::UnknownHost => fault_at(Code::UnknownHost, address),
        ConnectFailure::Misplaced(inside) => {
            Fault::new(Code::UnknownHost).with("name", address).with("inside", inside)
        }
        ConnectFailure::Refused => fault_at(Code::ConnectionRefused, address),
        ConnectFailure::ByProxy(proxy) => Fault::new(Code::ConnectionRefused).with("proxy", proxy),
        ConnectFailure::Tls(words) => fault_at(Code::TlsFailed, address).with_detail(words),
        ConnectFailure::TimedOut => timed_out(address),
    }
}

fn of_exchange(error: &hyper::Error, address: &str) -> Fault {
    if error.is_timeout() {
        timed_out(address)
    } else if error.is_parse_too_large() {
        Fault::new(Code::AnswerTooLarge)
    } else if error.is_parse() {
        fault_at(Code::NotAnApi, address)
    } else {
        Fault::new(Code::StreamBroken)
    }
}

/// A redirect is never followed: headers with keys would travel on to a place that nobody confirmed.
pub(crate) fn refuse_redirect<B>(response: &Response<B>, target: &Target) -> Result<(), Fault> {
    if !response.status().is_redirection() {
        return Ok(());
    }
    let fault = Fault::new(Code::RedirectRefused).with_status(response.status().as_u16());
    // The host only: the rest of the address is the server's text and may repeat what was sent.
    let place = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).and_then(|location| {
        let here = Url::parse(&target.uri.to_string()).ok()?;
        let there = here.join(location).ok()?;
        let host = there.host_str()?;
        Some(there.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    Err(match place {
        Some(place) => fault.with("target", place),
        None => fault,
    })
}

/// Nothing packed was asked for, and nothing here unpacks: a packed answer is a mistake or a bomb.
pub(crate) fn refuse_packed<B>(response: &Response<B>, address: &str) -> Result<(), Fault> {
    let packed = response
        .headers()
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity") && !coding.is_empty());
    if packed {
        let fault = fault_at(Code::NotAnApi, address).with_status(response.status().as_u16());
        return Err(fault.with_detail("the answer is compressed although that was declined"));
    }
    Ok(())
}
