//! The live events of a snapshot as a plan: partitioned by ranges of items, each partition sorted, no row moved.

mod merge_runs;

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::compute::SortOptions;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, Result, ScalarValue, SplitPoint, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::{Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::expressions::{BinaryExpr, Column, in_list, lit};
use datafusion::physical_expr::{
    Distribution, LexOrdering, Partitioning, PhysicalExpr, PhysicalSortExpr, RangePartitioning,
};
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExecBuilder;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, InputDistributionRequirements};

use crate::record::layout::{self, BUCKETS, bucket_of, bucket_start, col};
use crate::record::{Place, Run, Snapshot};
use merge_runs::MergeRunsExec;

/// Under this address a session finds the folder of its record, so that plans name files and no place on a disk.
pub(crate) const STORE: &str = "sayso://record/";

/// What of the record a plan reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scan {
    /// Columns, as positions in [`layout::events`].
    pub columns: Vec<usize>,
    /// Partitions at most; one at least, and one a bucket at most.
    pub partitions: usize,
    /// Only this item.
    pub item: Option<u64>,
    /// Only this bucket.
    pub bucket: Option<usize>,
}

/// The live events with their codes, as a table.
#[derive(Debug)]
pub(crate) struct EventsTable {
    pub snapshot: Snapshot,
}

/// A plan that reads live events, sorted by (item_id, at, seq) in every partition, all events of an item in one.
///
/// With one file a bucket, the files are read as they are, bucket after bucket. With several, they are merged on the
/// way. Rows of earlier generations are left out; nothing is filtered where there are none. The ordering is declared
/// as far as its columns are read.
pub(crate) fn plan(snapshot: &Snapshot, scan: &Scan) -> Result<Arc<dyn ExecutionPlan>> {
    let manifest = snapshot.manifest();
    let only = scan.item.map(bucket_of).or(scan.bucket);
    let wanted = |run: &&Run| {
        only.is_none_or(|bucket| bucket == run.bucket)
            && scan.item.is_none_or(|item| run.item.0 <= item && item <= run.item.1)
            && manifest.n_dead(run) < run.rows
    };
    let runs: Vec<&Run> = manifest.runs.iter().filter(wanted).collect();
    let schema = Arc::new(layout::events().project(&scan.columns)?);
    if runs.is_empty() {
        return Ok(Arc::new(EmptyExec::new(schema)));
    }
    let has_dead = runs.iter().any(|run| manifest.n_dead(run) > 0);
    let is_merged = runs.windows(2).any(|pair| pair[0].bucket == pair[1].bucket);

    let mut columns = scan.columns.clone();
    let mut also = |needed: &[usize]| {
        needed.iter().for_each(|n| {
            if !columns.contains(n) {
                columns.push(*n)
            }
        })
    };
    if is_merged {
        also(&[col::ITEM_ID, col::AT, col::SEQ]);
    }
    if has_dead {
        also(&[col::SOURCE]);
    }
    if scan.item.is_some() {
        also(&[col::ITEM_ID]);
    }
    let parts = share_out(&runs, scan.partitions);
    let mut plan: Arc<dyn ExecutionPlan> = if is_merged {
        let each = (0..runs.len()).map(|run| run..run + 1).collect();
        let files = read(&runs, each, &columns, scan.item, snapshot.place())?;
        let buckets = parts.iter().map(|part| by_bucket(&runs, part.clone())).collect();
        Arc::new(MergeRunsExec::try_new(files, buckets, splits(&runs, &parts))?)
    } else {
        read(&runs, parts, &columns, scan.item, snapshot.place())?
    };
    let position = |of: usize| columns.iter().position(|&found| found == of);
    if has_dead && let Some(source) = position(col::SOURCE) {
        let live = manifest.sources.iter().map(|source| lit(source.code)).collect();
        let schema = plan.schema();
        let is_live = in_list(Arc::new(Column::new("source", source)), live, &false, &schema)?;
        plan = Arc::new(FilterExecBuilder::new(is_live, plan).build()?);
    }
    if let Some(item) = scan.item
        && let Some(at) = position(col::ITEM_ID)
    {
        plan = Arc::new(FilterExecBuilder::new(is_item(item, at), plan).build()?);
    }
    if columns.len() > scan.columns.len() {
        let keep = schema.fields().iter().enumerate();
        let keep: Vec<ProjectionExpr> = keep
            .map(|(at, field)| ProjectionExpr::new(Arc::new(Column::new(field.name(), at)), field.name().clone()))
            .collect();
        plan = Arc::new(ProjectionExec::try_new(keep, plan)?);
    }
    Ok(plan)
}

/// The order of a partition, as far as `schema` has its columns. `None` where not even the item is there.
pub(crate) fn ordering(schema: &Schema) -> Option<LexOrdering> {
    let names = ["item_id", "at", "seq"];
    let known = names.iter().map_while(|name| schema.index_of(name).ok().map(|at| (name, at)));
    LexOrdering::new(known.map(|(name, at)| ascending(Arc::new(Column::new(name, at)))))
}

/// What an operator over items asks of the partitions of its input: that all rows of an item stand in one.
///
/// Where the input says nothing of its partitions, it is the scan itself as it is made for a cluster: each file is a
/// bucket, and nobody who hands out files to tasks can break one up.
pub(crate) fn together(input: &Arc<dyn ExecutionPlan>, ordering: &LexOrdering) -> InputDistributionRequirements {
    let needed = match input.output_partitioning() {
        Partitioning::UnknownPartitioning(_) => Distribution::UnspecifiedDistribution,
        _ => Distribution::KeyPartitioned(vec![Arc::clone(&ordering.first().expr)]),
    };
    InputDistributionRequirements::new(vec![needed])
}

/// The one item that filters ask for, if they do.
pub(crate) fn item_of(filters: &[Expr]) -> Option<u64> {
    filters.iter().find_map(|filter| {
        let Expr::BinaryExpr(binary) = filter else { return None };
        let (Expr::Column(column), Operator::Eq, Expr::Literal(ScalarValue::UInt64(Some(item)), _)) =
            (&*binary.left, binary.op, &*binary.right)
        else {
            return None;
        };
        (column.name == "item_id").then_some(*item)
    })
}

/// Whether a scan can make use of a filter; the filter stands above it all the same.
pub(crate) fn helps(filter: &Expr) -> TableProviderFilterPushDown {
    match item_of(std::slice::from_ref(filter)) {
        Some(_) => TableProviderFilterPushDown::Inexact,
        None => TableProviderFilterPushDown::Unsupported,
    }
}

#[async_trait]
impl TableProvider for EventsTable {
    fn schema(&self) -> SchemaRef {
        layout::events()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters.iter().map(|filter| helps(filter)).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns = projection.cloned().unwrap_or_else(|| (0..layout::events().fields().len()).collect());
        let partitions = state.config().target_partitions();
        plan(&self.snapshot, &Scan { columns, partitions, item: item_of(filters), bucket: None })
    }
}

/// Reads runs: a partition for each range of them, one file after the other.
fn read(
    runs: &[&Run],
    parts: Vec<Range<usize>>,
    columns: &[usize],
    item: Option<u64>,
    place: Option<&Place>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = layout::events();
    let mut source = ParquetSource::new(Arc::clone(&schema));
    if let Some(item) = item {
        source = source.with_predicate(is_item(item, col::ITEM_ID)).with_enable_page_index(true);
    }
    let partitioning = match splits(runs, &parts) {
        // A scheduler gives each task some of the partitions, and cannot cut the points at which they part.
        Some(points) if points.len() + 1 == parts.len() && place.is_none() => by_range(&schema, points)?,
        _ => Partitioning::UnknownPartitioning(parts.len()),
    };
    let groups = parts.into_iter().map(|part| FileGroup::new(runs[part].iter().map(|run| file(run, place)).collect()));
    let url = ObjectStoreUrl::parse(place.map_or_else(|| STORE.to_owned(), Place::store))?;
    let config = FileScanConfigBuilder::new(url, Arc::new(source))
        .with_file_groups(groups.collect())
        .with_output_ordering(ordering(&schema).into_iter().collect())
        // Declared even where it is not known: files must stay where they are.
        .with_output_partitioning(Some(partitioning))
        .with_projection_indices(Some(columns.to_vec()))?
        .build();
    Ok(DataSourceExec::from_data_source(config))
}

/// A file with the limits of its keys: they prove that one bucket after the other is still sorted.
fn file(run: &Run, place: Option<&Place>) -> PartitionedFile {
    let schema = layout::events();
    let instant = |at: i64| ScalarValue::TimestampMicrosecond(Some(at), Some("UTC".into()));
    let whole = |n: u64| ScalarValue::UInt64(Some(n));
    let mut statistics = Statistics::new_unknown(&schema).with_num_rows(Precision::Exact(run.rows as usize));
    let limits = [
        (col::ITEM_ID, whole(run.item.0), whole(run.item.1)),
        (col::AT, instant(run.at.0), instant(run.at.1)),
        (col::SEQ, whole(run.seq.0), whole(run.seq.1)),
    ];
    for (column, low, high) in limits {
        statistics.column_statistics[column] = ColumnStatistics::new_unknown()
            .with_null_count(Precision::Exact(0))
            .with_min_value(Precision::Exact(low))
            .with_max_value(Precision::Exact(high));
    }
    let name = place.map_or_else(|| run.file.clone(), |place| place.within(&run.file));
    PartitionedFile::new(name, run.bytes).with_statistics(Arc::new(statistics))
}

/// Shares runs out to partitions of whole buckets in their order, each with about as many rows as the others.
fn share_out(runs: &[&Run], partitions: usize) -> Vec<Range<usize>> {
    let partitions = partitions.clamp(1, BUCKETS) as u64;
    let total: u64 = runs.iter().map(|run| run.rows).sum();
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut before = 0;
    for (at, run) in runs.iter().enumerate() {
        let is_new_bucket = at == 0 || runs[at - 1].bucket != run.bucket;
        let is_due = before * partitions >= parts.len() as u64 * total;
        match parts.last_mut() {
            Some(part) if !(is_new_bucket && is_due) => part.end = at + 1,
            _ => parts.push(at..at + 1),
        }
        before += run.rows;
    }
    parts
}

/// The ranges of runs of one bucket each.
fn by_bucket(runs: &[&Run], part: Range<usize>) -> Vec<Range<usize>> {
    let mut buckets: Vec<Range<usize>> = Vec::new();
    for at in part {
        match buckets.last_mut() {
            Some(bucket) if runs[bucket.start].bucket == runs[at].bucket => bucket.end = at + 1,
            _ => buckets.push(at..at + 1),
        }
    }
    buckets
}

/// The items at which one partition ends and the next begins; `None` where partitions share a bucket.
fn splits(runs: &[&Run], parts: &[Range<usize>]) -> Option<Vec<SplitPoint>> {
    let is_apart = |pair: &[Range<usize>]| runs[pair[0].end - 1].bucket < runs[pair[1].start].bucket;
    parts.windows(2).all(is_apart).then(|| {
        let starts = parts[1..].iter().map(|part| bucket_start(runs[part.start].bucket));
        starts.map(|start| SplitPoint::new(vec![ScalarValue::UInt64(Some(start))])).collect()
    })
}

/// Partitioning by ranges of items, where the schema has the item.
fn by_range(schema: &Schema, points: Vec<SplitPoint>) -> Result<Partitioning> {
    let n_partitions = points.len() + 1;
    let Ok(at) = schema.index_of("item_id") else { return Ok(Partitioning::UnknownPartitioning(n_partitions)) };
    let key = LexOrdering::new([ascending(Arc::new(Column::new("item_id", at)))]).expect("one expression");
    Ok(Partitioning::Range(RangePartitioning::try_new(key, points)?))
}

fn is_item(item: u64, at: usize) -> Arc<dyn PhysicalExpr> {
    Arc::new(BinaryExpr::new(Arc::new(Column::new("item_id", at)), Operator::Eq, lit(item)))
}

fn ascending(expr: Arc<dyn PhysicalExpr>) -> PhysicalSortExpr {
    PhysicalSortExpr::new(expr, SortOptions { descending: false, nulls_first: false })
}
