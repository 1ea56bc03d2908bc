//! The fold: the events of every item to its decisions and hops, as an operator that streams.

mod asked;
mod coded;
mod items;

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
use datafusion::physical_plan::metrics::{BaselineMetrics, ExecutionPlanMetricsSet, MetricBuilder, MetricsSet};
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties,
    InputDistributionRequirements, PlanProperties, ReplaceChildrenOptions, SendableRecordBatchStream,
};
use futures::Stream;
use sayso_model::decision::Reconstruct;

use crate::record::Snapshot;
use crate::record::layout::{self, col};
use crate::scan::{self, Scan};
use asked::Asked;
pub(crate) use coded::{decode, schema_of};
pub(crate) use items::ItemFold;

/// Decisions that are put out at a time.
const DECISIONS_A_BATCH: usize = 8_192;

/// What a fold gives out, as columns of codes and whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "cluster", derive(serde::Serialize, serde::Deserialize))]
pub(crate) enum Emit {
    /// A row for each decision.
    Decisions,
    /// A row for each hop.
    Hops,
    /// A row for each decision with the list of its hops: both tables at once, in order.
    Paths,
}

/// The columns that the fold may read, in the order in which it expects them.
pub(crate) const COLUMNS: [usize; 13] = [
    col::ITEM_ID,
    col::AT,
    col::ACTOR,
    col::ACT,
    col::TO,
    col::MATTER,
    col::AREA,
    col::TEAM,
    col::SITE,
    col::ROLE,
    col::VERDICT,
    col::FLAGS,
    col::ACTIVITY,
];

/// A plan that folds the live events of a snapshot.
pub(crate) fn plan(
    snapshot: &Snapshot,
    reconstruct: &Arc<dyn Reconstruct>,
    emit: Emit,
    projection: Option<Vec<usize>>,
    scan: Scan,
) -> Result<Arc<dyn ExecutionPlan>> {
    let asked = Asked::of(emit, projection.as_deref());
    let input = scan::plan(snapshot, &Scan { columns: asked.columns(), ..scan })?;
    let reconstruct = reconstruct.only(asked.parts).unwrap_or_else(|| Arc::clone(reconstruct));
    Ok(Arc::new(FoldExec::try_new(input, reconstruct, emit, projection)?))
}

/// Decisions or hops in codes, as a table.
pub(crate) struct FoldTable {
    pub snapshot: Snapshot,
    pub reconstruct: Arc<dyn Reconstruct>,
    pub emit: Emit,
}

impl fmt::Debug for FoldTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoldTable").field("emit", &self.emit).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for FoldTable {
    fn schema(&self) -> SchemaRef {
        schema_of(self.emit)
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
        let scan = Scan { partitions, item: scan::item_of(filters), ..Scan::default() };
        plan(&self.snapshot, &self.reconstruct, self.emit, projection.cloned(), scan)
    }
}

/// Folds sorted events to decisions: a pure function over one item at a time, called with slices of the batch itself
/// wherever an item lies within one.
///
/// Requires its input sorted by (item_id, at, seq) with all events of an item in one partition; the scan gives both,
/// so that nothing is sorted or moved. Where every bucket is one file the scan leaves `seq` out: the file is in its
/// order, and the order that is declared is the part of it that can still be seen.
///
/// It holds the open item and at most a batch of decisions, so that memory does not grow with the record.
///
/// For another machine: what the operator is, is `emit`, `projection` and the plain data behind `reconstruct`
/// (calendars, directory, rules, end of the record); the cluster's codec carries these three.
pub(crate) struct FoldExec {
    input: Arc<dyn ExecutionPlan>,
    reconstruct: Arc<dyn Reconstruct>,
    emit: Emit,
    projection: Option<Vec<usize>>,
    ordering: LexOrdering,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl FoldExec {
    pub fn try_new(
        input: Arc<dyn ExecutionPlan>,
        reconstruct: Arc<dyn Reconstruct>,
        emit: Emit,
        projection: Option<Vec<usize>>,
    ) -> Result<Self> {
        let Some(ordering) = scan::ordering(&input.schema()) else {
            return internal_err!("the input of FoldExec has no items");
        };
        let schema = coded::projected(emit, projection.as_deref())?;
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
            emit,
            projection,
            ordering,
            properties: Arc::new(properties),
            metrics: ExecutionPlanMetricsSet::new(),
        })
    }
}

#[cfg(feature = "cluster")]
impl FoldExec {
    pub fn emit(&self) -> Emit {
        self.emit
    }

    pub fn projection(&self) -> Option<&[usize]> {
        self.projection.as_deref()
    }

    pub fn reconstruct(&self) -> &Arc<dyn Reconstruct> {
        &self.reconstruct
    }
}

impl fmt::Debug for FoldExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoldExec").field("emit", &self.emit).field("input", &self.input).finish_non_exhaustive()
    }
}

impl DisplayAs for FoldExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FoldExec: emit={:?}, until={}", self.emit, self.reconstruct.until())
    }
}

impl ExecutionPlan for FoldExec {
    fn name(&self) -> &str {
        "FoldExec"
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
        let Some(input) = children.pop() else { return internal_err!("FoldExec has one child") };
        let reconstruct = Arc::clone(&self.reconstruct);
        Ok(Arc::new(Self::try_new(input, reconstruct, self.emit, self.projection.clone())?))
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
        let positions = self.input.schema();
        let columns = COLUMNS.map(|column| positions.index_of(layout::events().field(column).name()).ok());
        Ok(Box::pin(FoldStream {
            input: self.input.execute(partition, context)?,
            fold: Some(ItemFold::new(Arc::clone(&self.reconstruct), columns)),
            emit: self.emit,
            projection: self.projection.clone(),
            schema: self.schema(),
            metrics: BaselineMetrics::new(&self.metrics, partition),
            n_items: MetricBuilder::new(&self.metrics).counter("items", partition),
        }))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }
}

struct FoldStream {
    input: SendableRecordBatchStream,
    /// `None` once the input is done and everything is out.
    fold: Option<ItemFold>,
    emit: Emit,
    projection: Option<Vec<usize>>,
    schema: SchemaRef,
    metrics: BaselineMetrics,
    n_items: datafusion::physical_plan::metrics::Count,
}

impl FoldStream {
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<RecordBatch>>> {
        loop {
            let Some(fold) = &mut self.fold else { return Poll::Ready(None) };
            let batch = ready!(Pin::new(&mut self.input).poll_next(cx)).transpose()?;
            let timer = self.metrics.elapsed_compute().timer();
            let is_done = batch.is_none();
            match batch {
                Some(batch) => fold.push(&batch)?,
                None => fold.finish(),
            }
            let paths = fold.paths();
            let is_due = paths.decisions.len() >= DECISIONS_A_BATCH || is_done && !paths.decisions.is_empty();
            let out = if is_due {
                let batch = coded::encode(paths, self.emit, self.projection.as_deref(), &self.schema);
                fold.clear();
                Some(batch)
            } else {
                None
            };
            if is_done {
                self.n_items.add(fold.n_items());
                self.fold = None;
            }
            timer.done();
            match out {
                Some(Ok(batch)) if batch.num_rows() == 0 => {}
                Some(batch) => return Poll::Ready(Some(batch)),
                None => {}
            }
        }
    }
}

impl Stream for FoldStream {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let poll = self.poll_batch(cx);
        self.metrics.record_poll(poll)
    }
}

impl RecordBatchStream for FoldStream {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}
