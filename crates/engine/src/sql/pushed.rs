//! Filters on words turned to filters on codes, so that most files and pages are never read.

use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::{conjunction, disjunction, split_binary, split_conjunction};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Filter, LogicalPlan, Operator, lit};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

use super::functions::{Does, Function};

/// More codes than this are looked up as words after all.
const CODES_MAX: usize = 256;

/// Replaces `word(code) = 'x'` by `code = 7` where a filter asks for it.
///
/// A word that is not recorded is null, a code never is: the two differ under `not`. They agree where only `and` and
/// `or` stand above them, because a filter lets neither null nor false through. So the rule goes down these two and
/// no further.
#[derive(Debug, Default)]
pub(crate) struct FilterByCode;

impl OptimizerRule for FilterByCode {
    fn name(&self) -> &str {
        "filter_by_code"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = plan else { return Ok(Transformed::no(plan)) };
        let schema = filter.input.schema();
        let parts: Vec<Transformed<Expr>> =
            split_conjunction(&filter.predicate).into_iter().map(|part| by_code(part, schema)).collect();
        if !parts.iter().any(|part| part.transformed) {
            return Ok(Transformed::no(LogicalPlan::Filter(filter)));
        }
        let predicate = conjunction(parts.into_iter().map(|part| part.data)).unwrap_or(filter.predicate);
        Ok(Transformed::yes(LogicalPlan::Filter(Filter::try_new(predicate, filter.input)?)))
    }
}

/// The same condition on codes, where it is one on words.
fn by_code(condition: &Expr, schema: &DFSchema) -> Transformed<Expr> {
    let found = match condition {
        Expr::BinaryExpr(BinaryExpr { op: Operator::Or | Operator::And, .. }) => return below(condition, schema),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            one_of(left, std::slice::from_ref(right), schema)
                .or_else(|| one_of(right, std::slice::from_ref(left), schema))
        }
        Expr::InList(InList { expr, list, negated: false }) => {
            let list: Vec<Box<Expr>> = list.iter().map(|word| Box::new(word.clone())).collect();
            one_of(expr, &list, schema)
        }
        _ => None,
    };
    match found {
        Some(condition) => Transformed::yes(condition),
        None => Transformed::no(condition.clone()),
    }
}

fn below(condition: &Expr, schema: &DFSchema) -> Transformed<Expr> {
    let Expr::BinaryExpr(BinaryExpr { op, .. }) = condition else { return Transformed::no(condition.clone()) };
    let parts: Vec<Transformed<Expr>> =
        split_binary(condition, *op).into_iter().map(|part| by_code(part, schema)).collect();
    if !parts.iter().any(|part| part.transformed) {
        return Transformed::no(condition.clone());
    }
    let parts: Vec<Expr> = parts.into_iter().map(|part| part.data).collect();
    let joined = if *op == Operator::Or { disjunction(parts) } else { conjunction(parts) };
    Transformed::yes(joined.unwrap_or_else(|| lit(true)))
}

/// `word(code)` is one of some words: the code is one of theirs.
fn one_of(call: &Expr, words: &[Box<Expr>], schema: &DFSchema) -> Option<Expr> {
    let Expr::ScalarFunction(call) = call else { return None };
    let function = call.func.inner().downcast_ref::<Function>()?;
    let words: Vec<&str> = words.iter().map(|word| text(word)).collect::<Option<_>>()?;
    match (function.does(), call.args.as_slice()) {
        (Does::Word(dictionary), [code]) => {
            let places = dictionary.array().ok()?.iter().enumerate().skip(1);
            let wanted = places.filter(|(_, word)| word.is_some_and(|word| words.contains(&word)));
            // Some columns hold their codes in a byte.
            let kind = code.get_type(schema).ok()?;
            let codes =
                wanted.take(CODES_MAX + 1).map(|(code, _)| ScalarValue::UInt32(Some(code as u32)).cast_to(&kind));
            let codes: Vec<ScalarValue> = codes.collect::<Result<_>>().ok()?;
            (codes.len() <= CODES_MAX).then(|| any_of(code, codes))
        }
        (Does::Item(names), [id]) => {
            let ids: std::result::Result<Vec<Option<u64>>, _> = words.iter().map(|word| names.item_id(word)).collect();
            Some(any_of(id, ids.ok()?.into_iter().flatten().map(ScalarValue::from).collect()))
        }
        (Does::Decision(names), [id, ordinal]) => {
            let each = words.iter().map(|word| {
                let (item, number) = word.rsplit_once('#')?;
                let item = names.item_id(item).ok()??;
                Some(id.clone().eq(lit(item)).and(ordinal.clone().eq(lit(number.parse::<u32>().ok()?))))
            });
            // A word that names no decision is met by none.
            disjunction(each.flatten()).or(Some(lit(false)))
        }
        _ => None,
    }
}

fn any_of(column: &Expr, values: Vec<ScalarValue>) -> Expr {
    match values.as_slice() {
        [] => lit(false),
        [only] => column.clone().eq(lit(only.clone())),
        _ => column.clone().in_list(values.into_iter().map(lit).collect(), false),
    }
}

fn text(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        Expr::Cast(cast) => text(&cast.expr),
        _ => None,
    }
}
