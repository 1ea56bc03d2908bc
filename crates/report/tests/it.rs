//! The report from the outside: every format of a full, an empty, a doubtful and a hostile diagnosis.
#![allow(clippy::unwrap_used)]

#[path = "it/office.rs"]
mod office;
#[path = "it/page.rs"]
mod page;

use sayso_model::diagnosis::Diagnosis;
use sayso_report::baseline::Change;
use sayso_report::brief::{Block, Depth, Prose, Span};
use sayso_report::{Baseline, Brief, Format, Locale, Style, compare, picture, pictures, render, render_with};

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
    let baseline = earlier();
    let polish = Style { locale: Locale::PlPl, ..Style::PLAIN };
    for (name, style) in [("since", Style::PLAIN), ("polish", polish)] {
        for (format, ending) in FORMATS {
            let page = render_with(&office::insurer(), Some(&baseline), format, &style);
            std::fs::write(format!("{folder}/{name}.{ending}"), page).unwrap();
        }
    }
    for (name, svg) in pictures(&office::insurer(), sayso_report::Locale::EnGb) {
        std::fs::write(format!("{folder}/chart-{name}"), svg).unwrap();
    }
}

/// An earlier report as it comes from a file.
fn earlier() -> Baseline {
    Baseline::parse(&render(&office::earlier(), Format::Json, &Style::PLAIN)).unwrap()
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
             93 % [88, 96].",
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
        "Between 76 and 90 %, from 224 decisions. By tests that a bystander does not pass (B). What else could explain it: \
         Something outside the charter may require this consent: regulation, a budget, a contract."
    );
    assert_eq!(brief.headlines[0].asks, "Is that a rule, or a habit?");
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
fn at_most_two_findings_are_headlines_and_one_that_is_over_where_none_holds() {
    let mut diagnosis = office::insurer();
    let gate = diagnosis.findings[0].clone();
    diagnosis.findings.splice(1..1, [gate.clone(), gate]);
    let says = |brief: &Brief, i: usize| brief.headlines[i].says.plain();
    let brief = Brief::of(&diagnosis);
    assert!(says(&brief, 0).starts_with("Scope of") && says(&brief, 1).starts_with("Scope of"));
    assert!(says(&brief, 2).starts_with("Half of all"), "{}", says(&brief, 2));
    // Each sentence has its question beside it.
    let page = render(&diagnosis, Format::Markdown, &Style::PLAIN);
    assert_eq!(page.matches("   **Ask**: *Is that a rule, or a habit?*").count(), 2);
    for finding in &mut diagnosis.findings {
        finding.verdict = sayso_model::diagnosis::Standing::Past;
    }
    let over = Brief::of(&diagnosis);
    assert!(says(&over, 0).starts_with("Held before, not now: Scope of"), "{}", says(&over, 0));
    assert!(says(&over, 1).starts_with("Half of all"));
}

#[test]
fn who_has_the_say_is_told_with_its_doubt_its_question_and_what_to_type() {
    let diagnosis = office::insurer();
    for format in [Format::Text, Format::Markdown, Format::Html] {
        let page = render(&diagnosis, format, &Style::PLAIN).replace(['\n', '\u{a0}'], " ");
        let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "Decision clarity: who has the say",
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

#[test]
fn one_brief_at_three_depths_with_a_section_for_each_constraint() {
    let brief = Brief::with(&office::insurer(), Some(&compare(&office::insurer(), &earlier())), Locale::EnGb);
    let ids = |depth: Depth| -> Vec<&str> {
        brief.sections.iter().filter(|section| section.depth == depth).map(|section| section.id).collect()
    };
    assert_eq!(ids(Depth::First), ["limits", "beliefs"]);
    assert_eq!(ids(Depth::Body), ["since", "clarity", "control", "distance", "context", "waiting", "next"]);
    assert_eq!(
        ids(Depth::Appendix),
        ["measurements", "finding-numbers", "every-belief", "shown", "reading", "withheld"]
    );
    assert!(brief.sections.windows(2).all(|pair| pair[0].depth <= pair[1].depth));
}

#[test]
fn a_finding_stands_under_its_constraint() {
    let brief = Brief::of(&office::insurer());
    let cards = |id: &str| -> Vec<String> {
        let section = brief.sections.iter().find(|section| section.id == id).unwrap();
        let cards = section.blocks.iter().filter_map(|block| match block {
            Block::Card(card) => Some(card.title.plain()),
            _ => None,
        });
        cards.collect()
    };
    assert_eq!(
        cards("clarity"),
        ["Implicit gate: scope of pricing (holds now)", "Churn: priority in all areas (held before, not now)"]
    );
    assert_eq!(cards("control"), ["Intervention from above: scope of pricing (held before; now, cannot tell)"]);
}

#[test]
fn what_the_record_has_nothing_on_is_said_in_a_line() {
    let page = render(&office::insurer(), Format::Markdown, &Style::PLAIN);
    assert!(page.contains("The record has nothing yet on context"), "{page}");
    assert!(
        render(&office::cannot_tell(), Format::Markdown, &Style::PLAIN)
            .contains("The record has nothing yet on context")
    );
    let mut placeless = office::cannot_tell();
    placeless.measures.retain(|m| m.statistic() != "crossing_share");
    assert!(render(&placeless, Format::Markdown, &Style::PLAIN).contains("The record has nothing yet on distance"));
}

#[test]
fn a_belief_stands_with_its_verdict_in_a_word_and_whoever_shares_it() {
    let diagnosis = office::insurer();
    let brief = Brief::of(&diagnosis);
    let section = brief.sections.iter().find(|section| section.id == "beliefs").unwrap();
    let verdicts: Vec<_> = section
        .blocks
        .iter()
        .filter_map(|b| if let Block::Verdicts(all) = b { Some(all) } else { None })
        .flatten()
        .collect();
    assert_eq!(verdicts.len(), 5, "two people who say the same are told once");
    let words: Vec<&str> = verdicts.iter().map(|one| one.verdict.name()).collect();
    assert_eq!(words, ["contradicted", "contradicted", "supported", "equivalent", "undecided"]);
    assert_eq!(verdicts[1].who.plain().replace('\u{a0}', " "), "Head of Product, 1 Mar 2026; Managing Director");
    let html = render(&diagnosis, Format::Html, &Style::PLAIN);
    for words in ["Contradicted", "Supported", "Equivalent", "Undecided", "They contradict each other on"] {
        assert!(html.contains(words), "{words}");
    }
    let agreed = Diagnosis { side_by_side: diagnosis.side_by_side[2..].to_vec(), ..office::insurer() };
    assert!(render(&agreed, Format::Markdown, &Style::PLAIN).contains("They do not contradict each other on any of 1"));
    assert!(!render(&office::cannot_tell(), Format::Html, &Style::PLAIN).contains("Belief against record"));
}

#[test]
fn every_belief_and_every_number_behind_a_finding_is_in_the_appendix() {
    let diagnosis = office::crowded();
    let brief = Brief::of(&diagnosis);
    let rows = |id: &str, table: usize| -> usize {
        let section = brief.sections.iter().find(|section| section.id == id).unwrap();
        let tables: Vec<_> =
            section.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect();
        tables[table].rows.len()
    };
    assert_eq!(rows("every-belief", 0), diagnosis.assumptions.len());
    assert_eq!(rows("every-belief", 1), diagnosis.side_by_side.len());
    assert_eq!(
        rows("finding-numbers", 0),
        diagnosis.findings.iter().map(|finding| finding.estimates.len()).sum::<usize>()
    );
}

#[test]
fn every_table_of_numbers_names_its_unit_window_method_and_rows() {
    let brief = Brief::of(&office::insurer());
    let section = brief.sections.iter().find(|section| section.id == "measurements").unwrap();
    let mut n = 0;
    for block in &section.blocks {
        let Block::Table(table) = block else { continue };
        n += 1;
        let heads: Vec<&str> = table.columns.iter().map(|column| column.title).collect();
        assert!(heads.starts_with(&["Part of the record", "Statistic", "Value", "Interval", "n", "Unit", "Method"]));
        for begins in ["Method a:", "Window: 6\u{a0}Oct\u{a0}2025 to", "Rows: sayso query \"SELECT "] {
            assert!(table.notes.iter().any(|note| note.starts_with(begins)), "{begins} {:?}", table.notes);
        }
    }
    assert!(n > 10);
}

#[test]
fn what_is_withheld_is_told_once_and_in_plain_words_near_the_front() {
    let page = render(&office::insurer(), Format::Markdown, &Style::PLAIN);
    let told = page.find("### How much is not shown").unwrap();
    assert!(told < page.find("## Belief against record").unwrap());
    // Areas are withheld from two measures; they are the same three.
    assert!(page.contains("**3 areas and 2 roles** (fewer than 5 people or 20 decisions)"), "{page}");
    assert!(
        page.contains("Nothing is said of override: the answers of declared deciders come from fewer than 5 people.")
    );
    assert!(page.contains("of the waiting lies with roles that are told together"));
    let open = Diagnosis { withheld: Vec::new(), ..office::insurer() };
    assert!(render(&open, Format::Markdown, &Style::PLAIN).contains("Nothing: every group is large enough."));
}

#[test]
fn an_earlier_report_is_held_against_this_one() {
    let comparison = compare(&office::insurer(), &earlier());
    assert!(comparison.same_subject);
    let of = |code: &str, key: Option<(&str, &str)>| {
        comparison.numbers.iter().find(|one| {
            let wanted = key.is_none_or(|(key, word)| one.scope.get(key).is_some_and(|found| found == word));
            one.id.code() == code
                && wanted
                && (key.is_some() || one.scope.keys().all(|key| key == "clock" || key == "by"))
        })
    };
    let wait = of("M01", None).unwrap();
    assert_eq!((wait.before.value(), wait.now.value(), wait.change), (Some(13.6), Some(6.8), Change::Lower));
    assert_eq!(wait.difference, Some(6.8 - 13.6));
    assert_eq!(of("M03", Some(("role", "engineer"))).unwrap().change, Change::NotShown);
    assert!(of("M01", Some(("matter", "release"))).is_none());
    assert_eq!(comparison.in_one_only, 1, "release was not in the earlier report");
    let stands: Vec<_> =
        comparison.findings.iter().map(|one| (one.id.as_str(), one.before.as_deref(), one.now.as_deref())).collect();
    assert_eq!(
        stands,
        [
            ("implicit_gate/scope/pricing/senior product manager", None, Some("current")),
            ("churn/priority//", Some("current"), Some("past")),
            ("implicit_gate/priority/renewals/architect", Some("current"), None),
        ]
    );
    assert_eq!(comparison.findings_unchanged, 1);
    assert_eq!((comparison.beliefs.len(), comparison.beliefs_unchanged), (1, 5));
}

#[test]
fn the_comparison_is_in_every_format_that_has_room_for_it() {
    let (diagnosis, baseline) = (office::insurer(), earlier());
    let with = |format| render_with(&diagnosis, Some(&baseline), format, &Style::PLAIN).replace('\u{a0}', " ");
    for format in [Format::Text, Format::Markdown, Format::Html] {
        let page = with(format).split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["Since the earlier report (5 Oct 2025)", "−6.8", "then,"] {
            assert!(page.contains(words), "{format:?}: {words} is not in\n{page}");
        }
    }
    assert!(with(Format::Markdown).contains("no difference that the record can show"));
    let json: serde_json::Value = serde_json::from_str(&with(Format::Json)).unwrap();
    assert_eq!(json["comparison"]["numbers"][0]["change"], "lower");
    let plain: serde_json::Value = serde_json::from_str(&render(&diagnosis, Format::Json, &Style::PLAIN)).unwrap();
    assert!(plain.get("comparison").is_none());
    assert!(with(Format::Ndjson).lines().last().unwrap().contains("\"row\":\"comparison\""));
    assert_eq!(with(Format::Csv), render(&diagnosis, Format::Csv, &Style::PLAIN).replace('\u{a0}', " "));
}

#[test]
fn a_report_held_against_itself_shows_no_difference() {
    for (name, diagnosis) in everything() {
        let baseline = Baseline::parse(&render(&diagnosis, Format::Json, &Style::PLAIN)).unwrap();
        let comparison = compare(&diagnosis, &baseline);
        for one in &comparison.numbers {
            assert!(matches!(one.change, Change::NotShown | Change::CannotTell), "{name} {one:?}");
            assert!(one.difference.is_none_or(|difference| difference == 0.0));
        }
        if name == "insurer" {
            assert!(comparison.numbers.len() > 15 && comparison.findings.is_empty() && comparison.beliefs.is_empty());
            assert_eq!(comparison.in_one_only, 0);
        }
        for (format, _) in FORMATS {
            assert!(!render_with(&diagnosis, Some(&baseline), format, &Style::PLAIN).is_empty());
        }
    }
}

#[test]
fn a_polish_reader_gets_polish_numbers_and_dates_and_english_words() {
    let polish = Style { locale: Locale::PlPl, ..Style::PLAIN };
    for format in [Format::Text, Format::Markdown, Format::Html] {
        let page = render(&office::insurer(), format, &polish).replace('\u{a0}', " ");
        for words in ["6 paź 2025", "14 310 events", "6,8 working hours", "Where decisions wait"] {
            assert!(page.contains(words), "{format:?}: {words}");
        }
        for words in ["14,310", "6.8 working", "Mar 2026", "March 2026"] {
            assert!(!page.contains(words), "{format:?}: {words}");
        }
    }
    for format in [Format::Json, Format::Csv, Format::Ndjson] {
        let british = render(&office::insurer(), format, &Style::PLAIN);
        assert_eq!(render(&office::insurer(), format, &polish), british);
    }
}

#[test]
fn a_name_looks_the_same_in_every_locale() {
    let mut diagnosis = office::insurer();
    diagnosis.longest_waiting[0].area = "pricing 2.1 of 3 March 2026".to_owned();
    let polish = Style { locale: Locale::PlPl, ..Style::PLAIN };
    let page = render(&diagnosis, Format::Markdown, &polish).replace('\u{a0}', " ");
    assert!(page.contains("pricing 2.1 of 3 March 2026"));
}

#[test]
fn a_term_is_marked_once_in_a_section_and_explained_at_the_end() {
    fn count(prose: &Prose, seen: &mut Vec<sayso_report::brief::Term>) {
        for span in &prose.spans {
            if let Span::Term(_, term) = span {
                assert!(!seen.contains(term), "{term:?} is marked twice");
                seen.push(*term);
            }
        }
    }
    let brief = Brief::of(&office::insurer());
    let mut n = 0;
    for section in &brief.sections {
        let mut seen = Vec::new();
        for block in &section.blocks {
            match block {
                Block::Prose(prose) => count(prose, &mut seen),
                Block::List(all) | Block::Small(_, all) => all.iter().for_each(|prose| count(prose, &mut seen)),
                Block::Figure(figure) => count(&figure.note, &mut seen),
                Block::Card(card) => {
                    for prose in [&card.claim, &card.standing, &card.strength, &card.question] {
                        count(prose, &mut seen);
                    }
                }
                _ => {}
            }
        }
        assert!(seen.iter().all(|term| brief.words.contains(term)));
        n += seen.len();
    }
    assert!(n > 15);
}

#[test]
fn every_chart_of_the_page_is_a_picture_of_its_own() {
    for (name, diagnosis) in everything() {
        let all = pictures(&diagnosis, sayso_report::Locale::EnGb);
        let page = render(&diagnosis, Format::Html, &Style::PLAIN);
        assert_eq!(all.len(), page.matches("<figure").count(), "{name}");
        let names: std::collections::BTreeSet<&str> = all.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(names.len(), all.len());
        for (file, svg) in &all {
            assert!(
                file.ends_with(".svg") && file.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)),
                "{file}"
            );
            page::well_formed(svg).unwrap_or_else(|error| panic!("{name} {file}: {error}"));
            assert!(svg.starts_with("<svg xmlns=") && svg.contains("<title") && svg.contains("<desc"));
            assert!(!svg.contains("var(") && !svg.contains("@media") && !svg.contains("href"), "{file}");
        }
    }
}
