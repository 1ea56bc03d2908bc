//! Functions that turn codes to words in a query, and `attr` for everything a source says beyond the columns.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, ListArray, StringViewArray, StringViewBuilder, UInt32Array,
};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field, UInt8Type, UInt32Type, UInt64Type};
use datafusion::common::{Result, ScalarValue, internal_datafusion_err, plan_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use sayso_model::actor::Level;
use sayso_model::words::Column;
use sayso_model::{Code, NOT_RECORDED};

use crate::EngineError;
use crate::record::Dictionaries;

/// What a function does; its data belongs to the session.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// A code to its word; null for "not recorded" and for codes without one.
    Word(Dictionary),
    /// A list of codes to the list of their words.
    WordList(Dictionary),
    /// An item's id to its name.
    Item(Arc<Dictionaries>),
    /// An item's id and a number to `ITEM#2`.
    Decision(Arc<Dictionaries>),
    /// An own code and an actor to the own code, or to the one that the directory has for the actor.
    OwnOr(Arc<Vec<Code>>),
    /// An actor to the level.
    Level(Arc<Vec<Level>>),
    /// A list of codes and a key to the value of the first `key=value`.
    CodedAttribute(Dictionary),
    /// A list of `key=value` and a key to the value of the first.
    Attribute,
}

/// Words by code: entry 0 is not looked at.
#[derive(Clone, Debug)]
pub(crate) enum Dictionary {
    /// A column of the record, read when the first query needs it.
    Of(Arc<Dictionaries>, Column),
    /// Words that are at hand.
    AtHand(StringViewArray),
}

/// One function of one session. Two functions of the same name are the same: a session makes each once.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    name: Cow<'static, str>,
    does: Does,
    signature: Signature,
    /// Whether its answer leaves the machine, and must not drag a whole dictionary along.
    is_shipped: bool,
}

impl Function {
    pub fn new(name: impl Into<Cow<'static, str>>, does: Does) -> Function {
        let list = |item: DataType| DataType::List(Arc::new(Field::new("item", item, false)));
        let signature = match &does {
            Does::Word(_) => Signature::uniform(1, vec![DataType::UInt32, DataType::UInt8], Volatility::Immutable),
            Does::WordList(_) => Signature::exact(vec![list(DataType::UInt32)], Volatility::Immutable),
            Does::Item(_) => Signature::exact(vec![DataType::UInt64], Volatility::Immutable),
            Does::Decision(_) => Signature::exact(vec![DataType::UInt64, DataType::UInt32], Volatility::Immutable),
            Does::OwnOr(_) => Signature::exact(vec![DataType::UInt32, DataType::UInt32], Volatility::Immutable),
            Does::Level(_) => Signature::exact(vec![DataType::UInt32], Volatility::Immutable),
            Does::CodedAttribute(_) => {
                Signature::exact(vec![list(DataType::UInt32), DataType::Utf8View], Volatility::Immutable)
            }
            Does::Attribute => Signature::exact(vec![texts(), DataType::Utf8View], Volatility::Immutable),
        };
        Function { name: name.into(), does, signature, is_shipped: false }
    }

    /// The same on a machine that passes its answers on.
    #[cfg(feature = "cluster")]
    pub fn shipped(self) -> Function {
        Function { is_shipped: true, ..self }
    }

    pub fn does(&self) -> &Does {
        &self.does
    }

    pub fn udf(self) -> ScalarUDF {
        ScalarUDF::new_from_impl(self)
    }

    /// A call of it.
    pub fn call(self, args: Vec<Expr>) -> Expr {
        Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(self.udf()), args))
    }
}

impl Dictionary {
    pub fn array(&self) -> Result<&StringViewArray> {
        match self {
            Dictionary::Of(words, column) => words.array(*column).map_err(external),
            Dictionary::AtHand(words) => Ok(words),
        }
    }
}

/// The type of a list of words.
pub(crate) fn texts() -> DataType {
    DataType::List(Arc::new(Field::new("item", DataType::Utf8View, false)))
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.does {
            Does::Word(_) | Does::Item(_) | Does::Decision(_) | Does::CodedAttribute(_) | Does::Attribute => {
                DataType::Utf8View
            }
            Does::WordList(_) => texts(),
            Does::OwnOr(_) => DataType::UInt32,
            Does::Level(_) => DataType::Int64,
        })
    }

    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        // One attribute of many is looked up in the codes, before any of them becomes a word.
        if let Does::Attribute = self.does
            && let [Expr::ScalarFunction(inner), key] = args.as_slice()
            && let Some(inner_function) = inner.func.inner().downcast_ref::<Function>()
            && let Does::WordList(words) = &inner_function.does
        {
            let coded = Function::new("attr_coded", Does::CodedAttribute(words.clone()));
            let mut args = inner.args.clone();
            args.push(key.clone());
            return Ok(ExprSimplifyResult::Simplified(coded.call(args)));
        }
        Ok(ExprSimplifyResult::Original(args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let key = match args.args.last() {
            Some(ColumnarValue::Scalar(key)) => key.try_as_str().flatten().map(str::to_owned),
            _ => None,
        };
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let array: ArrayRef = match &self.does {
            Does::Word(words) => by_code(words.array()?, &codes(&arrays[0])?)?,
            Does::WordList(words) => {
                let lists = lists(&arrays[0])?;
                let words = by_code(words.array()?, &codes(lists.values())?)?;
                Arc::new(ListArray::new(
                    Arc::new(Field::new("item", DataType::Utf8View, false)),
                    lists.offsets().clone(),
                    words,
                    lists.nulls().cloned(),
                ))
            }
            Does::Item(words) => items(words, &arrays[0])?,
            Does::Decision(words) => decisions(words, &arrays[0], &arrays[1])?,
            Does::OwnOr(directory) => {
                let own = codes(&arrays[0])?;
                let actors = codes(&arrays[1])?;
                let known = |actor: Option<Code>| directory.get(recorded(actor)? as usize).copied();
                let found = own
                    .iter()
                    .zip(actors.iter())
                    .map(|(own, actor)| recorded(own).or_else(|| known(actor)).unwrap_or(NOT_RECORDED));
                Arc::new(UInt32Array::from_iter_values(found))
            }
            Does::Level(levels) => {
                let known = |actor: Option<Code>| levels.get(recorded(actor)? as usize)?.known().map(i64::from);
                Arc::new(codes(&arrays[0])?.iter().map(known).collect::<Int64Array>())
            }
            Does::CodedAttribute(words) => {
                let words = words.array()?;
                let lists = lists(&arrays[0])?;
                let codes = codes(lists.values())?;
                attributes(lists, key.as_deref(), &arrays[1], |entry| words.value(codes.value(entry) as usize))?
            }
            Does::Attribute => {
                let lists = lists(&arrays[0])?;
                let Some(words) = lists.values().as_string_view_opt() else {
                    return plan_err!("attr takes the column `attributes` and a key");
                };
                attributes(lists, key.as_deref(), &arrays[1], |entry| words.value(entry))?
            }
        };
        let array = match array.as_string_view_opt() {
            Some(words) if self.is_shipped => Arc::new(words.gc()),
            _ => array,
        };
        // A constant in, a constant out.
        if args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_))) {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&array, 0)?));
        }
        Ok(ColumnarValue::Array(array))
    }
}

fn external(error: EngineError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

fn recorded(code: Option<Code>) -> Option<Code> {
    code.filter(|&code| code != NOT_RECORDED)
}

/// The words of codes; only views are copied, the text is shared.
fn by_code(words: &StringViewArray, codes: &UInt32Array) -> Result<ArrayRef> {
    let is_word = |code: Code| code != NOT_RECORDED && (code as usize) < words.len();
    let codes: UInt32Array = codes.iter().map(|code| code.filter(|&code| is_word(code))).collect();
    Ok(take(words, &codes, None)?)
}

fn items(words: &Dictionaries, ids: &ArrayRef) -> Result<ArrayRef> {
    let table = words.item_table().map_err(external)?;
    // Events of an item stand together: most rows have the id of the row before.
    let mut last = None;
    let places: UInt32Array = ids
        .as_primitive::<UInt64Type>()
        .iter()
        .map(|id| {
            let id = id?;
            match last {
                Some((found, place)) if found == id => place,
                _ => {
                    let place = table.index(id);
                    last = Some((id, place));
                    place
                }
            }
        })
        .collect();
    Ok(take(table.names(), &places, None)?)
}

fn decisions(words: &Dictionaries, ids: &ArrayRef, ordinals: &ArrayRef) -> Result<ArrayRef> {
    let names = items(words, ids)?;
    let names = names.as_string_view();
    let mut out = StringViewBuilder::with_capacity(names.len());
    let mut text = String::new();
    for (name, ordinal) in names.iter().zip(ordinals.as_primitive::<UInt32Type>().iter()) {
        use std::fmt::Write;

        text.clear();
        let _ = write!(text, "{}#{}", name.unwrap_or_default(), ordinal.unwrap_or_default());
        out.append_value(&text);
    }
    Ok(Arc::new(out.finish()))
}

fn attributes<'a>(
    lists: &ListArray,
    key: Option<&str>,
    keys: &ArrayRef,
    entry: impl Fn(usize) -> &'a str,
) -> Result<ArrayRef> {
    let Some(keys) = keys.as_string_view_opt() else {
        return plan_err!("the key of attr is a text");
    };
    let mut out = StringViewBuilder::with_capacity(lists.len());
    for (row, range) in lists.offsets().windows(2).enumerate() {
        let key = match key {
            Some(key) => Some(key),
            None => keys.is_valid(row).then(|| keys.value(row)),
        };
        let value = |key: &str| {
            let mut entries = (range[0] as usize..range[1] as usize).map(&entry);
            entries.find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
        };
        out.append_option(key.filter(|_| lists.is_valid(row)).and_then(value));
    }
    Ok(Arc::new(out.finish()))
}

fn codes(array: &ArrayRef) -> Result<UInt32Array> {
    if let Some(codes) = array.as_primitive_opt::<UInt32Type>() {
        return Ok(codes.clone());
    }
    let bytes = array.as_primitive_opt::<UInt8Type>();
    let bytes = bytes.ok_or_else(|| internal_datafusion_err!("codes are whole numbers"))?;
    Ok(bytes.iter().map(|code| code.map(Code::from)).collect())
}

fn lists(array: &ArrayRef) -> Result<&ListArray> {
    array.as_list_opt::<i32>().ok_or_else(|| internal_datafusion_err!("attributes are a list"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn codes_without_a_word_are_null() {
        let words = StringViewArray::from(vec!["", "one"]);
        let found = by_code(&words, &UInt32Array::from(vec![Some(1), Some(0), Some(7), None])).unwrap();
        assert_eq!(found.as_string_view().iter().collect::<Vec<_>>(), [Some("one"), None, None, None]);
    }

    #[test]
    fn a_key_is_found_whole_and_first() {
        let words = ["colour=red", "col=2=3", "colour=blue", "bare"];
        let lists = ListArray::new(
            Arc::new(Field::new("item", DataType::Utf8View, false)),
            datafusion::arrow::buffer::OffsetBuffer::new(vec![0, 4, 4].into()),
            Arc::new(StringViewArray::from(words.to_vec())),
            None,
        );
        let keys: ArrayRef = Arc::new(StringViewArray::from(vec!["col", "col"]));
        let found = |key| {
            let found = attributes(&lists, key, &keys, |entry| words[entry]).unwrap();
            found.as_string_view().iter().map(|value| value.map(str::to_owned)).collect::<Vec<_>>()
        };
        assert_eq!(found(None), [Some("2=3".to_owned()), None]);
        assert_eq!(found(Some("colour")), [Some("red".to_owned()), None]);
        assert_eq!(found(Some("bare")), [None, None]);
    }
}
