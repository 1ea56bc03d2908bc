//! The arcs: each event of an item with the one before it, as a table and as an operator that streams.

mod columns;
mod pairs;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use async_trait::async_trait;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::{RecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::{EquivalenceProperties, LexOrdering, OrderingRequirements, Partitioning, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    InputDistributionRequirements, PlanProperties, ReplaceChildrenOptions, SendableRecordBatchStream,
};
use futures::Stream;
use sayso_model::decision::Reconstruct;

use crate::record::Snapshot;
use crate::scan::{self, Scan};
use columns::{needs, projected, schema};
use pairs::Pairs;

/// Arcs in codes, as a table.
pub(crate) struct ArcsTable {
    pub snapshot: Snapshot,
    pub reconstruct: Arc<dyn Reconstruct>,
}

impl fmt::Debug for ArcsTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArcsTable").finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for ArcsTable {
    fn schema(&self) -> SchemaRef {
        schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters.iter().map(|filter| scan::helps(filter)).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let partitions = state.config().target_partitions();
        let columns = needs(projection.map(Vec::as_slice));
        let scan = Scan { columns, partitions, item: scan::item_of(filters), bucket: None };
        let input = scan::plan(&self.snapshot, &scan)?;
        Ok(Arc::new(ArcsExec::try_new(input, Arc::clone(&self.reconstruct), projection.cloned())?))
    }
}

/// Puts each event of an item beside the one before it. Rows that are further acts of an event are left out.
///
/// Requires its input sorted by (item_id, at, seq) with all events of an item in one partition, which the scan gives;
/// the order that is declared is the part of it that can be seen in the columns that are read. It holds the last two
/// events of the open item and nothing else.
///
/// For another machine: what the operator is, is `projection` and the directory behind `reconstruct`; the columns that it
/// reads follow from the projection.
pub(crate) struct ArcsExec {
    input: Arc<dyn ExecutionPlan>,
    reconstruct: Arc<dyn Reconstruct>,
    projection: Option<Vec<usize>>,
    ordering: LexOrdering,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl ArcsExec {
    /// Over an input that has at least the columns which [`needs`] says for the projection.
    pub fn try_new(
        input: Arc<dyn ExecutionPlan>,
        reconstruct: Arc<dyn Reconstruct>,
        projection: Option<Vec<usize>>,
    ) -> Result<Self> {
        let Some(ordering) = scan::ordering(&input.schema()) else {
            return internal_err!("the input of ArcsExec has no items");
        };
        let schema = projected(projection.as_deref())?;
        let n_partitions = input.output_partitioning().partition_count();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(n_partitions),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self {
            input,
            reconstruct,
            projection,
            ordering,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }
}

#[cfg(feature = "cluster")]
impl ArcsExec {
    pub fn projection(&self) -> Option<&[usize]> {
        self.projection.as_deref()
    }

    pub fn reconstruct(&self) -> &Arc<dyn Reconstruct> {
        &self.reconstruct
    }
}

impl fmt::Debug for ArcsExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArcsExec").field("input", &self.input).finish_non_exhaustive()
    }
}

impl DisplayAs for ArcsExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let schema = self.schema();
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        write!(f, "ArcsExec: columns=[{}]", names.join(", "))
    }
}

impl ExecutionPlan for ArcsExec {
    fn name(&self) -> &str {
        "ArcsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn input_distribution_requirements(&self) -> InputDistributionRequirements {
        scan::together(&self.input, &self.ordering)
    }

    fn required_input_ordering(&self) -> Vec<Option<OrderingRequirements>> {
        vec![Some(OrderingRequirements::from(self.ordering.clone()))]
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
        let Some(input) = children.pop() else { return internal_err!("ArcsExec has one child") };
        Ok(Arc::new(Self::try_new(input, Arc::clone(&self.reconstruct), self.projection.clone())?))
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
        let pairs = Pairs::new(&self.input.schema(), self.schema(), Arc::clone(&self.reconstruct))?;
        Ok(Box::pin(ArcsStream {
            input: self.input.execute(partition, context)?,
            pairs,
            schema: self.schema(),
            metrics: BaselineMetrics::new(&self.metrics, partition),
        }))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

struct ArcsStream {
    input: SendableRecordBatchStream,
    pairs: Pairs,
    schema: SchemaRef,
    metrics: BaselineMetrics,
}

impl Stream for ArcsStream {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let poll = loop {
            let Some(batch) = ready!(Pin::new(&mut self.input).poll_next(cx)) else { break Poll::Ready(None) };
            let stream = &mut *self;
            let timer = stream.metrics.elapsed_compute().timer();
            let arcs = batch.and_then(|batch| stream.pairs.push(&batch));
            timer.done();
            // A batch in which every item begins anew has none.
            if !arcs.as_ref().is_ok_and(|arcs| arcs.num_rows() == 0) {
                break Poll::Ready(Some(arcs));
            }
        };
        self.metrics.record_poll(poll)
    }
}

impl RecordBatchStream for ArcsStream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
