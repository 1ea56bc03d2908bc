//! Who may take part: the same version, the same token, and certificates where anything leaves the machine.
//!
//! Ballista's parts open their connections themselves; the one place where each of them lets us in is the endpoint that
//! is connected to. So what proves that a caller belongs here travels in the one header that an endpoint carries with
//! every request: the user agent. It holds a digest of the token, never the token.

use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ballista_core::extension::EndpointOverrideFn;
use futures::future::{Either, Ready, ready};
use tonic::Status;
use tonic::codegen::http::header::USER_AGENT;
use tonic::codegen::http::{Request, Response};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig};
use tower_layer::Layer;
use tower_service::Service;

use crate::EngineError;

/// Letters that a token has at least.
pub const TOKEN_LEN_MIN: usize = 16;

const CONNECT_LIMIT: Duration = Duration::from_secs(20);
const ALIVE_EVERY: Duration = Duration::from_secs(30);

/// What the parts of a cluster know each other by.
#[derive(Clone)]
pub struct Trust {
    digest: blake3::Hash,
    version: String,
    /// PEM: whose certificates are believed.
    authority: Option<Vec<u8>>,
    /// PEM: the own certificate and its key.
    identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl Trust {
    /// By a token that all parts share.
    ///
    /// # Errors
    /// When the token is shorter than [`TOKEN_LEN_MIN`].
    pub fn by_token(token: &str) -> Result<Self, EngineError> {
        let token = token.trim();
        if token.len() < TOKEN_LEN_MIN {
            return Err(EngineError::Cluster {
                what: format!("the token has {} letters, and {TOKEN_LEN_MIN} are the least", token.len()),
                hint: "make one: openssl rand -hex 32".into(),
            });
        }
        let digest = blake3::derive_key("sayso cluster 2026 the shared token", token.as_bytes()).into();
        Ok(Self { digest, version: env!("CARGO_PKG_VERSION").to_owned(), authority: None, identity: None })
    }

    /// Believes certificates of this authority (PEM), and speaks TLS only.
    #[must_use]
    pub fn with_authority(self, pem: Vec<u8>) -> Self {
        Self { authority: Some(pem), ..self }
    }

    /// Shows this certificate with its key (both PEM) to whoever connects.
    #[must_use]
    pub fn with_identity(self, certificate: Vec<u8>, key: Vec<u8>) -> Self {
        Self { identity: Some((certificate, key)), ..self }
    }

    /// The same as another version would have it, to see that it is turned away.
    #[doc(hidden)]
    #[must_use]
    pub fn of_version(self, version: &str) -> Self {
        Self { version: version.to_owned(), ..self }
    }

    pub(super) fn uses_tls(&self) -> bool {
        self.authority.is_some()
    }

    /// Whether this address may be listened on: beyond the own machine only with certificates.
    pub(super) fn may_listen(&self, ip: IpAddr) -> Result<(), EngineError> {
        if ip.is_loopback() || self.identity.is_some() && self.authority.is_some() {
            return Ok(());
        }
        Err(EngineError::Cluster {
            what: format!("{ip} can be reached from other machines, and nothing would be encrypted"),
            hint: "give --certificate, --key and --authority, or listen on 127.0.0.1".into(),
        })
    }

    /// What every connection of ours is made with.
    pub(super) fn endpoints(&self) -> EndpointOverrideFn {
        let trust = self.clone();
        Arc::new(move |endpoint| trust.endpoint(&endpoint))
    }

    fn endpoint(&self, asked: &Endpoint) -> Result<Endpoint, Box<dyn std::error::Error + Send + Sync>> {
        let scheme = if self.uses_tls() { "https" } else { "http" };
        let host = asked.uri().authority().map(ToString::to_string).unwrap_or_default();
        // Made anew: some parts of Ballista know the scheme `http` only.
        let endpoint = Endpoint::from_shared(format!("{scheme}://{host}"))?
            .user_agent(self.introduction())?
            .connect_timeout(CONNECT_LIMIT)
            .tcp_nodelay(true)
            .tcp_keepalive(Some(ALIVE_EVERY))
            .http2_keep_alive_interval(ALIVE_EVERY)
            .keep_alive_while_idle(true);
        Ok(match &self.authority {
            Some(pem) => endpoint.tls_config(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))?,
            None => endpoint,
        })
    }

    fn introduction(&self) -> String {
        format!("sayso/{} {}", self.version, self.digest.to_hex())
    }

    /// A server that lets in who belongs here.
    pub(super) fn server(&self) -> Result<Server<tower_layer::Stack<Gate, tower_layer::Identity>>, EngineError> {
        let server = Server::builder().tcp_nodelay(true).http2_keepalive_interval(Some(ALIVE_EVERY));
        let server = match &self.identity {
            Some((certificate, key)) => server
                .tls_config(ServerTlsConfig::new().identity(Identity::from_pem(certificate, key)))
                .map_err(|error| EngineError::Cluster {
                    what: format!("the certificate or its key is not usable ({error})"),
                    hint: "both are PEM files; the key belongs to the certificate".into(),
                })?,
            None => server,
        };
        Ok(server.layer(Gate { trust: Arc::new(self.clone()) }))
    }

    /// Whether somebody who introduces themselves so may go on.
    fn admits(&self, introduction: &str) -> Result<(), Status> {
        let mut words = introduction.split(' ');
        let (agent, digest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        // Compared in a time that does not tell how much of it was right.
        let is_known = blake3::Hash::from_hex(digest).is_ok_and(|digest| digest == self.digest);
        match agent.strip_prefix("sayso/") {
            Some(version) if is_known && version == self.version => Ok(()),
            Some(version) if is_known => Err(Status::failed_precondition(format!(
                "this cluster runs Sayso {}, and the caller is {version}: use the same version everywhere",
                self.version
            ))),
            _ => Err(Status::unauthenticated("the token is not the one of this cluster")),
        }
    }
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trust").field("version", &self.version).field("tls", &self.uses_tls()).finish_non_exhaustive()
    }
}

/// Puts a [`Gated`] before every service.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    trust: Arc<Trust>,
}

/// A service behind the gate.
#[derive(Clone, Debug)]
pub(super) struct Gated<S> {
    trust: Arc<Trust>,
    inner: S,
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { trust: Arc::clone(&self.trust), inner }
    }
}

impl<S, B, A> Service<Request<B>> for Gated<S>
where
    S: Service<Request<B>, Response = Response<A>>,
    A: Default,
{
    type Response = Response<A>;
    type Error = S::Error;
    type Future = Either<Ready<Result<Response<A>, S::Error>>, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let introduction = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        match self.trust.admits(introduction) {
            Ok(()) => Either::Right(self.inner.call(request)),
            Err(refusal) => Either::Left(ready(Ok(refusal.into_http()))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_the_same_token_and_version_come_in() {
        let trust = Trust::by_token("a token of some length").unwrap();
        assert!(trust.admits(&format!("{} tonic/0.14", trust.introduction())).is_ok());
        let other = Trust::by_token("another token of some length").unwrap();
        assert_eq!(trust.admits(&other.introduction()).unwrap_err().code(), tonic::Code::Unauthenticated);
        let older = trust.clone().of_version("0.0.1");
        let refusal = trust.admits(&older.introduction()).unwrap_err();
        assert_eq!(refusal.code(), tonic::Code::FailedPrecondition);
        assert!(refusal.message().contains("0.0.1"), "{refusal}");
        for stranger in ["", "sayso/", "tonic/0.14", "sayso/0.1.0 nonsense"] {
            assert_eq!(trust.admits(stranger).unwrap_err().code(), tonic::Code::Unauthenticated, "{stranger}");
        }
    }

    #[test]
    fn a_short_token_and_an_open_door_are_refused() {
        assert!(Trust::by_token("short").is_err());
        let trust = Trust::by_token("a token of some length").unwrap();
        assert!(trust.may_listen("127.0.0.1".parse().unwrap()).is_ok());
        assert!(trust.may_listen("::1".parse().unwrap()).is_ok());
        assert!(trust.may_listen("0.0.0.0".parse().unwrap()).is_err());
        let armed = trust.with_authority(Vec::new()).with_identity(Vec::new(), Vec::new());
        assert!(armed.may_listen("0.0.0.0".parse().unwrap()).is_ok());
    }

    #[test]
    fn what_is_shown_of_it_is_not_the_token() {
        let trust = Trust::by_token("a token of some length").unwrap();
        assert!(!trust.introduction().contains("some length"));
        assert!(!format!("{trust:?}").contains(trust.digest.to_hex().as_str()));
    }
}
