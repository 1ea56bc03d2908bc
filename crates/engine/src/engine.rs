//! The engine: threads, memory and the few ways to compute over a snapshot, offered to callers that do not wait.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    Int16Type, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use datafusion::common::Result as DataFusionResult;
#[cfg(feature = "cluster")]
use datafusion::datasource::physical_plan::ParquetSource;
#[cfg(feature = "cluster")]
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::object_store::local::LocalFileSystem;
use datafusion::physical_plan::{ExecutionPlan, ExecutionPlanProperties, displayable, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use sayso_model::decision::{FLAG_AUXILIARY, Paths, Reconstruct};
use sayso_model::time::Instant;
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::EngineError;
#[cfg(feature = "cluster")]
use crate::cluster::Cluster;
use crate::fold::{self, Emit};
use crate::record::layout::{BUCKETS, col};
use crate::record::{Dictionaries, SIGHTED, Sightings, Snapshot};
use crate::scan::{self, Scan};

/// What the engine may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// Threads; `None` for as many as the machine has. Answers do not depend on it.
    pub threads: Option<NonZeroUsize>,
    /// Bytes that sorting, joining and grouping in a query may hold before they go to disk (into the record's
    /// folder); `None` for no limit. Folding needs none of it.
    pub memory_limit: Option<usize>,
}

/// Computes over one snapshot of a record.
#[derive(Debug)]
pub struct Engine {
    snapshot: Snapshot,
    threads: usize,
    environment: Arc<RuntimeEnv>,
    runtime: Runtime,
    #[cfg(feature = "cluster")]
    cluster: Option<Arc<Cluster>>,
}

/// Where plans are run.
#[derive(Clone, Debug)]
enum Runner {
    /// In this process.
    Here(Arc<TaskContext>),
    /// On a cluster.
    #[cfg(feature = "cluster")]
    There(Arc<Cluster>, SessionConfig),
}

/// What the live events are, counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events.
    pub events: u64,
    /// Rows: events, and the further acts of some of them.
    pub rows: u64,
    /// Items with at least one event.
    pub items: u64,
    /// Events without an act.
    pub without_act: u64,
    /// Events without an actor.
    pub without_actor: u64,
    /// Events by actor code; entry 0 is those without one.
    pub by_actor: Vec<u64>,
    /// Activities of events without an act, most frequent first; the code of the activity and the number of events.
    pub activities_without_act: Vec<(Code, u64)>,
}

/// One event as it is stored, with its codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventCoded {
    /// When.
    pub at: Instant,
    /// The number that it got when it was read; earlier events have lower ones.
    pub seq: u64,
    /// The offset from UTC that the source wrote, in minutes east.
    pub utc_offset_min: Option<i16>,
    /// [`sayso_model::event::Act`] code, 0 where none is known.
    pub act: u8,
    /// [`sayso_model::event::Verdict`] code, 0 where none.
    pub verdict: u8,
    /// Bits as in [`sayso_model::decision::ItemEvents::flags`].
    pub flags: u16,
    /// The source.
    pub source: Code,
    /// Who acted.
    pub actor: Code,
    /// The raw label.
    pub activity: Code,
    /// Whom the act addresses, a code of the actor dictionary.
    pub to: Code,
    /// What kind of question.
    pub matter: Code,
    /// Where.
    pub area: Code,
    /// The team that the event carries.
    pub team: Code,
    /// The site that it carries.
    pub site: Code,
    /// The role that it carries.
    pub role: Code,
    /// A reference.
    pub link: Code,
    /// `key=value`, codes of the attribute dictionary.
    pub attributes: Vec<Code>,
}

/// The paths of a record, item by item in the order of the record, a batch at a time. Made by [`Engine::paths`].
pub struct PathsInOrder<'e> {
    engine: &'e Engine,
    plans: VecDeque<Arc<dyn ExecutionPlan>>,
    running: VecDeque<JoinHandle<DataFusionResult<Vec<Paths>>>>,
    ready: VecDeque<Paths>,
}

impl Engine {
    /// An engine over a snapshot.
    ///
    /// # Errors
    /// When threads cannot be started or the record's folder is gone.
    pub fn new(snapshot: Snapshot, options: EngineOptions) -> Result<Self, EngineError> {
        let threads =
            options.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
        let folder = snapshot.folder_path().to_owned();
        // Rows that do not fit into memory are as private as the record itself: they go where it is.
        let spill = DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![folder.clone()]));
        let mut environment = RuntimeEnvBuilder::new().with_disk_manager_builder(spill);
        if let Some(bytes) = options.memory_limit {
            environment = environment.with_memory_limit(bytes, 1.0);
        }
        #[cfg_attr(not(feature = "cluster"), expect(unused_mut))]
        let mut environment = environment.build_arc()?;
        let store = LocalFileSystem::new_with_prefix(&folder)
            .map_err(|error| EngineError::io("open", &folder)(std::io::Error::other(error)))?;
        #[cfg(feature = "cluster")]
        if snapshot.place().is_some() {
            environment = Arc::new(RuntimeEnv {
                object_store_registry: crate::cluster::in_registry(snapshot.keys()),
                ..(*environment).clone()
            });
        }
        environment.register_object_store(ObjectStoreUrl::parse(scan::STORE)?.as_ref(), Arc::new(store));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            // A cluster is asked over the network.
            .enable_all()
            .thread_name("sayso-engine")
            .build()
            .map_err(EngineError::io("start threads for", &folder))?;
        Ok(Self {
            snapshot,
            threads,
            environment,
            runtime,
            #[cfg(feature = "cluster")]
            cluster: None,
        })
    }

    /// The same, with paths and queries computed on a cluster. Where the record lies in a folder, all machines have to
    /// see it under the same path. Counts that only pass over the events ([`tally`](Engine::tally), ...) stay here.
    ///
    /// # Errors
    /// When the record has several files a bucket; compact it first.
    #[cfg(feature = "cluster")]
    pub fn on(self, cluster: Arc<Cluster>) -> Result<Self, EngineError> {
        crate::record::is_compact(self.snapshot.manifest())?;
        Ok(Self { snapshot: self.snapshot.seen_by_all(), cluster: Some(cluster), ..self })
    }

    /// The snapshot it computes over.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The decisions of all items with their hops, in the order of the record, whatever the number of threads.
    pub fn paths(&self, reconstruct: &Arc<dyn Reconstruct>) -> Result<PathsInOrder<'_>, EngineError> {
        let plans = (0..BUCKETS).map(|bucket| {
            let scan = Scan { partitions: 1, bucket: Some(bucket), ..Scan::default() };
            fold::plan(&self.snapshot, reconstruct, Emit::Paths, None, scan)
        });
        let plans = plans.collect::<DataFusionResult<VecDeque<_>>>()?;
        Ok(PathsInOrder { engine: self, plans, running: VecDeque::new(), ready: VecDeque::new() })
    }

    /// Counts of the live events, from one pass; with `until` only of those that are not later.
    pub fn tally(&self, until: Option<Instant>) -> Result<Tally, EngineError> {
        let mut tally = Tally { by_actor: vec![0], ..Tally::default() };
        let mut activities: HashMap<Code, u64> = HashMap::new();
        let mut last_item = None;
        self.each_batch(&[col::ITEM_ID, col::ACTOR, col::ACT, col::ACTIVITY, col::AT, col::FLAGS], |batch| {
            let at = batch.column(4).as_primitive::<TimestampMicrosecondType>().values();
            let flags = batch.column(5).as_primitive::<UInt16Type>().values();
            let counts = |row: usize| until.is_none_or(|until| at[row] <= until.micros());
            let items = batch.column(0).as_primitive::<UInt64Type>().values();
            let actors = batch.column(1).as_primitive::<UInt32Type>().values();
            let acts = batch.column(2).as_primitive::<UInt8Type>().values();
            let labels = batch.column(3).as_primitive::<UInt32Type>().values();
            for row in (0..items.len()).filter(|&row| counts(row)) {
                let (item, actor) = (items[row], actors[row] as usize);
                tally.rows += 1;
                if flags[row] & FLAG_AUXILIARY != 0 {
                    continue;
                }
                tally.events += 1;
                tally.items += u64::from(last_item != Some(item));
                last_item = Some(item);
                if actor >= tally.by_actor.len() {
                    tally.by_actor.resize(actor + 1, 0);
                }
                tally.by_actor[actor] += 1;
                if acts[row] == 0 {
                    tally.without_act += 1;
                    *activities.entry(labels[row]).or_default() += 1;
                }
            }
        })?;
        tally.without_actor = tally.by_actor[NOT_RECORDED as usize];
        tally.activities_without_act = activities.into_iter().collect();
        tally.activities_without_act.sort_unstable_by_key(|&(code, n)| (std::cmp::Reverse(n), code));
        Ok(tally)
    }

    /// Who was active when and where. What was summed up when the record was written costs nothing here; only what came
    /// after it is walked over.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn sightings(&self) -> Result<Sightings, EngineError> {
        let from = self.snapshot.manifest().summed_until();
        let (mut sightings, since) = self.snapshot.sightings()?;
        if let Some(since) = since {
            let scan = Scan { columns: SIGHTED.to_vec(), partitions: 1, ..Scan::default() };
            self.run(&scan::plan(&since, &scan)?, |batch| sightings.add(&batch, from))?;
        }
        Ok(sightings)
    }

    /// The live events of one item, in their order; none where there is no such item.
    pub fn item_events(&self, item: u64) -> Result<Vec<EventCoded>, EngineError> {
        let columns: Vec<usize> = (0..=col::ATTRIBUTES).collect();
        let scan = Scan { columns, partitions: 1, item: Some(item), bucket: None };
        let plan = scan::plan(&self.snapshot, &scan)?;
        let mut events = Vec::new();
        self.run(&plan, |batch| events.extend((0..batch.num_rows()).map(|row| event(&batch, row))))?;
        Ok(events)
    }

    /// The items with a live event of an activity, in their order, each once; none where the record has no such activity.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn items_with(&self, activity: &str) -> Result<Vec<u64>, EngineError> {
        use sayso_model::words::Words;

        let words = self.snapshot.words();
        words.load(Column::Activity)?;
        let code =
            (1..words.n_codes(Column::Activity)).find(|&code| words.word(Column::Activity, code as Code) == activity);
        let mut items = Vec::new();
        if let Some(code) = code {
            self.each_batch(&[col::ITEM_ID, col::ACTIVITY], |batch| {
                let of = batch.column(0).as_primitive::<UInt64Type>().values();
                let activities = batch.column(1).as_primitive::<UInt32Type>().values();
                items.extend(of.iter().zip(activities).filter(|(_, of)| **of as usize == code).map(|(item, _)| *item));
            })?;
        }
        items.sort_unstable();
        items.dedup();
        Ok(items)
    }

    /// The items with a live event of which an attribute (`key=value`) is one that is looked for, in their order, each once.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn items_with_attribute(&self, is_sought: impl Fn(&str) -> bool) -> Result<Vec<u64>, EngineError> {
        use sayso_model::words::Words;

        let words = self.snapshot.words();
        words.load(Column::Attribute)?;
        let sought: Vec<bool> = (0..words.n_codes(Column::Attribute))
            .map(|code| is_sought(words.word(Column::Attribute, code as Code)))
            .collect();
        let mut items = Vec::new();
        if sought.contains(&true) {
            self.each_batch(&[col::ITEM_ID, col::ATTRIBUTES], |batch| {
                let of = batch.column(0).as_primitive::<UInt64Type>().values();
                let attributes = batch.column(1).as_list::<i32>();
                for (row, item) in of.iter().enumerate() {
                    let codes = attributes.value(row);
                    let codes = codes.as_primitive::<UInt32Type>().values();
                    if codes.iter().any(|code| sought.get(*code as usize).copied().unwrap_or(false)) {
                        items.push(*item);
                    }
                }
            })?;
        }
        items.sort_unstable();
        items.dedup();
        Ok(items)
    }

    /// Shows every live event, item by item and within an item in its order, with the item's number.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn each_event(&self, mut each: impl FnMut(u64, EventCoded)) -> Result<(), EngineError> {
        let columns: Vec<usize> = (0..=col::ATTRIBUTES).collect();
        self.each_batch(&columns, |batch| {
            let items = batch.column(col::ITEM_ID).as_primitive::<UInt64Type>().values();
            (0..batch.num_rows()).for_each(|row| each(items[row], event(batch, row)));
        })
    }

    /// A session for this engine's record, without any table.
    pub(crate) fn session(&self) -> SessionContext {
        SessionContext::new_with_config_rt(self.config(), Arc::clone(&self.environment))
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    fn config(&self) -> SessionConfig {
        let config = SessionConfig::new().with_target_partitions(self.threads).with_information_schema(true);
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &self.cluster {
            return cluster.config(config);
        }
        config
    }

    /// Buckets that are folded at a time: what is not yet asked for stays small.
    fn buckets_at_once(&self) -> usize {
        match self.runner() {
            Runner::Here(_) => self.threads,
            #[cfg(feature = "cluster")]
            Runner::There(..) => BUCKETS,
        }
    }

    /// Where plans that fold the record are run.
    fn runner(&self) -> Runner {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = &self.cluster {
            return Runner::There(Arc::clone(cluster), self.config());
        }
        Runner::Here(self.context())
    }

    /// The rows of a query, from wherever its plan is run; what does not look at the record is answered here.
    pub(crate) async fn rows(&self, plan: Arc<dyn ExecutionPlan>) -> DataFusionResult<SendableRecordBatchStream> {
        match self.runner() {
            #[cfg(feature = "cluster")]
            Runner::There(cluster, config) if reads_files(&plan) => cluster.rows(plan, config).await,
            _ => execute_stream(plan, self.context()),
        }
    }

    /// A plan as it is run, in words.
    pub(crate) fn explained(&self, plan: Arc<dyn ExecutionPlan>) -> DataFusionResult<String> {
        match self.runner() {
            #[cfg(feature = "cluster")]
            Runner::There(cluster, config) if reads_files(&plan) => cluster.stages(plan, &config),
            _ => Ok(displayable(&*plan).indent(false).to_string()),
        }
    }

    fn context(&self) -> Arc<TaskContext> {
        let context = TaskContext::default();
        Arc::new(context.with_session_config(self.config()).with_runtime(Arc::clone(&self.environment)))
    }

    /// Reads columns of all live events in the order of the record.
    pub(crate) fn each_batch(&self, columns: &[usize], mut each: impl FnMut(&RecordBatch)) -> Result<(), EngineError> {
        let scan = Scan { columns: columns.to_vec(), partitions: 1, ..Scan::default() };
        let plan = scan::plan(&self.snapshot, &scan)?;
        self.run(&plan, |batch| each(&batch))
    }

    /// Runs a plan, partition after partition.
    fn run(&self, plan: &Arc<dyn ExecutionPlan>, mut each: impl FnMut(RecordBatch)) -> Result<(), EngineError> {
        let context = self.context();
        for partition in 0..plan.output_partitioning().partition_count() {
            let mut batches = plan.execute(partition, Arc::clone(&context))?;
            while let Some(batch) = self.runtime.block_on(batches.next()) {
                each(batch?);
            }
        }
        Ok(())
    }
}

impl PathsInOrder<'_> {
    /// All of them at once.
    pub fn collect_all(self) -> Result<Paths, EngineError> {
        Ok(Paths::joined(self.collect::<Result<_, _>>()?))
    }

    fn advance(&mut self) -> Result<Option<Paths>, EngineError> {
        loop {
            if let Some(paths) = self.ready.pop_front() {
                return Ok(Some(paths));
            }
            while self.running.len() < self.engine.buckets_at_once()
                && let Some(plan) = self.plans.pop_front()
            {
                self.running.push_back(self.engine.runtime.spawn(fold_bucket(plan, self.engine.runner())));
            }
            let Some(first) = self.running.pop_front() else { return Ok(None) };
            match self.engine.runtime.block_on(first) {
                Ok(paths) => self.ready.extend(paths?),
                Err(error) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => return Ok(None),
                },
            }
        }
    }
}

impl Iterator for PathsInOrder<'_> {
    type Item = Result<Paths, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.advance().transpose();
        if let Some(Err(_)) = &next {
            self.plans.clear();
        }
        next
    }
}

impl Drop for PathsInOrder<'_> {
    fn drop(&mut self) {
        self.running.iter().for_each(JoinHandle::abort);
    }
}

impl std::fmt::Debug for PathsInOrder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PathsInOrder").field("buckets_left", &self.plans.len()).finish_non_exhaustive()
    }
}

impl EventCoded {
    /// The value of an attribute; `None` where the event does not carry it.
    pub fn attribute<'w>(&self, words: &'w Dictionaries, key: &str) -> Option<&'w str> {
        use sayso_model::words::Words;

        let pairs = self.attributes.iter().map(|&code| words.word(Column::Attribute, code));
        pairs.filter_map(|pair| pair.split_once('=')).find(|(found, _)| *found == key).map(|(_, value)| value)
    }
}

async fn fold_bucket(plan: Arc<dyn ExecutionPlan>, runner: Runner) -> DataFusionResult<Vec<Paths>> {
    // A bucket is one partition, so that its rows come in their order from wherever it is run.
    let mut batches = match runner {
        Runner::Here(context) => execute_stream(plan, context)?,
        #[cfg(feature = "cluster")]
        Runner::There(..) if !reads_files(&plan) => return Ok(Vec::new()),
        #[cfg(feature = "cluster")]
        Runner::There(cluster, config) => cluster.rows(plan, config).await?,
    };
    let mut paths = Vec::new();
    while let Some(batch) = batches.next().await {
        paths.push(fold::decode(&batch?)?);
    }
    Ok(paths)
}

/// Whether a plan looks at the files of a record: the rest is at hand, and some of it cannot be shipped.
#[cfg(feature = "cluster")]
fn reads_files(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let scans = plan
        .downcast_ref::<DataSourceExec>()
        .is_some_and(|source| source.downcast_to_file_source::<ParquetSource>().is_some());
    scans || plan.name() != "ExplainExec" && plan.children().into_iter().any(reads_files)
}

fn event(batch: &RecordBatch, row: usize) -> EventCoded {
    let code = |column: usize| batch.column(column).as_primitive::<UInt32Type>().value(row);
    let byte = |column: usize| batch.column(column).as_primitive::<UInt8Type>().value(row);
    let offsets = batch.column(col::UTC_OFFSET_MIN).as_primitive::<Int16Type>();
    let attributes = batch.column(col::ATTRIBUTES).as_list::<i32>().value(row);
    EventCoded {
        at: Instant::from_micros(batch.column(col::AT).as_primitive::<TimestampMicrosecondType>().value(row)),
        seq: batch.column(col::SEQ).as_primitive::<UInt64Type>().value(row),
        utc_offset_min: offsets.is_valid(row).then(|| offsets.value(row)),
        act: byte(col::ACT),
        verdict: byte(col::VERDICT),
        flags: batch.column(col::FLAGS).as_primitive::<UInt16Type>().value(row),
        source: code(col::SOURCE),
        actor: code(col::ACTOR),
        activity: code(col::ACTIVITY),
        to: code(col::TO),
        matter: code(col::MATTER),
        area: code(col::AREA),
        team: code(col::TEAM),
        site: code(col::SITE),
        role: code(col::ROLE),
        link: code(col::LINK),
        attributes: attributes.as_primitive::<UInt32Type>().values().to_vec(),
    }
}
