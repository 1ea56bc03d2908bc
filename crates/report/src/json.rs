//! JSON: the serialised diagnosis is the contract; as one object, or as one object a line.

use sayso_model::diagnosis::Diagnosis;
use serde::Serialize;
use serde_json::{Value, json};

use crate::baseline::Comparison;
use crate::clean;

/// One object, indented, with a line break at the end.
pub(crate) fn object(diagnosis: &Diagnosis, comparison: Option<&Comparison>) -> String {
    #[derive(Serialize)]
    struct Object<'a> {
        #[serde(flatten)]
        diagnosis: &'a Diagnosis,
        #[serde(skip_serializing_if = "Option::is_none")]
        comparison: Option<&'a Comparison>,
    }
    let mut out = serde_json::to_string_pretty(&Object { diagnosis, comparison })
        .expect("the diagnosis has string keys and finite numbers only");
    out.push('\n');
    harmless(&out)
}

/// One object a line, each with a key `row` that says what it is.
pub(crate) fn lines(diagnosis: &Diagnosis, comparison: Option<&Comparison>) -> String {
    let mut out = String::new();
    let frame = json!({
        "sayso": diagnosis.sayso, "schema": diagnosis.schema, "seed": diagnosis.seed, "subject": diagnosis.subject,
        "window": diagnosis.window, "coverage": diagnosis.coverage,
        "path_map": { "grouped_by": diagnosis.path_map.grouped_by, "pooled": diagnosis.path_map.pooled },
    });
    push(&mut out, "diagnosis", &frame);
    each(&mut out, "measure", &diagnosis.measures);
    each(&mut out, "finding", &diagnosis.findings);
    each(&mut out, "too_thin", &diagnosis.too_thin);
    each(&mut out, "sought", &diagnosis.sought);
    each(&mut out, "assumption", &diagnosis.assumptions);
    each(&mut out, "gap", &diagnosis.gaps);
    each(&mut out, "withheld", &diagnosis.withheld);
    each(&mut out, "node", &diagnosis.path_map.nodes);
    each(&mut out, "arc", &diagnosis.path_map.arcs);
    each(&mut out, "longest_waiting", &diagnosis.longest_waiting);
    each(&mut out, "example", &diagnosis.examples);
    each(&mut out, "side_by_side", &diagnosis.side_by_side);
    if let Some(comparison) = comparison {
        push(&mut out, "comparison", comparison);
    }
    harmless(&out)
}

fn each<T: Serialize>(out: &mut String, row: &'static str, all: &[T]) {
    for one in all {
        push(out, row, one);
    }
}

fn push<T: Serialize>(out: &mut String, row: &'static str, one: &T) {
    let mut value = serde_json::to_value(one).expect("the diagnosis has string keys and finite numbers only");
    if let Value::Object(fields) = &mut value {
        fields.insert("row".to_owned(), Value::from(row));
    }
    out.push_str(&value.to_string());
    out.push('\n');
}

/// The same JSON with every character that acts on a screen as an escape: such characters occur inside strings only,
/// where the escape means the same.
fn harmless(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && clean::acts(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escaped_character_means_the_same() {
        let text = "a\u{9b}b\u{202e}c\u{E0041}d";
        let written = harmless(&serde_json::to_string(text).unwrap());
        assert_eq!(written, r#""a\u009bb\u202ec\udb40\udc41d""#);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
