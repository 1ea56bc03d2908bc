//! The report from the outside: every format of a full, an empty, a doubtful and a hostile diagnosis.
#![allow(clippy::unwrap_used)]

#[path = "it/office.rs"]
mod office;
#[path = "it/page.rs"]
mod page;

use sayso_model::diagnosis::Diagnosis;
use sayso_report::{Brief, Format, Style, picture, render};

const FORMATS: [(Format, &str); 6] = [
    (Format::Text, "txt"),
    (Format::Json, "json"),
    (Format::Ndjson, "ndjson"),
    (Format::Csv, "csv"),
    (Format::Markdown, "md"),
    (Format::Html, "html"),
];

const NARROW: Style = Style { width: 60, ..Style::PLAIN };
const TELEPHONE: Style = Style { width: 40, ..Style::PLAIN };
const BROAD: Style = Style { width: 120, ..Style::PLAIN };
const ASCII: Style = Style { unicode: false, ..Style::PLAIN };
const COLOUR: Style = Style { colour: true, ..Style::PLAIN };

fn everything() -> [(&'static str, Diagnosis); 7] {
    [
        ("insurer", office::insurer()),
        ("healthy", office::healthy()),
        ("crowded", office::crowded()),
        ("nothing", office::nothing()),
        ("no_decisions", office::no_decisions()),
        ("all_withheld", office::all_withheld()),
        ("cannot_tell", office::cannot_tell()),
    ]
}

/// Not a check: leaves every format in the target folder, for eyes.
#[test]
fn files_to_look_at() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/report");
    std::fs::create_dir_all(folder).unwrap();
    for (name, diagnosis) in everything() {
        for (format, ending) in FORMATS {
            std::fs::write(format!("{folder}/{name}.{ending}"), render(&diagnosis, format, &Style::PLAIN)).unwrap();
        }
        std::fs::write(format!("{folder}/{name}.svg"), picture(&diagnosis)).unwrap();
    }
}

#[test]
fn the_terminal_page_of_the_insurer() {
    insta::assert_snapshot!("insurer_text", render(&office::insurer(), Format::Text, &Style::PLAIN));
}

#[test]
fn the_markdown_page_of_the_insurer() {
    insta::assert_snapshot!("insurer_markdown", render(&office::insurer(), Format::Markdown, &Style::PLAIN));
}

#[test]
fn the_same_diagnosis_gives_the_same_bytes() {
    for (name, diagnosis) in everything() {
        for (format, ending) in FORMATS {
            let again = render(&diagnosis, format, &Style::PLAIN);
            assert_eq!(render(&diagnosis, format, &Style::PLAIN), again, "{name}.{ending}");
        }
        assert_eq!(picture(&diagnosis), picture(&diagnosis));
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (name, diagnosis) in everything() {
        for style in [Style::PLAIN, NARROW, ASCII, TELEPHONE, BROAD] {
            for line in render(&diagnosis, Format::Text, &style).lines() {
                let width = textwrap::core::display_width(line);
                assert!(width <= style.width, "{name}, {width} columns: {line}");
            }
        }
    }
}

#[test]
fn colour_only_supports_what_the_words_say() {
    let plain = render(&office::insurer(), Format::Text, &Style::PLAIN);
    let colour = render(&office::insurer(), Format::Text, &COLOUR);
    assert_ne!(plain, colour);
    let mut stripped = String::new();
    let mut rest = colour.as_str();
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, plain);
}

#[test]
fn plain_ascii_where_asked() {
    for (name, diagnosis) in everything() {
        assert!(render(&diagnosis, Format::Text, &ASCII).is_ascii(), "{name}");
    }
}

#[test]
fn at_most_five_headlines_each_with_its_doubt_and_at_least_one() {
    for (name, diagnosis) in everything() {
        let brief = Brief::of(&diagnosis);
        assert!((1..=5).contains(&brief.headlines.len()), "{name}: {}", brief.headlines.len());
        for headline in &brief.headlines {
            assert!(!headline.doubt.is_empty() && !headline.says.is_empty() && !headline.asks.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_insurer_in_five_sentences() {
    let brief = Brief::of(&office::insurer());
    let said: Vec<String> = brief.headlines.iter().map(|h| h.says.plain().replace('\u{a0}', " ")).collect();
    assert_eq!(
        said,
        [
            "Scope of pricing is declared to the product owner; in the record 84 % [76, 90] of 224 decisions moved only after \
             one role outside the charter (senior product manager) had acted, median 9 working hours [7, 12], unchanged in \
             93 % [88, 96]. Is that a rule, or a habit?",
            "Half of all questions are answered within 6.8 working hours; one in four takes longer than 3.2 working days.",
            "34 % of the working time that questions wait lies with one role: senior product manager.",
            "38 % of hand-overs cross from one site to another.",
            "29 % of items come back to somebody who had them before.",
        ]
    );
    assert_eq!(brief.headlines[0].figure.replace('\u{a0}', " "), "84 %");
    let doubt = brief.headlines[0].doubt.plain().replace('\u{a0}', " ");
    assert_eq!(
        doubt,
        "By tests that a bystander does not pass (B). What else could explain it: Something outside the charter may require \
         this consent: regulation, a budget, a contract."
    );
    let doubt = brief.headlines[3].doubt.plain().replace('\u{a0}', " ");
    assert_eq!(doubt, "Between 34 and 42 %, from 2,119 hand-overs.");
}

#[test]
fn an_area_whose_interval_touches_the_whole_is_no_headline() {
    let mut diagnosis = office::healthy();
    let said = |diagnosis: &Diagnosis| -> Vec<String> {
        Brief::of(diagnosis).headlines.iter().map(|h| h.says.plain()).collect()
    };
    assert!(said(&diagnosis).iter().any(|sentence| sentence.contains("wait longest in the area pricing")));
    diagnosis
        .measures
        .retain(|m| m.scope().get("area").is_none_or(|area| area != "pricing" && area != "partner feeds"));
    let said = said(&diagnosis);
    assert!(said.iter().all(|sentence| !sentence.contains("wait longest")), "{said:?}");
}

#[test]
fn at_most_two_findings_are_headlines_and_none_that_is_over() {
    let mut diagnosis = office::insurer();
    let gate = diagnosis.findings[0].clone();
    diagnosis.findings.splice(1..1, [gate.clone(), gate]);
    let says = |brief: &Brief, i: usize| brief.headlines[i].says.plain();
    let brief = Brief::of(&diagnosis);
    assert!(says(&brief, 0).starts_with("Scope of") && says(&brief, 1).starts_with("Scope of"));
    assert!(says(&brief, 2).starts_with("Half of all"), "{}", says(&brief, 2));
    // The same question is asked once.
    let page = render(&diagnosis, Format::Markdown, &Style::PLAIN);
    assert_eq!(page.matches("- *Is that a rule, or a habit?*").count(), 1);
    for finding in &mut diagnosis.findings {
        finding.verdict = sayso_model::diagnosis::Standing::Past;
    }
    assert!(says(&Brief::of(&diagnosis), 0).starts_with("Half of all"));
}

#[test]
fn who_has_the_say_comes_first_with_its_doubt_its_question_and_what_to_type() {
    let diagnosis = office::insurer();
    assert_eq!(Brief::of(&diagnosis).sections[0].id, "say");
    for format in [Format::Text, Format::Markdown, Format::Html] {
        let page = render(&diagnosis, format, &Style::PLAIN).replace(['\n', '\u{a0}'], " ");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "Who has the say",
            "holds now",
            "held before, not now",
            "By tests that a bystander does not pass (B)",
            "What else could explain it",
            "Is that a rule, or a habit?",
            "sayso path PRC-118#1",
            "sayso path 'odd name#1'",
            "61 tests",
            "needs about 34 more",
        ] {
            // Markdown and HTML write some of these letters in their own way.
            let written = words.replace('\'', "&#39;");
            assert!(page.contains(words) || page.contains(&written), "{format:?}: {words} is not in\n{page}");
        }
    }
}

#[test]
fn nothing_that_stood_out_is_a_result() {
    for format in [Format::Text, Format::Markdown, Format::Html] {
        let page = render(&office::healthy(), format, &Style::PLAIN).replace('\u{a0}', " ");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["Nothing stood out", "63 tests were made", "That is a result", "14 places"] {
            assert!(page.contains(words), "{format:?}: {words} is not in\n{page}");
        }
        assert!(!page.contains("The question to ask"));
    }
    let thin = office::cannot_tell();
    assert!(render(&thin, Format::Markdown, &Style::PLAIN).contains("Nothing could be looked for"));
}

#[test]
fn the_numbers_behind_a_finding_stand_in_the_csv_with_its_name() {
    let csv = render(&office::insurer(), Format::Csv, &Style::PLAIN);
    let rows: Vec<&str> = csv.lines().filter(|line| line.contains("implicit_gate/scope/pricing/")).collect();
    assert_eq!(rows.len(), 6);
    assert!(rows[0].starts_with("M08,") && rows[0].contains(",current,B,0.0031,"), "{}", rows[0]);
}

#[test]
fn cannot_tell_is_a_sentence_too() {
    let brief = Brief::of(&office::cannot_tell());
    let said: Vec<String> = brief.headlines.iter().map(|h| h.says.plain()).collect();
    assert_eq!(said[0], "How long a typical question waits, the record cannot tell.");
    let doubt = brief.headlines[0].doubt.plain().replace('\u{a0}', " ");
    assert!(doubt.starts_with("Why: the median is not reached; at least 3.8 working days"), "{doubt}");
    assert!(doubt.contains("the mean is 5.5 working days (5.0 to 6.0 working days)"), "{doubt}");
    assert!(said.iter().any(|sentence| sentence.contains("does not say who holds authority")), "{said:?}");
    assert!(said.iter().any(|sentence| sentence.contains("cross from one site to another, the record cannot tell")));
}

#[test]
fn an_empty_record_says_what_to_do_next() {
    for (diagnosis, step) in [
        (office::nothing(), "sayso diagnose PATH"),
        (office::no_decisions(), "sayso diagnose PATH --lens FILE"),
        (office::all_withheld(), "Read a longer window"),
    ] {
        for format in [Format::Text, Format::Markdown, Format::Html] {
            let page = render(&diagnosis, format, &Style::PLAIN);
            assert!(page.contains(step), "{step} is not in\n{page}");
        }
    }
}

#[test]
fn every_measurement_is_in_the_appendix_and_in_the_csv() {
    let diagnosis = office::crowded();
    let brief = Brief::of(&diagnosis);
    let appendix = brief.sections.iter().find(|section| section.id == "measurements").unwrap();
    let rows: usize = appendix
        .blocks
        .iter()
        .map(|block| match block {
            sayso_report::brief::Block::Table(table) => table.rows.len(),
            _ => 0,
        })
        .sum();
    assert_eq!(rows, diagnosis.measures.len());
    let csv = render(&diagnosis, Format::Csv, &Style::PLAIN);
    let behind_findings: usize = diagnosis.findings.iter().map(|finding| finding.estimates.len()).sum();
    assert_eq!(csv.lines().count(), 1 + diagnosis.measures.len() + behind_findings);
    assert_eq!(render(&office::nothing(), Format::Csv, &Style::PLAIN).lines().count(), 1);
}

#[test]
fn json_is_the_diagnosis_itself_and_ndjson_has_a_line_for_each_part() {
    for (name, diagnosis) in everything() {
        let text = render(&diagnosis, Format::Json, &Style::PLAIN);
        let object: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["subject"], diagnosis.subject.as_str(), "{name}");
        if name != "crowded" {
            assert!(text == serde_json::to_string_pretty(&diagnosis).unwrap() + "\n", "{name}");
        }
        let lines = render(&diagnosis, Format::Ndjson, &Style::PLAIN);
        let rows: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows[0]["row"], "diagnosis");
        assert_eq!(rows.iter().filter(|row| row["row"] == "measure").count(), diagnosis.measures.len(), "{name}");
        assert_eq!(rows.iter().filter(|row| row["row"] == "finding").count(), diagnosis.findings.len(), "{name}");
        assert_eq!(rows.iter().filter(|row| row["row"] == "sought").count(), diagnosis.sought.len(), "{name}");
    }
}

#[test]
fn nothing_that_acts_on_a_screen_leaves_in_any_format() {
    for (name, diagnosis) in everything() {
        for (format, ending) in FORMATS {
            let page = render(&diagnosis, format, &Style::PLAIN);
            let acts = page.chars().find(|c| {
                (c.is_control() && *c != '\n')
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            });
            assert_eq!(acts, None, "{name}.{ending}");
        }
    }
}

#[test]
fn hostile_names_do_not_become_markup() {
    let page = render(&office::crowded(), Format::Markdown, &Style::PLAIN);
    for bad in ["<script", "<img", "](https://evil", "https://evil"] {
        assert!(!page.contains(bad), "{bad}");
    }
    // Every row of a table has as many cells as its header.
    let mut cells = None;
    for line in page.lines() {
        if !line.starts_with('|') {
            cells = None;
            continue;
        }
        let n = line.replace("\\|", "").matches('|').count();
        assert_eq!(*cells.get_or_insert(n), n, "{line}");
    }
}

#[test]
fn the_picture_stands_alone() {
    for (name, diagnosis) in everything() {
        let svg = picture(&diagnosis);
        page::well_formed(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
        assert_eq!(svg.matches("://").count(), 1, "{name}: only the name space looks like an address");
        assert!(!svg.contains("<script") && !svg.contains("href"), "{name}");
    }
}
