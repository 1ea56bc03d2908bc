//! The guide to process mining: its office is laid out, its queries are run, and what stands under each is the answer.

use std::fmt::Write;

use crate::office::{TestOffice, project};

/// A fenced block: what stands after the fence, its text, and where the text ends.
struct Block<'a> {
    info: &'a str,
    text: &'a str,
    until: usize,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut from = 0;
    while let Some(open) = page[from..].find("```").map(|at| from + at + 3) {
        let text = open + page[open..].find('\n').unwrap() + 1;
        let close = text + page[text..].find("```").unwrap();
        blocks.push(Block { info: &page[open..text - 1], text: &page[text..close], until: close + 4 });
        from = close + 3;
    }
    blocks
}

/// With `SAYSO_BLESS=1` the answers on the page are written anew.
#[test]
fn the_answers_in_the_guide_are_those_that_come_out() {
    let path = project("docs/guide/process-mining.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let office = TestOffice::new();
    let (mut anew, mut done, mut n_queries) = (String::new(), 0, 0);
    let blocks = blocks(&page);
    for (n, block) in blocks.iter().enumerate() {
        if let Some((_, file)) = block.info.split_once(' ') {
            office.write(&format!("firm/{file}"), block.text);
        }
        if block.info != "sql" {
            continue;
        }
        n_queries += 1;
        let answer = office.ok(&["query", block.text, "--office", "firm", "--format", "csv"]);
        assert!(answer.lines().count() > 1, "no rows: {}", block.text);
        anew.push_str(&page[done..block.until]);
        let _ = write!(anew, "\n```csv\n{answer}```\n");
        done = blocks.get(n + 1).filter(|next| next.info == "csv").map_or(block.until, |next| next.until);
    }
    anew.push_str(&page[done..]);
    assert!(n_queries >= 10, "{n_queries} queries");
    #[expect(clippy::disallowed_methods, reason = "how whoever runs the tests asks for the page to be written")]
    if std::env::var_os("SAYSO_BLESS").is_some() {
        std::fs::write(&path, &anew).unwrap();
        return;
    }
    assert!(anew == page, "the page should be:\n{anew}");
}
