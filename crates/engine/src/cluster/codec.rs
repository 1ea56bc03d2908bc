//! Our operators and functions as plain data, between machines: what a plan needs beyond what the engine ships by itself.
//!
//! Each begins with a magic word and the version of this layout. What is not ours is passed on.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use ballista_core::serde::BallistaPhysicalExtensionCodec;
use datafusion::arrow::array::StringViewArray;
use datafusion::common::{DataFusionError, Result, internal_datafusion_err, internal_err};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use datafusion::physical_plan::ExecutionPlan;
use datafusion_proto::physical_plan::{PhysicalExtensionCodec, PhysicalProtoConverterExtension};
use sayso_model::Code;
use sayso_model::actor::Level;
use sayso_model::decision::Reconstruct;
use sayso_model::words::Column;
use serde::{Deserialize, Serialize};

use super::{StoreKeys, Unpack};
use crate::arcs::ArcsExec;
use crate::fold::{Emit, FoldExec};
use crate::record::{Dictionaries, Snapshot, WrittenDictionaries};
use crate::sql::functions::{Dictionary, Does, Function};

/// What of ours begins with; the last byte is the version of the layout.
const MAGIC: &[u8] = b"sayso\x01";

/// Rules and dictionaries that are kept at hand: the tasks of a query all bring the same.
const KEPT: usize = 4;

/// Writes and reads our part of a plan.
pub(crate) struct Codec {
    unpack: Unpack,
    keys: StoreKeys,
    /// Where dictionaries of records in object storage are brought.
    nearby: PathBuf,
    rules: Mutex<Vec<(blake3::Hash, Arc<dyn Reconstruct>)>>,
    dictionaries: Mutex<Vec<(blake3::Hash, Arc<Dictionaries>)>>,
    rest: BallistaPhysicalExtensionCodec,
}

impl Codec {
    pub fn new(unpack: Unpack, keys: StoreKeys, nearby: PathBuf) -> Self {
        let (rules, dictionaries) = (Mutex::default(), Mutex::default());
        Self { unpack, keys, nearby, rules, dictionaries, rest: BallistaPhysicalExtensionCodec::default() }
    }

    fn rules(&self, packed: &[u8]) -> Result<Arc<dyn Reconstruct>> {
        let make = || (self.unpack)(packed).map_err(|why| internal_datafusion_err!("rules of another machine: {why}"));
        kept(&self.rules, packed, make)
    }

    fn dictionaries(&self, written: &WrittenDictionaries) -> Result<Arc<Dictionaries>> {
        let name = serde_json::to_vec(written).map_err(strange)?;
        kept(&self.dictionaries, &name, || {
            let found = Snapshot::written(written, &self.keys, &self.nearby);
            Ok(Arc::new(found.map_err(|error| DataFusionError::External(Box::new(error)))?))
        })
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec").finish_non_exhaustive()
    }
}

/// What was made of the same bytes a moment ago, or is made of them now.
fn kept<T: Clone>(shelf: &Mutex<Vec<(blake3::Hash, T)>>, bytes: &[u8], make: impl FnOnce() -> Result<T>) -> Result<T> {
    let hash = blake3::hash(bytes);
    let mut shelf = shelf.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some((_, found)) = shelf.iter().find(|(of, _)| *of == hash) {
        return Ok(found.clone());
    }
    let made = make()?;
    if shelf.len() == KEPT {
        shelf.remove(0);
    }
    shelf.push((hash, made.clone()));
    Ok(made)
}

/// One of our operators; what it reads from is its child.
#[derive(Serialize, Deserialize)]
enum Operator {
    Fold { emit: Emit, projection: Option<Vec<usize>> },
    Arcs { projection: Option<Vec<usize>> },
}

/// One of our functions with its data.
#[derive(Serialize, Deserialize)]
struct WrittenFunction<'a> {
    name: Cow<'a, str>,
    does: WrittenDoes,
}

#[derive(Serialize, Deserialize)]
enum WrittenDoes {
    Word(WrittenDictionary),
    WordList(WrittenDictionary),
    Item(WrittenDictionaries),
    Decision(WrittenDictionaries),
    OwnOr(Vec<Code>),
    Level(Vec<Level>),
    CodedAttribute(WrittenDictionary),
    Attribute,
}

#[derive(Serialize, Deserialize)]
enum WrittenDictionary {
    /// A column of a record, by its place.
    Of(Box<WrittenDictionaries>, Column),
    AtHand(Vec<Option<String>>),
}

impl WrittenDictionary {
    fn write(dictionary: &Dictionary) -> Self {
        match dictionary {
            Dictionary::Of(words, column) => Self::Of(Box::new(words.write()), *column),
            Dictionary::AtHand(words) => Self::AtHand(words.iter().map(|word| word.map(str::to_owned)).collect()),
        }
    }

    fn read(self, codec: &Codec) -> Result<Dictionary> {
        Ok(match self {
            Self::Of(words, column) => Dictionary::Of(codec.dictionaries(&words)?, column),
            Self::AtHand(words) => Dictionary::AtHand(words.into_iter().collect::<StringViewArray>()),
        })
    }
}

impl WrittenDoes {
    fn write(does: &Does) -> Self {
        match does {
            Does::Word(words) => Self::Word(WrittenDictionary::write(words)),
            Does::WordList(words) => Self::WordList(WrittenDictionary::write(words)),
            Does::Item(words) => Self::Item(words.write()),
            Does::Decision(words) => Self::Decision(words.write()),
            Does::OwnOr(codes) => Self::OwnOr(codes.to_vec()),
            Does::Level(levels) => Self::Level(levels.to_vec()),
            Does::CodedAttribute(words) => Self::CodedAttribute(WrittenDictionary::write(words)),
            Does::Attribute => Self::Attribute,
        }
    }

    fn read(self, codec: &Codec) -> Result<Does> {
        Ok(match self {
            Self::Word(words) => Does::Word(words.read(codec)?),
            Self::WordList(words) => Does::WordList(words.read(codec)?),
            Self::Item(words) => Does::Item(codec.dictionaries(&words)?),
            Self::Decision(words) => Does::Decision(codec.dictionaries(&words)?),
            Self::OwnOr(codes) => Does::OwnOr(Arc::new(codes)),
            Self::Level(levels) => Does::Level(Arc::new(levels)),
            Self::CodedAttribute(words) => Does::CodedAttribute(words.read(codec)?),
            Self::Attribute => Does::Attribute,
        })
    }
}

impl PhysicalExtensionCodec for Codec {
    fn try_decode(
        &self,
        bytes: &[u8],
        inputs: &[Arc<dyn ExecutionPlan>],
        context: &TaskContext,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Some(ours) = bytes.strip_prefix(MAGIC) else {
            return self.rest.try_decode(bytes, inputs, context, converter);
        };
        let [input] = inputs else { return internal_err!("our operators have one child") };
        let (head, packed) = split(ours)?;
        match serde_json::from_slice(head).map_err(strange)? {
            Operator::Fold { emit, projection } => {
                Ok(Arc::new(FoldExec::try_new(Arc::clone(input), self.rules(packed)?, emit, projection)?))
            }
            Operator::Arcs { projection } => {
                Ok(Arc::new(ArcsExec::try_new(Arc::clone(input), self.rules(packed)?, projection)?))
            }
        }
    }

    fn try_encode(
        &self,
        node: Arc<dyn ExecutionPlan>,
        bytes: &mut Vec<u8>,
        converter: &dyn PhysicalProtoConverterExtension,
    ) -> Result<()> {
        let projected = |columns: Option<&[usize]>| columns.map(<[usize]>::to_vec);
        let (operator, rules) = if let Some(fold) = node.downcast_ref::<FoldExec>() {
            let operator = Operator::Fold { emit: fold.emit(), projection: projected(fold.projection()) };
            (operator, fold.reconstruct())
        } else if let Some(arcs) = node.downcast_ref::<ArcsExec>() {
            (Operator::Arcs { projection: projected(arcs.projection()) }, arcs.reconstruct())
        } else {
            return self.rest.try_encode(node, bytes, converter);
        };
        let head = serde_json::to_vec(&operator).map_err(strange)?;
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(head.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(&rules.packed());
        Ok(())
    }

    fn try_decode_udf(&self, name: &str, bytes: &[u8]) -> Result<Arc<ScalarUDF>> {
        let Some(ours) = bytes.strip_prefix(MAGIC) else { return self.rest.try_decode_udf(name, bytes) };
        let written: WrittenFunction<'_> = serde_json::from_slice(ours).map_err(strange)?;
        let does = written.does.read(self)?;
        Ok(Arc::new(Function::new(written.name.into_owned(), does).shipped().udf()))
    }

    fn try_encode_udf(&self, function: &ScalarUDF, bytes: &mut Vec<u8>) -> Result<()> {
        let Some(ours) = function.inner().downcast_ref::<Function>() else {
            return self.rest.try_encode_udf(function, bytes);
        };
        let written = WrittenFunction { name: function.name().into(), does: WrittenDoes::write(ours.does()) };
        bytes.extend_from_slice(MAGIC);
        serde_json::to_writer(bytes, &written).map_err(strange)
    }

    fn try_decode_udaf(&self, name: &str, bytes: &[u8]) -> Result<Arc<AggregateUDF>> {
        self.rest.try_decode_udaf(name, bytes)
    }

    fn try_encode_udaf(&self, function: &AggregateUDF, bytes: &mut Vec<u8>) -> Result<()> {
        self.rest.try_encode_udaf(function, bytes)
    }

    fn try_decode_udwf(&self, name: &str, bytes: &[u8]) -> Result<Arc<WindowUDF>> {
        self.rest.try_decode_udwf(name, bytes)
    }

    fn try_encode_udwf(&self, function: &WindowUDF, bytes: &mut Vec<u8>) -> Result<()> {
        self.rest.try_encode_udwf(function, bytes)
    }
}

/// What an operator is, and the rules behind it.
fn split(ours: &[u8]) -> Result<(&[u8], &[u8])> {
    let short = || internal_datafusion_err!("an operator of ours was cut off");
    let (len, rest) = ours.split_first_chunk::<4>().ok_or_else(short)?;
    rest.split_at_checked(u32::from_le_bytes(*len) as usize).ok_or_else(short)
}

fn strange(error: serde_json::Error) -> DataFusionError {
    internal_datafusion_err!("a part of the plan is not what this version writes: {error}")
}
