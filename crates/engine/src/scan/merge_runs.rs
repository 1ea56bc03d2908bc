//! The operator that merges the sorted runs of every bucket while they are read.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, SplitPoint, internal_err};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
    SendableRecordBatchStream,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::{by_range, ordering};
use crate::record::merge::{Merge, Step};

/// Merges the partitions of its input to fewer: for every partition the buckets in order, for every bucket the range
/// of input partitions that are its sorted runs.
///
/// Plain data: a codec for another machine writes the buckets and the split points, and leaves the input to the codec
/// that knows it.
#[derive(Debug)]
pub(crate) struct MergeRunsExec {
    input: Arc<dyn ExecutionPlan>,
    partitions: Vec<Vec<Range<usize>>>,
    splits: Option<Vec<SplitPoint>>,
    keys: [usize; 3],
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl MergeRunsExec {
    pub fn try_new(
        input: Arc<dyn ExecutionPlan>,
        partitions: Vec<Vec<Range<usize>>>,
        splits: Option<Vec<SplitPoint>>,
    ) -> Result<Self> {
        let schema = input.schema();
        let keys = [schema.index_of("item_id")?, schema.index_of("at")?, schema.index_of("seq")?];
        let partitioning = match &splits {
            Some(points) if points.len() + 1 == partitions.len() => by_range(&schema, points.clone())?,
            _ => Partitioning::UnknownPartitioning(partitions.len()),
        };
        let equivalences = EquivalenceProperties::new_with_orderings(Arc::clone(&schema), ordering(&schema));
        let properties =
            PlanProperties::new(equivalences, partitioning, EmissionType::Incremental, Boundedness::Bounded);
        Ok(Self {
            input,
            partitions,
            splits,
            keys,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }

    fn merge(&self, runs: Range<usize>, context: &Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = context.session_config().batch_size();
        let inputs: Vec<SendableRecordBatchStream> =
            runs.map(|run| self.input.execute(run, Arc::clone(context))).collect::<Result<_>>()?;
        if inputs.len() == 1 {
            return Ok(inputs.into_iter().next().expect("its length is one"));
        }
        let merge = Merge::new(inputs.len(), self.keys, rows);
        let merged = stream::try_unfold((merge, inputs), |(mut merge, mut inputs)| async move {
            loop {
                match merge.step()? {
                    Step::Need(run) => {
                        let batch = inputs[run].next().await.transpose()?;
                        merge.give(run, batch);
                    }
                    Step::Ready(batch) => return Ok(Some((batch, (merge, inputs)))),
                    Step::Done => return Ok(None),
                }
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.input.schema(), merged)))
    }
}

impl DisplayAs for MergeRunsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_buckets: usize = self.partitions.iter().map(Vec::len).sum();
        let n_runs = self.partitions.iter().flatten().map(ExactSizeIterator::len).sum::<usize>();
        write!(f, "MergeRunsExec: runs={n_runs}, buckets={n_buckets}, partitions={}", self.partitions.len())
    }
}

impl ExecutionPlan for MergeRunsExec {
    fn name(&self) -> &str {
        "MergeRunsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(input) = children.pop() else { return internal_err!("MergeRunsExec has one child") };
        Ok(Arc::new(Self::try_new(input, self.partitions.clone(), self.splits.clone())?))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let Some(buckets) = self.partitions.get(partition).cloned() else {
            return internal_err!("MergeRunsExec has no partition {partition}");
        };
        let metrics = BaselineMetrics::new(&self.metrics, partition);
        let merges: Vec<SendableRecordBatchStream> =
            buckets.into_iter().map(|runs| self.merge(runs, &context)).collect::<Result<_>>()?;
        // Bucket after bucket: the next one is opened when the one before is done.
        let rows = stream::iter(merges.into_iter().map(Ok::<_, datafusion::error::DataFusionError>))
            .try_flatten()
            .inspect_ok(move |batch| metrics.record_output(batch.num_rows()));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.input.schema(), rows)))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}
