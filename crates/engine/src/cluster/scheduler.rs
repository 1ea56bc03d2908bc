//! The part that hands out work. It keeps nothing on disk: when it goes, its queries are asked again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::serde::protobuf::scheduler_grpc_server::SchedulerGrpcServer;
use ballista_core::utils::default_session_builder;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::create_scheduler;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use tonic::transport::server::TcpIncoming;

use super::codec::Codec;
use super::{MESSAGE_BYTES_MAX, StoreKeys, Trust, Unpack, in_registry};
use crate::EngineError;

/// How a scheduler runs.
#[derive(Debug)]
pub struct SchedulerOptions {
    /// Where it listens; port 0 for any that is free.
    pub listen: SocketAddr,
    /// Who may take part.
    pub trust: Trust,
    /// An executor that has been silent so long is taken for dead, and its work is given to others.
    pub silence: Duration,
    /// What opens object storage: a plan names its files already here.
    pub keys: StoreKeys,
    /// Makes rules of what a caller packed.
    pub unpack: Unpack,
    /// A folder for what is brought near.
    pub nearby: std::path::PathBuf,
}

/// Runs a scheduler until the process ends; `listens` is told where it does.
///
/// # Errors
/// When the address cannot be listened on, or should not be without certificates.
pub fn scheduler(options: SchedulerOptions, listens: impl FnOnce(SocketAddr)) -> Result<(), EngineError> {
    let SchedulerOptions { listen, trust, silence, keys, unpack, nearby } = options;
    trust.may_listen(listen.ip())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("sayso-scheduler")
        .build()
        .map_err(|error| failed(listen, &error))?;
    runtime.block_on(async {
        let incoming = TcpIncoming::bind(listen).map_err(|error| failed(listen, &error))?.with_nodelay(Some(true));
        let address = incoming.local_addr().map_err(|error| failed(listen, &error))?;
        let config = SchedulerConfig {
            bind_host: address.ip().to_string(),
            external_host: address.ip().to_string(),
            bind_port: address.port(),
            // Executors ask for work: they open every connection, and have no second port.
            scheduling_policy: TaskSchedulingPolicy::PullStaged,
            executor_timeout_seconds: silence.as_secs().max(1),
            expire_dead_executor_interval_seconds: (silence.as_secs() / 3).max(1),
            no_executors_grace_period_seconds: silence.as_secs().max(1) * 2,
            grpc_server_max_decoding_message_size: MESSAGE_BYTES_MAX,
            grpc_server_max_encoding_message_size: MESSAGE_BYTES_MAX,
            grpc_client_max_message_size: MESSAGE_BYTES_MAX,
            use_tls: trust.uses_tls(),
            override_create_grpc_client_endpoint: Some(trust.endpoints()),
            override_session_builder: Some({
                let keys = keys.clone();
                Arc::new(move |config| {
                    let environment =
                        RuntimeEnvBuilder::new().with_object_store_registry(in_registry(&keys)).build_arc()?;
                    let state = SessionStateBuilder::new_from_existing(default_session_builder(config)?);
                    Ok(state.with_runtime_env(environment).build())
                })
            }),
            override_physical_codec: Some(Arc::new(Codec::new(unpack, keys, nearby))),
            ..SchedulerConfig::default()
        };
        let parts = BallistaCluster::new_from_config(&config).await.map_err(|error| failed(listen, &error))?;
        let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(parts, Arc::new(config))
            .await
            .map_err(|error| failed(listen, &error))?;
        let service = SchedulerGrpcServer::new(scheduler)
            .max_decoding_message_size(MESSAGE_BYTES_MAX as usize)
            .max_encoding_message_size(MESSAGE_BYTES_MAX as usize);
        let mut server = trust.server()?;
        listens(address);
        server.add_service(service).serve_with_incoming(incoming).await.map_err(|error| failed(listen, &error))
    })
}

fn failed(listen: SocketAddr, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::Cluster {
        what: format!("a scheduler on {listen} cannot go on ({why})"),
        hint: "is the port free? choose another with --listen 127.0.0.1:PORT".into(),
    }
}
