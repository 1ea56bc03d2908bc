//! What a site says when it does not give something out, in few words.

use serde_json::Value;

/// The longest that is kept of a site's own words.
const WORDS_MAX: usize = 160;

/// A refusal in words: the status, and what the site says of it where it says so in JSON.
pub(crate) fn why(status: u16, body: &[u8]) -> String {
    let means = match status {
        400 => ": it does not understand the question",
        401 => ": it does not know who asks",
        403 => ": whoever asks may not see it",
        404 => ": it is not there, or whoever asks may not know of it",
        410 => ": it is gone",
        451 => ": it is withheld by law",
        _ => "",
    };
    match serde_json::from_slice::<Value>(body.trim_ascii()).ok().and_then(|value| words(&value)) {
        Some(words) => format!("the site answered {status}{means} (`{words}`)"),
        None => format!("the site answered {status}{means}"),
    }
}

fn words(value: &Value) -> Option<String> {
    let said = ["message", "error", "errorMessages", "errors", "error_description"].into_iter().find_map(|key| {
        let said = match value.get(key)? {
            Value::Array(list) => list.first()?,
            said => said,
        };
        let said = said.get("message").unwrap_or(said).as_str()?;
        let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
        (!line.is_empty()).then_some(line)
    })?;
    Some(if said.chars().count() > WORDS_MAX { said.chars().take(WORDS_MAX).collect::<String>() + "..." } else { said })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_site_where_it_has_some() {
        for (body, words) in [
            ("{\"message\": \"Not Found\"}", Some("Not Found")),
            ("{\"errorMessages\": [\"The value\\n'X' does not exist\"]}", Some("The value 'X' does not exist")),
            ("{\"errors\": [{\"message\": \"no\"}]}", Some("no")),
            ("{\"error\": true, \"message\": \"hidden\"}", Some("hidden")),
            ("{\"errors\": {}}", None),
            ("<html>", None),
            ("", None),
        ] {
            let end = words.map_or(String::new(), |words| format!(" (`{words}`)"));
            assert_eq!(why(410, body.as_bytes()), format!("the site answered 410: it is gone{end}"));
        }
        assert!(why(400, format!("{{\"message\": \"{}\"}}", "x".repeat(999)).as_bytes()).len() < 260);
    }
}
