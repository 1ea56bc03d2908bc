//! The part that computes: asks the scheduler for work, reads the record where it lies, keeps its results for a while.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_flight::flight_service_server::FlightServiceServer;
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::error::BallistaError;
use ballista_core::extension::SessionConfigExt;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_executor::flight_service::BallistaFlightService;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::SessionConfig;
use tonic::transport::server::TcpIncoming;

use super::codec::Codec;
use super::{MESSAGE_BYTES_MAX, StoreKeys, Trust, Unpack, in_registry};
use crate::EngineError;

/// Seconds for which an executor looks for its scheduler before it gives up.
const LOOKS_FOR_SECONDS: u16 = 60;
/// Results that nobody has fetched are removed after a day.
const RESULTS_KEPT_SECONDS: u64 = 86_400;

/// How an executor runs.
#[derive(Debug)]
pub struct ExecutorOptions {
    /// The scheduler, as host and port.
    pub scheduler: (String, u16),
    /// Where it gives its results to others; port 0 for any that is free.
    pub listen: SocketAddr,
    /// Under which name the others reach it; the address it listens on when it is not given.
    pub reached_as: Option<String>,
    /// Who may take part.
    pub trust: Trust,
    /// Tasks at a time.
    pub threads: NonZeroUsize,
    /// Bytes that all its sorts and joins together may hold before they go to disk; `None` for most of the machine's.
    pub memory: Option<u64>,
    /// An empty folder for results and for what is brought near.
    pub folder: PathBuf,
    /// What opens object storage.
    pub keys: StoreKeys,
    /// Makes rules of what a caller packed.
    pub unpack: Unpack,
}

/// Runs an executor until the process is told to end; `listens` is told where it does.
///
/// # Errors
/// When the address cannot be listened on, or should not be without certificates; when no scheduler answers.
pub fn executor(options: ExecutorOptions, listens: impl FnOnce(SocketAddr)) -> Result<(), EngineError> {
    let ExecutorOptions { scheduler, listen, reached_as, trust, threads, memory, folder, keys, unpack } = options;
    trust.may_listen(listen.ip())?;
    let failed = |why: &dyn std::fmt::Display| EngineError::Cluster {
        what: format!("an executor on {listen} cannot go on ({why})"),
        hint: format!("does the scheduler run at {}:{}, with the same token and version?", scheduler.0, scheduler.1),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(threads.get())
        .thread_name("sayso-executor")
        .build()
        .map_err(|error| failed(&error))?;
    // The scheduler is told the port before anything listens on it: a free one is looked for first.
    let listen = match listen.port() {
        0 => runtime
            .block_on(async { TcpIncoming::bind(listen).and_then(|found| found.local_addr()) })
            .map_err(|error| failed(&error))?,
        _ => listen,
    };
    let flight = {
        let trust = trust.clone();
        move |results: String, address: SocketAddr, mut shutdown: ballista_executor::shutdown::Shutdown, _| {
            let server = trust.server();
            tokio::spawn(async move {
                let mut server = server.map_err(|error| BallistaError::General(error.to_string()))?;
                let service = FlightServiceServer::new(BallistaFlightService::new(results))
                    .max_decoding_message_size(MESSAGE_BYTES_MAX as usize)
                    .max_encoding_message_size(MESSAGE_BYTES_MAX as usize);
                let serves = server.add_service(service).serve_with_shutdown(address, shutdown.recv());
                serves.await.map_err(BallistaError::TonicError)
            })
        }
    };
    let session = {
        let trust = trust.clone();
        move || {
            SessionConfig::new_with_ballista()
                .with_ballista_use_tls(trust.uses_tls())
                .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES_MAX as usize)
                .with_ballista_override_create_grpc_client_endpoint(trust.endpoints())
        }
    };
    let spill = folder.clone();
    let stores = keys.clone();
    let environment = move |_: &SessionConfig| {
        let builder = RuntimeEnvBuilder::new().with_temp_file_path(&spill);
        Ok(Arc::new(builder.with_object_store_registry(in_registry(&stores)).build()?))
    };
    let config = ExecutorProcessConfig {
        bind_host: listen.ip().to_string(),
        external_host: Some(reached_as.unwrap_or_else(|| listen.ip().to_string())),
        port: listen.port(),
        scheduler_host: scheduler.0.clone(),
        scheduler_port: scheduler.1,
        scheduler_connect_timeout_seconds: LOOKS_FOR_SECONDS,
        task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
        vcores: threads.get(),
        work_dir: Some(folder.display().to_string()),
        memory_pool_size: memory,
        job_data_ttl_seconds: RESULTS_KEPT_SECONDS,
        job_data_clean_up_interval_seconds: RESULTS_KEPT_SECONDS / 24,
        grpc_max_decoding_message_size: MESSAGE_BYTES_MAX,
        grpc_max_encoding_message_size: MESSAGE_BYTES_MAX,
        override_runtime_producer: Some(Arc::new(environment)),
        override_config_producer: Some(Arc::new(session)),
        override_physical_codec: Some(Arc::new(Codec::new(unpack, keys, folder))),
        override_arrow_flight_service: Some(Arc::new(flight)),
        override_create_grpc_client_endpoint: Some(trust.endpoints()),
        ..ExecutorProcessConfig::default()
    };
    listens(listen);
    runtime.block_on(start_executor_process(Arc::new(config))).map_err(|error| failed(&error))
}
