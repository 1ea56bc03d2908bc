//! What can be typed: the verbs and the options that every verb shares.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Who really decides here, where do decisions wait, and what is lost on the way?
///
/// Sayso reads the record of real work, reconstructs each decision's path and shows where it waits:
///
///     sayso diagnose offices/insurer
///     sayso diagnose ~/work/some-repository
///     sayso diagnose log.xes.gz --lens lens.toml
#[derive(Debug, Parser)]
#[command(name = "sayso", version, verbatim_doc_comment, max_term_width = 100)]
pub struct Cli {
    /// The verb.
    #[command(subcommand)]
    pub verb: Verb,

    /// Options that every verb takes.
    #[command(flatten)]
    pub shared: Shared,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Begin an office: look at what is there, and write a commented sayso.toml
    ///
    /// Finds git repositories and their remotes, event logs, exports of trackers and declared authority in the folder.
    /// Nothing is asked, nothing is fetched, and a sayso.toml that is there already stays as it is.
    Init {
        /// The folder; made where it is missing
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Print the file instead of writing it
        #[arg(long)]
        stdout: bool,
    },
    /// Bring the record up to date with its sources, and print the books
    ///
    /// Sources with a `url` in sayso.toml are fetched first: all of it once, and then only what is new. Stopped at any
    /// moment, the next one goes on.
    Read {
        /// An office, a git repository or bundle, or an event log
        path: Option<PathBuf>,
        /// Fetch nothing: read what lies on disk
        #[arg(long)]
        offline: bool,
        /// Say what would be fetched, and about how many requests that takes
        #[arg(long, conflicts_with = "offline")]
        dry_run: bool,
    },
    /// Show how decisions travel: how long they wait, in whose hands, over how many hand-overs
    ///
    /// Prints the diagnosis and writes the same as one self-contained HTML page. With --format, prints that format
    /// only.
    Diagnose {
        /// An office, a git repository or bundle, or an event log
        path: Option<PathBuf>,
        /// Hold it against an earlier report: what `diagnose --format json` wrote then
        #[arg(long, value_name = "FILE")]
        baseline: Option<PathBuf>,
        /// Write every chart of the page as an SVG file into this folder as well
        #[arg(long, value_name = "DIR")]
        charts: Option<PathBuf>,
    },
    /// Print the path of every decision of one item
    Path {
        /// The item as its source names it, or a decision such as CLM-100#2
        item: String,
    },
    /// Who has the say in an area: as declared, as the record shows it, and who knows it best
    Who {
        /// The area, as the record names it
        area: String,
    },
    /// Look at what is declared, or bring it in from where it is declared already
    #[command(subcommand)]
    Charter(CharterVerb),
    /// Find out what activities mean: propose a lens from the record, or see which rule made what of an item
    #[command(subcommand)]
    Lens(LensVerb),
    /// Hold what leaders believe against the record; exit code 1 where it says otherwise
    Check {
        /// Which verdicts make it fail
        #[arg(long, value_enum, value_delimiter = ',', default_values_t = [FailOn::Contradicted])]
        fail_on: Vec<FailOn>,
        /// Write the result as JUnit XML as well
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
    },
    /// Ask a leader some fifteen questions about how decisions are made, and keep the answers
    Assume {
        /// Who answers: a name or a role
        #[arg(long = "as", value_name = "WHO")]
        who: String,
    },
    /// Show which accounts of several sources may be one person, with the evidence, and whose names are several people's
    ///
    /// Nothing is merged. A suggestion becomes a row of people.csv when you accept it. People stand under their pseudonyms,
    /// unless the office shows names; people.csv itself holds names.
    People {
        /// Accept suggestions by their ids, or `sure` for all of high confidence: rows are added to people.csv
        #[arg(long, value_name = "ID", value_delimiter = ',')]
        accept: Vec<String>,
    },
    /// Take a person out of the record, for good
    Forget {
        /// The person: a key of people.csv, a name, a mail address, or as a source names them
        person: String,
    },
    /// Ask the record in SQL; tables: events, decisions, hops, arcs, people, remits, measures, findings, skipped
    Query {
        /// One SELECT
        sql: String,
        /// Show how it would be computed instead: the operators, and on a cluster the stages
        #[arg(long)]
        explain: bool,
    },
    /// Play a part in a cluster of machines, or bring the record to where all of them see it
    #[command(subcommand)]
    Cluster(ClusterVerb),
    /// Write the record's events for process-mining tools: OCEL 2.0 (JSON, XML, SQLite) or XES
    ///
    /// People stand under their pseudonyms, unless the office shows names.
    Export {
        /// The file to write
        file: PathBuf,
        /// The form: ocel-json, ocel-xml, ocel-sqlite or xes [default: by the file's name]
        #[arg(long = "as", value_name = "FORM", value_parser = clap::builder::PossibleValuesParser::new(sayso_inquiry::ExportFormat::ALL.map(sayso_inquiry::ExportFormat::name)))]
        form: Option<String>,
    },
    /// Check the record: nothing lost, hops that fill their time, files that belong together
    Doctor,
    /// Write an example office from a seed
    Example {
        /// Which example
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(sayso_inquiry::EXAMPLES))]
        name: String,
        /// The folder to write; must be empty or absent
        dir: PathBuf,
        /// Write into a folder that has files already, replacing those of the same names
        #[arg(long)]
        force: bool,
        /// The same organisation with nothing wrong planted in it
        #[arg(long)]
        healthy: bool,
    },
    /// Measure how often Sayso itself cries wolf, and how often it misses, on organisations with planted truth
    Validity {
        /// Healthy organisations
        #[arg(long, default_value_t = 200)]
        healthy: u32,
        /// Organisations for each planted dysfunction and volume
        #[arg(long, default_value_t = 50)]
        planted: u32,
        /// Only see whether anything is worse than it may be, in small and medium organisations; exit code 1 if so
        #[arg(long)]
        check: bool,
    },
}

/// What a machine can do for a cluster.
#[derive(Debug, Subcommand)]
pub enum ClusterVerb {
    /// Hand out work: one of these for a cluster
    ///
    /// Keeps nothing on disk. Ends with Ctrl-C; queries under way are then to be asked again.
    Scheduler {
        /// Where to listen; beyond this machine only with certificates
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050")]
        listen: SocketAddr,
        /// Seconds after which a silent executor is taken for dead and its work is given to others
        #[arg(long, value_name = "SECONDS", default_value_t = 30)]
        silence: u64,
        /// The certificate to show, as PEM
        #[arg(long, value_name = "FILE", requires = "key")]
        certificate: Option<PathBuf>,
        /// The key of the certificate, as PEM
        #[arg(long, value_name = "FILE", requires = "certificate")]
        key: Option<PathBuf>,
    },
    /// Compute: as many of these as there are machines
    Executor {
        /// The scheduler
        #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50050")]
        scheduler: String,
        /// Where to give results to others; beyond this machine only with certificates
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// The name under which others reach this machine [default: the address]
        #[arg(long, value_name = "HOST")]
        reached_as: Option<String>,
        /// Megabytes that sorts and joins may hold before they go to disk [default: most of the machine's]
        #[arg(long, value_name = "MB")]
        memory: Option<u64>,
        /// Where results are kept until they are fetched [default: a temporary folder]
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
        /// The certificate to show, as PEM
        #[arg(long, value_name = "FILE", requires = "key")]
        certificate: Option<PathBuf>,
        /// The key of the certificate, as PEM
        #[arg(long, value_name = "FILE", requires = "certificate")]
        key: Option<PathBuf>,
    },
    /// Copy the record to object storage: verbs then find it there with --record s3://BUCKET/PREFIX
    ///
    /// Only what is new is sent. The environment opens the store: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION,
    /// and AWS_ENDPOINT for a store of another maker.
    Publish {
        /// s3://BUCKET/PREFIX, or file:///FOLDER for a folder that all machines see
        place: String,
    },
}

/// What can be done with a lens.
#[derive(Debug, Subcommand)]
pub enum LensVerb {
    /// Propose what each activity means, with the evidence, as rules to be put into a lens
    ///
    /// Nothing is changed. Look at each line: words and order tell what usually is, never what a status means here.
    Suggest {
        /// An office or an event log
        path: Option<PathBuf>,
    },
    /// Show which rule of which lens made what of every event of an item
    Explain {
        /// The item, as its source names it
        item: String,
    },
}

/// What can be done with a charter.
#[derive(Debug, Subcommand)]
pub enum CharterVerb {
    /// Find unknown people, empty areas, contradictions, areas with no remit and remits never used
    Check,
    /// Show the remits that govern an area
    Show {
        /// The area, as the record names it; all areas when it is not given
        area: Option<String>,
    },
    /// Show what changed from one charter to another
    Diff {
        /// The earlier charter
        before: PathBuf,
        /// The later one
        after: PathBuf,
    },
    /// Hold the commits of a repository against its own CODEOWNERS, OWNERS or MAINTAINERS as of each commit
    Conformity {
        /// A git repository or bundle
        repository: PathBuf,
        /// The authority file, from the root of the repository [default: found out]
        #[arg(long)]
        file: Option<String>,
        /// Its format: codeowners-github, codeowners-gitlab, maintainers, zephyr, owners [default: found out]
        #[arg(long)]
        from: Option<String>,
    },
    /// Read authority that is declared elsewhere and print it as a charter.toml
    ///
    /// Formats: codeowners-github, codeowners-gitlab, owners, maintainers, zephyr, gerrit, backstage, rust-team, jira,
    /// table (RACI and DACI, as CSV or XLSX), pep. What a format cannot say is said on stderr.
    Import {
        /// Files or folders, or a git repository in which to look for them
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// The format [default: found out from name and content]
        #[arg(long)]
        from: Option<String>,
    },
}

/// Verdicts that make `check` fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// The record says otherwise
    Contradicted,
    /// The record cannot say
    Undecided,
}

/// Options of every verb.
#[derive(Debug, Args)]
pub struct Shared {
    /// What to look at: an office folder, a git repository or an event log [default: the nearest folder upwards with a
    /// sayso.toml]
    #[arg(long, global = true, value_name = "PATH")]
    pub office: Option<PathBuf>,

    /// How to read an event log: which column is what, and which activity is which act; a file, or the name of a lens that
    /// comes with Sayso
    #[arg(long, global = true, value_name = "FILE")]
    pub lens: Option<PathBuf>,

    /// Who is who, for a log or repository without an office
    #[arg(long, global = true, value_name = "FILE")]
    pub people: Option<PathBuf>,

    /// What is declared, for a log or repository without an office: a charter.toml, or any file that `charter import` reads
    #[arg(long, global = true, value_name = "FILE")]
    pub charter: Option<PathBuf>,

    /// Where the record is kept [default: .sayso in an office, a temporary folder otherwise]
    #[arg(long, global = true, value_name = "DIR")]
    pub record: Option<PathBuf>,

    /// The form of the answer
    #[arg(long, global = true, value_enum)]
    pub format: Option<FormatArg>,

    /// In whose way numbers and dates of a report are written; the words stay English
    #[arg(long, global = true, value_enum, default_value_t = LocaleArg::EnGb)]
    pub locale: LocaleArg,

    /// Write the answer to a file instead of the screen
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// See the record as it stood then: later events do not count (2026-03-01 or RFC 3339)
    #[arg(long, global = true, value_name = "TIME")]
    pub as_of: Option<String>,

    /// Only decisions raised at or after this time
    #[arg(long, global = true, value_name = "TIME")]
    pub since: Option<String>,

    /// Only decisions raised before this time
    #[arg(long, global = true, value_name = "TIME")]
    pub until: Option<String>,

    /// The seed of everything random in the answer [default: 1; for an example, the seed it ships with]
    #[arg(long, global = true, value_name = "N")]
    pub seed: Option<u64>,

    /// Never use the network: of sources with an address only what was fetched before is read
    #[arg(long, global = true)]
    pub offline: bool,

    /// Threads to compute with [default: all]
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<std::num::NonZeroUsize>,

    /// Keep what could be read of a file that ends in the middle, instead of refusing it
    #[arg(long, global = true)]
    pub salvage: bool,

    /// Compute on the cluster of this scheduler: http://127.0.0.1:50050
    #[arg(long, global = true, value_name = "URL", env = "SAYSO_CLUSTER")]
    pub cluster: Option<String>,

    /// A file with the token of the cluster that only its owner may read [default: SAYSO_CLUSTER_TOKEN]
    #[arg(long, global = true, value_name = "FILE")]
    pub cluster_token_file: Option<PathBuf>,

    /// Whose certificates are believed in a cluster, as PEM; with it, everything is encrypted
    #[arg(long, global = true, value_name = "FILE")]
    pub cluster_authority: Option<PathBuf>,
}

/// The forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FormatArg {
    /// For a terminal of 80 columns
    Text,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma-separated values
    Csv,
    /// Markdown
    Markdown,
    /// One self-contained page
    Html,
    /// One picture
    Svg,
}

/// In whose way numbers and dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LocaleArg {
    /// 1,234.5 and 22 Nov 2026
    #[value(name = "en-GB", alias = "en-gb", alias = "en")]
    EnGb,
    /// 1 234,5 and 22 lis 2026
    #[value(name = "pl-PL", alias = "pl-pl", alias = "pl")]
    PlPl,
}
