//! What people write in Jira: documents (ADF) and wiki text, as plain words and whom they mention.

use serde_json::Value;

/// Nodes within nodes that are followed.
const DEPTH_MAX: usize = 64;

/// A body in either form: its words without quotations and code, and the accounts or logins that it mentions, in order.
pub(super) fn words(body: &Value) -> (String, Vec<String>) {
    match body {
        Value::String(wiki) => of_wiki(wiki),
        Value::Object(_) => {
            let (mut text, mut mentions) = (String::new(), Vec::new());
            of_document(body, 0, &mut text, &mut mentions);
            (text.trim().to_owned(), mentions)
        }
        _ => (String::new(), Vec::new()),
    }
}

fn of_document(node: &Value, depth: usize, text: &mut String, mentions: &mut Vec<String>) {
    if depth > DEPTH_MAX {
        return;
    }
    let attribute = |key: &str| node.pointer(&format!("/attrs/{key}")).and_then(Value::as_str);
    let kind = node.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        // What others wrote, and what machines did.
        "blockquote" | "codeBlock" => return,
        "text" => text.push_str(node.get("text").and_then(Value::as_str).unwrap_or_default()),
        "hardBreak" | "rule" => text.push('\n'),
        "mention" => {
            if let Some(id) = attribute("id").filter(|id| !id.is_empty()) {
                mentions.push(id.strip_prefix("accountid:").unwrap_or(id).to_owned());
            }
            text.push('@');
        }
        "emoji" | "status" => text.push_str(attribute("text").unwrap_or_default()),
        "inlineCard" | "blockCard" | "embedCard" => text.push_str(attribute("url").unwrap_or_default()),
        _ => {}
    }
    for child in node.get("content").and_then(Value::as_array).into_iter().flatten() {
        of_document(child, depth + 1, text, mentions);
    }
    let is_block = matches!(
        kind,
        "paragraph" | "heading" | "listItem" | "taskItem" | "decisionItem" | "tableRow" | "panel" | "mediaSingle"
    );
    if is_block && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Wiki text without its code, quotations and marks.
pub(super) fn of_wiki(wiki: &str) -> (String, Vec<String>) {
    let without = without_blocks(wiki);
    let mut text = String::with_capacity(without.len());
    let mut mentions = Vec::new();
    let mut rest = without.as_str();
    while let Some(at) = rest.find('[') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let inner = rest[1..].split_once([']', '\n']).filter(|(inner, _)| rest[1 + inner.len()..].starts_with(']'));
        let Some((inner, after)) = inner else {
            text.push('[');
            rest = &rest[1..];
            continue;
        };
        if let Some(who) = inner.strip_prefix('~') {
            let who = who.strip_prefix("accountid:").unwrap_or(who).trim();
            if !who.is_empty() {
                mentions.push(who.to_owned());
            }
            text.push('@');
        } else {
            // A link: its words, then where it leads.
            text.push_str(&inner.replacen('|', " ", 1));
        }
        rest = after;
    }
    text.push_str(rest);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("bq. "));
    let lines: Vec<&str> = lines.map(without_heading).collect();
    (lines.join("\n").trim().to_owned(), mentions)
}

/// `h2. Goal` is a heading.
fn without_heading(line: &str) -> &str {
    let bytes = line.as_bytes();
    match bytes {
        [b'h', b'1'..=b'6', b'.', b' ', ..] => &line[4..],
        _ => line,
    }
}

/// Leaves out what stands between `{code}` and `{code}`, `{noformat}` and `{quote}` likewise; `{color:red}` and other
/// marks lose only themselves.
fn without_blocks(wiki: &str) -> String {
    let mut out = String::with_capacity(wiki.len());
    let mut rest = wiki;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let tail = &rest[at..];
        let name: String = tail[1..].chars().take_while(char::is_ascii_alphabetic).collect();
        let after = &tail[1 + name.len()..];
        let is_tag = !name.is_empty() && (after.starts_with('}') || after.starts_with(':'));
        let Some(end) = tail.find('}').filter(|_| is_tag) else {
            out.push('{');
            rest = &tail[1..];
            continue;
        };
        rest = &tail[end + 1..];
        if matches!(name.as_str(), "code" | "noformat" | "quote") {
            // One that is never closed goes on to the end.
            rest = rest.split_once(&format!("{{{name}}}")).map_or("", |(_, after)| after);
            out.push('\n');
        } else if !matches!(name.as_str(), "color" | "panel" | "expand" | "anchor" | "adf" | "info" | "tip" | "note") {
            out.push_str(&tail[..=end]);
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_gives_its_words_and_whom_it_mentions() {
        let body = json!({"type": "doc", "version": 1, "content": [
            {"type": "paragraph", "content": [
                {"type": "mention", "attrs": {"id": "5b10", "text": "@Meg"}},
                {"type": "text", "text": " are you happy with this?"},
                {"type": "hardBreak"},
                {"type": "inlineCard", "attrs": {"url": "https://x.example.org/1"}}]},
            {"type": "blockquote", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "old"}]}]},
            {"type": "codeBlock", "content": [{"type": "text", "text": "let x = 1;"}]},
            {"type": "bulletList", "content": [{"type": "listItem", "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": "because"}]}]}]}]});
        let (text, mentions) = words(&body);
        assert_eq!(text, "@ are you happy with this?\nhttps://x.example.org/1\nbecause");
        assert_eq!(mentions, ["5b10"]);
    }

    #[test]
    fn wiki_text_gives_its_words_and_whom_it_mentions() {
        let (text, mentions) = of_wiki(
            "h2. Goal\n[~meg] and [~accountid:557:ab] please {color:red}look{color}\n{code:java}\nx[~no]\n{code}\nbq. old\n\
             {quote}older{quote}[here|https://x.example.org] {0} [",
        );
        assert_eq!(mentions, ["meg", "557:ab"]);
        assert_eq!(text, "Goal\n@ and @ please look\n\n\n\nhere https://x.example.org {0} [");
        assert_eq!(of_wiki("{code}never closed").0, "");
        assert_eq!(of_wiki("[~]").1, Vec::<String>::new());
    }

    #[test]
    fn what_is_no_body_says_nothing() {
        assert_eq!(words(&json!(null)), (String::new(), Vec::new()));
        assert_eq!(words(&json!(17)), (String::new(), Vec::new()));
    }
}
