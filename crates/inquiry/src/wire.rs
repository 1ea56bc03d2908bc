//! The network, for fetching from trackers: one exchange at a time, over lines whose other end has shown who it is.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use sayso_sources::fetch::{Method, Request, Response, Waited, Wire, WireError};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Error, http};

use crate::World;

/// From the request to the last byte of its answer.
const WHOLE: Duration = Duration::from_secs(180);
/// Until a connection has come about.
const CONNECT: Duration = Duration::from_secs(20);
/// Until an answer begins.
const ANSWER: Duration = Duration::from_secs(90);
/// Bytes of one answer, unpacked; trackers give pages, and a page is never so large.
const BODY_MAX: u64 = 256 << 20;
/// How often a pause looks whether the user wants to stop.
const SLICE: Duration = Duration::from_millis(100);

/// The network of this machine.
pub(crate) struct Net<'w> {
    agent: Agent,
    world: &'w dyn World,
    stop: &'w AtomicBool,
}

impl<'w> Net<'w> {
    /// Nothing is connected before the first request.
    pub(crate) fn new(world: &'w dyn World, stop: &'w AtomicBool) -> Self {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            // Where a site sends on to is decided by whoever holds the credential.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(WHOLE))
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .user_agent(concat!("sayso/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), world, stop }
    }
}

impl Wire for Net<'_> {
    fn send(&mut self, request: &Request) -> Result<Response, WireError> {
        if self.stop.load(Ordering::SeqCst) {
            return Err(WireError::Stopped);
        }
        let mut asked = http::Request::builder().method(request.method.name()).uri(&request.url);
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        let unbuilt = |error: http::Error| WireError::Refused(error.to_string());
        let mut answer = match (request.method, &request.body) {
            (Method::Get, None) => self.agent.run(asked.body(()).map_err(unbuilt)?),
            (_, body) => self.agent.run(asked.body(body.clone().unwrap_or_default()).map_err(unbuilt)?),
        }
        .map_err(wire_error)?;
        let mut body = Vec::new();
        let mut reader = answer.body_mut().with_config().limit(BODY_MAX).reader();
        reader.read_to_end(&mut body).map_err(|error| match error.downcast::<Error>() {
            Ok(error) => wire_error(error),
            Err(error) => wire_error(Error::Io(error)),
        })?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        Ok(Response { status: answer.status().as_u16(), headers: headers.collect(), body })
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn wait(&mut self, pause: Duration) -> Waited {
        let mut left = pause;
        while !left.is_zero() {
            if self.stop.load(Ordering::SeqCst) {
                return Waited::Stopped;
            }
            let slice = left.min(SLICE);
            std::thread::sleep(slice);
            left -= slice;
        }
        Waited::Done
    }

    fn chance(&mut self) -> f64 {
        // Pauses are spread so that many who wait do not come back at once; half is as good where nothing is to be had.
        self.world.secret().map_or(0.5, |bytes| {
            let bits = u64::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], 0]);
            (bits >> 3) as f64 / (1_u64 << 53) as f64
        })
    }
}

fn wire_error(error: Error) -> WireError {
    match error {
        Error::Timeout(_) => WireError::TimedOut,
        Error::BodyExceedsLimit(_) => WireError::TooLarge,
        Error::Tls(why) => WireError::Tls(why.to_owned()),
        Error::Rustls(why) => WireError::Tls(why.to_string()),
        Error::HostNotFound => WireError::Refused("no such host".to_owned()),
        Error::ConnectionFailed => WireError::Refused("nobody answers there".to_owned()),
        Error::Io(why) => match why.kind() {
            std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock => WireError::TimedOut,
            std::io::ErrorKind::ConnectionRefused => WireError::Refused("nobody answers there".to_owned()),
            std::io::ErrorKind::InvalidData if why.to_string().contains("certificate") => {
                WireError::Tls(why.to_string())
            }
            _ => WireError::Cut,
        },
        // An answer that is not whole is one that may come whole next time.
        Error::Protocol(_) => WireError::Cut,
        other => WireError::Refused(other.to_string()),
    }
}
