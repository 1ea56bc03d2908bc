//! Computing on other machines: which cluster was meant, its token, and the parts that a machine can play.
//!
//! Everything is there in every build, so that commands and their pages do not differ; a build without the feature
//! `cluster` says so when one is asked for.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use crate::{InquiryError, World};

/// The variable of the environment that holds the shared token.
pub const TOKEN_VARIABLE: &str = "SAYSO_CLUSTER_TOKEN";

/// How a cluster is reached, and what proves that one belongs to it.
#[derive(Clone, Debug, Default)]
pub struct ClusterAccess {
    /// A file with the shared token that only its owner may read; [`TOKEN_VARIABLE`] when it is not given.
    pub token_file: Option<PathBuf>,
    /// PEM file: whose certificates are believed. With it, everything is encrypted.
    pub authority: Option<PathBuf>,
    /// PEM file: the certificate that this part shows.
    pub certificate: Option<PathBuf>,
    /// PEM file: the key of that certificate.
    pub key: Option<PathBuf>,
}

/// A scheduler to be.
#[derive(Clone, Debug)]
pub struct SchedulerRequest {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Who may take part.
    pub access: ClusterAccess,
    /// After how long a silent executor is taken for dead.
    pub silence: Duration,
}

/// An executor to be.
#[derive(Clone, Debug)]
pub struct ExecutorRequest {
    /// The scheduler's address.
    pub scheduler: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Under which name others reach it.
    pub reached_as: Option<String>,
    /// Who may take part.
    pub access: ClusterAccess,
    /// Tasks at a time; as many as the machine has threads when it is not given.
    pub threads: Option<NonZeroUsize>,
    /// Megabytes that sorts and joins may hold; most of the machine's when it is not given.
    pub memory_mb: Option<u64>,
    /// For results and what is brought near; a temporary folder when it is not given.
    pub folder: Option<PathBuf>,
}

#[cfg(feature = "cluster")]
mod parts {
    use std::path::Path;
    use std::sync::Arc;

    use sayso_engine::cluster::{
        Cluster, ExecutorOptions, SchedulerOptions, StoreKeys, Trust, executor, publish, scheduler,
    };
    use sayso_engine::{Place, Snapshot};

    use super::*;
    use crate::{Office, token, who};

    impl ClusterAccess {
        fn trust(&self, world: &dyn World) -> Result<Trust, InquiryError> {
            let token = match &self.token_file {
                Some(file) => token::in_file(file)?,
                None => world.variable(TOKEN_VARIABLE).unwrap_or_default(),
            };
            if token.trim().is_empty() {
                return Err(InquiryError::usage(
                    "use a cluster without its token",
                    format!(
                        "the same everywhere: export {TOKEN_VARIABLE}=$(openssl rand -hex 32), or --token-file FILE"
                    ),
                ));
            }
            let read = |file: &Path| std::fs::read(file).map_err(InquiryError::file("read", file));
            let mut trust = Trust::by_token(&token)?;
            if let Some(authority) = &self.authority {
                trust = trust.with_authority(read(authority)?);
            }
            match (&self.certificate, &self.key) {
                (Some(certificate), Some(key)) => trust = trust.with_identity(read(certificate)?, read(key)?),
                (None, None) => {}
                _ => {
                    return Err(InquiryError::usage(
                        "show a certificate without its key, or a key without its certificate",
                        "give both: --certificate FILE --key FILE",
                    ));
                }
            }
            Ok(trust)
        }
    }

    /// The cluster that was meant.
    pub(crate) fn cluster(
        address: &str,
        access: &ClusterAccess,
        world: &dyn World,
    ) -> Result<Arc<Cluster>, InquiryError> {
        let session: String = secret(world)?.iter().map(|byte| format!("{byte:02x}")).collect();
        let trust = access.trust(world)?;
        Ok(Arc::new(Cluster::new(
            address,
            trust,
            store_keys(world),
            who::unpacked,
            format!("sayso-{}", &session[..24]),
        )?))
    }

    pub(crate) fn store_keys(world: &dyn World) -> StoreKeys {
        StoreKeys::find(|name| world.variable(name))
    }

    /// A record that lies elsewhere, and where its small files are kept.
    #[derive(Debug)]
    pub(crate) struct FarRecord {
        place: Place,
        keys: StoreKeys,
        nearby: PathBuf,
    }

    impl FarRecord {
        pub(crate) fn at(address: &str, derived: &Path, world: &dyn World) -> Result<Self, InquiryError> {
            let place = Place::parse(address)?;
            let nearby = derived.join("far");
            std::fs::create_dir_all(&nearby).map_err(InquiryError::file("make", &nearby))?;
            Ok(Self { place, keys: store_keys(world), nearby })
        }

        pub(crate) fn snapshot(&self) -> Result<Snapshot, InquiryError> {
            Ok(Snapshot::far(&self.place, &self.keys, &self.nearby)?)
        }
    }

    /// Runs a scheduler; see [`sayso_engine::cluster::scheduler`].
    ///
    /// # Errors
    /// When there is no token, or the scheduler cannot go on.
    pub fn run_scheduler(
        request: SchedulerRequest,
        world: &dyn World,
        listens: impl FnOnce(SocketAddr),
    ) -> Result<(), InquiryError> {
        let SchedulerRequest { listen, access, silence } = request;
        let nearby = folder(world)?;
        let options = SchedulerOptions {
            listen,
            trust: access.trust(world)?,
            silence,
            keys: store_keys(world),
            unpack: who::unpacked,
            nearby: nearby.path().to_path_buf(),
        };
        Ok(scheduler(options, listens)?)
    }

    /// Runs an executor; see [`sayso_engine::cluster::executor`].
    ///
    /// # Errors
    /// When there is no token, no scheduler answers, or the executor cannot go on.
    pub fn run_executor(
        request: ExecutorRequest,
        world: &dyn World,
        listens: impl FnOnce(SocketAddr),
    ) -> Result<(), InquiryError> {
        let (host, port) = host_and_port(&request.scheduler)?;
        let temporary;
        let folder = match &request.folder {
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(InquiryError::file("make", folder))?;
                folder.clone()
            }
            None => {
                temporary = self::folder(world)?;
                temporary.path().to_path_buf()
            }
        };
        let threads = request.threads.or_else(|| NonZeroUsize::new(world.threads())).unwrap_or(NonZeroUsize::MIN);
        let options = ExecutorOptions {
            scheduler: (host, port),
            listen: request.listen,
            reached_as: request.reached_as,
            trust: request.access.trust(world)?,
            threads,
            memory: request.memory_mb.map(|megabytes| megabytes << 20),
            folder,
            keys: store_keys(world),
            unpack: who::unpacked,
        };
        Ok(executor(options, listens)?)
    }

    impl Office {
        /// Copies the record to object storage, or a folder that other machines see; gives the number of files sent.
        ///
        /// # Errors
        /// When the address is none, or the store refuses.
        pub fn publish(&mut self, address: &str, world: &dyn World) -> Result<usize, InquiryError> {
            self.record.compact(self.threads.get())?;
            Ok(publish(&self.record.snapshot()?, &Place::parse(address)?, &store_keys(world))?)
        }
    }

    fn host_and_port(address: &str) -> Result<(String, u16), InquiryError> {
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest).trim_end_matches('/');
        let parts = rest.rsplit_once(':').and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)));
        parts.filter(|(host, _)| !host.is_empty()).ok_or_else(|| {
            InquiryError::usage(format!("find the scheduler `{address}`"), "write --scheduler http://127.0.0.1:50050")
        })
    }

    fn folder(world: &dyn World) -> Result<tempfile::TempDir, InquiryError> {
        let temporary = world.temporary();
        let made = tempfile::Builder::new().prefix("sayso-cluster-").tempdir_in(&temporary);
        made.map_err(InquiryError::file("make a temporary folder in", &temporary))
    }

    fn secret(world: &dyn World) -> Result<[u8; 32], InquiryError> {
        world.secret().map_err(InquiryError::file("get a random name from", Path::new("the machine")))
    }
}

#[cfg(not(feature = "cluster"))]
mod parts {
    use super::*;
    use crate::Office;

    fn not_built<T>() -> Result<T, InquiryError> {
        Err(InquiryError::usage(
            "use a cluster: this build knows none",
            "build with it: cargo install --path crates/sayso --features cluster",
        ))
    }

    /// Refused: this build knows no cluster.
    ///
    /// # Errors
    /// Always.
    pub fn run_scheduler(_: SchedulerRequest, _: &dyn World, _: impl FnOnce(SocketAddr)) -> Result<(), InquiryError> {
        not_built()
    }

    /// Refused: this build knows no cluster.
    ///
    /// # Errors
    /// Always.
    pub fn run_executor(_: ExecutorRequest, _: &dyn World, _: impl FnOnce(SocketAddr)) -> Result<(), InquiryError> {
        not_built()
    }

    pub(crate) fn refuse<T>() -> Result<T, InquiryError> {
        not_built()
    }

    impl Office {
        /// Refused: this build knows no object storage.
        ///
        /// # Errors
        /// Always.
        pub fn publish(&mut self, _: &str, _: &dyn World) -> Result<usize, InquiryError> {
            not_built()
        }
    }
}

#[cfg(not(feature = "cluster"))]
pub(crate) use parts::refuse;
#[cfg(feature = "cluster")]
pub(crate) use parts::{FarRecord, cluster};
pub use parts::{run_executor, run_scheduler};
