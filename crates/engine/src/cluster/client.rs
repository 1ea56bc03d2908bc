//! The side that asks: ships a plan to the scheduler and takes the rows as they come.

use std::sync::Arc;

use ballista_core::JobId;
use ballista_core::execution_plans::execute_physical_plan;
use ballista_core::extension::SessionConfigExt;
use ballista_scheduler::planner::{DefaultDistributedPlanner, DistributedPlanner};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlan, displayable};
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::PhysicalPlanNode;
use futures::{StreamExt, stream};

use super::codec::Codec;
use super::{MESSAGE_BYTES_MAX, StoreKeys, Trust, Unpack};
use crate::EngineError;
use crate::record::layout::BUCKETS;

/// How often a plan is shipped before its failure is believed: an executor that dies takes finished parts with it.
const ATTEMPTS: usize = 3;

/// A cluster, as the side that asks knows it.
pub struct Cluster {
    scheduler: String,
    trust: Trust,
    codec: Arc<Codec>,
    session: String,
}

impl Cluster {
    /// The cluster of the scheduler at `address` (`http://127.0.0.1:50050`, `https://host:50050`). Nothing is asked yet.
    ///
    /// `session` names this caller; two callers of one name would be one to the scheduler.
    ///
    /// # Errors
    /// When the address is none, or says `https` and no authority is trusted (or the other way round).
    pub fn new(
        address: &str,
        trust: Trust,
        keys: StoreKeys,
        unpack: Unpack,
        session: String,
    ) -> Result<Self, EngineError> {
        let wrong = |what: String| EngineError::Cluster {
            what,
            hint: "write --cluster http://127.0.0.1:50050, or https://HOST:50050 with --cluster-authority FILE".into(),
        };
        let url = url::Url::parse(address).map_err(|error| wrong(format!("`{address}` is no address ({error})")))?;
        let (Some(host), Some(port)) = (url.host_str(), url.port()) else {
            return Err(wrong(format!("`{address}` does not say host and port")));
        };
        match (url.scheme(), trust.uses_tls()) {
            ("http", false) | ("https", true) => {}
            ("http" | "https", _) => {
                return Err(wrong(format!("`{address}` and the authority do not go together")));
            }
            _ => return Err(wrong(format!("`{address}` is neither http nor https"))),
        }
        let codec = Arc::new(Codec::new(unpack, keys, std::path::PathBuf::new()));
        Ok(Self { scheduler: format!("http://{host}:{port}"), trust, codec, session })
    }

    /// What a plan has to be made with, so that it can be shipped.
    pub(crate) fn config(&self, config: SessionConfig) -> SessionConfig {
        config
            .upgrade_for_ballista()
            .with_target_partitions(BUCKETS)
            .with_ballista_use_tls(self.trust.uses_tls())
            .with_ballista_grpc_client_max_message_size(MESSAGE_BYTES_MAX as usize)
            .with_ballista_override_create_grpc_client_endpoint(self.trust.endpoints())
    }

    /// The rows of a plan. Where a part of the cluster dies before the first of them has arrived, it is asked again.
    pub(crate) async fn rows(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        config: SessionConfig,
    ) -> Result<SendableRecordBatchStream> {
        let schema = plan.schema();
        let settings = config.ballista_config();
        let mut attempt = 1;
        loop {
            let asked = execute_physical_plan::<PhysicalPlanNode>(
                self.scheduler.clone(),
                &settings,
                Arc::clone(&plan),
                &*self.codec,
                self.session.clone(),
                config.clone(),
            );
            let mut rows = match asked.await {
                Ok(rows) => rows,
                Err(error) if attempt < ATTEMPTS && is_passing(&error) => {
                    attempt += 1;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match rows.next().await {
                None => return Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream::empty()))),
                Some(Ok(first)) => {
                    let rows = stream::iter([Ok(first)]).chain(rows);
                    return Ok(Box::pin(RecordBatchStreamAdapter::new(schema, rows)));
                }
                Some(Err(error)) if attempt == ATTEMPTS => return Err(error),
                Some(Err(_)) => attempt += 1,
            }
        }
    }

    /// How the scheduler will cut a plan into stages, in words.
    pub(crate) fn stages(&self, plan: Arc<dyn ExecutionPlan>, config: &SessionConfig) -> Result<String> {
        let mut planner = DefaultDistributedPlanner::new();
        let stages = planner
            .plan_query_stages(&JobId::new("explained".to_owned()), plan, config.options())
            .map_err(|error| DataFusionError::Execution(error.to_string()))?;
        let mut text = String::new();
        for (number, stage) in stages.into_iter().enumerate() {
            let stage: Arc<dyn ExecutionPlan> = stage;
            text.push_str(&format!("stage {}\n{}", number + 1, displayable(&*stage).indent(false)));
        }
        Ok(text)
    }
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cluster").field("scheduler", &self.scheduler).finish_non_exhaustive()
    }
}

/// Whether asking again may help: not where the caller was turned away.
fn is_passing(error: &DataFusionError) -> bool {
    turned_away(&error.to_string()).is_none() && !error.to_string().contains("tcp connect error")
}

/// What a refusal of the cluster says to whoever asked, if it is one.
pub(crate) fn turned_away(error: &str) -> Option<EngineError> {
    let cluster = |what: &str, hint: &str| Some(EngineError::Cluster { what: what.into(), hint: hint.into() });
    if error.contains("the token is not the one of this cluster") {
        return cluster(
            "the token is not the one of this cluster",
            "set SAYSO_CLUSTER_TOKEN, or --cluster-token-file, to what scheduler and executors have",
        );
    }
    if let Some((_, rest)) = error.split_once("this cluster runs Sayso ") {
        let what = rest.split(": use the same").next().unwrap_or(rest);
        return cluster(&format!("this cluster runs Sayso {what}"), "use the same version everywhere");
    }
    if error.contains("tcp connect error") || error.contains("ConnectError") || error.contains("transport error") {
        return cluster(
            "the scheduler cannot be reached",
            "start it: sayso cluster scheduler; and see that address, token and certificates are those of its start",
        );
    }
    None
}
