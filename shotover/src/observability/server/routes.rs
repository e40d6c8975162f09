//! What does each path answer?

use crate::observability::{LogControl, LogControlError, Metrics, Readiness, Stage};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue, ORIGIN};
use hyper::{Method, Request, Response, StatusCode};
use std::time::Duration;
use tokio::time::timeout;

/// The longest request body that is read.
pub(super) const MAX_BODY_BYTES: usize = 4 * 1024;
/// How long a client may take to send its body.
pub(super) const BODY_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// The format that prometheus-client writes.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
const PLAIN_TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// What the endpoint shows and changes.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Behind `/metrics`.
    pub metrics: Metrics,
    /// Behind `/readyz`.
    pub readiness: Readiness,
    /// Behind `/log-filter`.
    pub log_control: LogControl,
}

/// Who can reach the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Programs on this host: the interface is a loopback address.
    ThisHost,
    /// Anybody on a network.
    Network,
}

enum Route {
    Metrics,
    Health,
    Readiness,
    LogFilter,
}

impl Route {
    fn of(path: &str) -> Option<Self> {
        match path {
            "/metrics" => Some(Self::Metrics),
            "/healthz" => Some(Self::Health),
            "/readyz" => Some(Self::Readiness),
            "/log-filter" => Some(Self::LogFilter),
            _ => None,
        }
    }

    /// The value of the header `Allow`.
    fn methods(&self) -> &'static str {
        match self {
            Self::Metrics | Self::Health | Self::Readiness => "GET",
            Self::LogFilter => "GET, PUT",
        }
    }
}

/// Answers one request.
pub(super) async fn respond<B>(
    endpoints: &Endpoints,
    reach: Reach,
    request: Request<B>,
) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Some(route) = Route::of(request.uri().path()) else {
        return text(
            StatusCode::NOT_FOUND,
            "there is /metrics, /healthz, /readyz and /log-filter\n",
        );
    };
    let is_put = request.method() == Method::PUT;
    match route {
        Route::LogFilter if is_put => set_log_filter(endpoints, reach, request).await,
        _ if request.method() != Method::GET => {
            let mut response = text(
                StatusCode::METHOD_NOT_ALLOWED,
                "not a method of this path\n",
            );
            response
                .headers_mut()
                .insert(ALLOW, HeaderValue::from_static(route.methods()));
            response
        }
        Route::Metrics => answer(StatusCode::OK, OPEN_METRICS, endpoints.metrics.encode()),
        Route::Health => text(StatusCode::OK, "ok\n"),
        Route::Readiness => readiness(endpoints.readiness.stage()),
        Route::LogFilter => text(
            StatusCode::OK,
            format!("{}\n", endpoints.log_control.text()),
        ),
    }
}

fn readiness(stage: Stage) -> Response<Full<Bytes>> {
    let status = match stage {
        Stage::Accepting => StatusCode::OK,
        Stage::Starting | Stage::Draining => StatusCode::SERVICE_UNAVAILABLE,
    };
    text(status, format!("{}\n", stage.label()))
}

async fn set_log_filter<B>(
    endpoints: &Endpoints,
    reach: Reach,
    request: Request<B>,
) -> Response<Full<Bytes>>
where
    B: Body<Data = Bytes>,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if reach == Reach::Network {
        let why = "the log filter can be changed only when observability_interface is a loopback address\n";
        return text(StatusCode::FORBIDDEN, why);
    }
    // Browsers name the page's origin with every PUT; a page, wherever it comes from, has no business here.
    if request.headers().contains_key(ORIGIN) {
        return text(
            StatusCode::FORBIDDEN,
            "the log filter cannot be changed from a browser\n",
        );
    }
    let body = Limited::new(request.into_body(), MAX_BODY_BYTES).collect();
    let Ok(body) = timeout(BODY_READ_TIMEOUT, body).await else {
        return text(
            StatusCode::REQUEST_TIMEOUT,
            "the body did not arrive in time\n",
        );
    };
    let body = match body {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            return text(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("a log filter has at most {MAX_BODY_BYTES} bytes\n"),
            );
        }
        Err(_) => return text(StatusCode::BAD_REQUEST, "the body cannot be read\n"),
    };
    let Ok(filter) = std::str::from_utf8(&body) else {
        return text(StatusCode::BAD_REQUEST, "the body is not UTF-8\n");
    };
    match endpoints.log_control.set(filter) {
        Ok(()) => {
            tracing::info!(filter = ?filter.trim(), "log filter changed");
            text(StatusCode::OK, format!("{}\n", filter.trim()))
        }
        Err(
            error @ (LogControlError::Syntax(_)
            | LogControlError::Level(_)
            | LogControlError::Empty),
        ) => text(StatusCode::BAD_REQUEST, format!("{error}\n")),
        Err(error @ LogControlError::NotOurs) => text(StatusCode::CONFLICT, format!("{error}\n")),
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    answer(status, PLAIN_TEXT, body)
}

fn answer(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
