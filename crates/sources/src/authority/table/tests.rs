//! Tables made up for the purpose, from CSV and from a workbook, there and back.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn told(imported: &Imported) -> Vec<String> {
    let names = |parties: &[Who]| parties.iter().map(Who::to_string).collect::<Vec<_>>().join("+");
    let line =
        |r: &Remit| format!("{} {} {} ({}) {}", r.matter, r.area, names(&r.decides), names(&r.consulted), r.written);
    imported.charter.remits.iter().map(line).collect()
}

fn places(imported: &Imported) -> Vec<&str> {
    imported.aside.iter().map(|aside| aside.place.as_str()).collect()
}

const RACI: &str = "\
Who does what,,,,,
,,,,,
Activity,Product Owner,Tech Lead,team:claims,person:anna,Remarks
Scope,A/R,C,\"I,C\",-,old
Design,c,\"A, R\",,,
Release,A,A*,,I,
Test,R,R,,,
Retro,,,,,
";

#[test]
fn a_decides_c_is_consulted_and_the_rest_is_no_authority() {
    let imported = import(&[("raci.csv", RACI)]).unwrap();
    assert_eq!(
        told(&imported),
        [
            "Scope * role:Product Owner (role:Tech Lead+team:claims) raci.csv:A4",
            "Design * role:Tech Lead (role:Product Owner) raci.csv:A5",
            "Release * role:Product Owner+role:Tech Lead () raci.csv:A6",
        ]
    );
    assert_eq!(places(&imported), ["raci.csv:F3", "raci.csv:A6", "raci.csv:A7", "raci.csv:A8"], "{:?}", imported.aside);
    assert!(imported.aside[1].why.contains("2 cells"));
}

#[test]
fn in_a_daci_the_approver_decides_and_the_driver_is_consulted() {
    let text = "\u{feff}Decision;Area;PM;CTO;Legal\r\nPricing;web;D;A;C\r\n;app;D;A;I\r\nBuy or build;;D;;R\r\n";
    let imported = import(&[("d.csv", text)]).unwrap();
    assert_eq!(
        told(&imported),
        ["Pricing web role:CTO (role:PM+role:Legal) d.csv:A2", "Pricing app role:CTO (role:PM) d.csv:B3",]
    );
    assert_eq!(places(&imported), ["d.csv:E4", "d.csv:A4"], "{:?}", imported.aside);
}

#[test]
fn dates_bounds_and_reasons_are_read_by_their_headers() {
    let text = "component\tA Team\tsince\tuntil\tbounds\tbecause\nbasket\tA\t2025-01-02\tsoon\tup to 5\tso\n";
    let imported = import(&[("t.csv", text)]).unwrap();
    let remit = &imported.charter.remits[0];
    assert_eq!((remit.matter.as_str(), remit.area.as_str()), ("*", "basket"));
    assert_eq!(remit.since, moment("2025-01-02"));
    assert_eq!((remit.bounds.as_deref(), remit.because.as_deref()), (Some("up to 5"), Some("so")));
    assert_eq!(places(&imported), ["t.csv:D2"]);
}

#[test]
fn titles_above_and_legends_below_are_no_part_of_it() {
    let text = "Rights,of the shop,2025\nTask,Lead,Owner\nx,A,C\ny,C,A\nz,,A\nR,Responsible,\n";
    let imported = import(&[("t.csv", text)]).unwrap();
    let decides =
        ["x * role:Lead (role:Owner) t.csv:A3", "y * role:Owner (role:Lead) t.csv:A4", "z * role:Owner () t.csv:A5"];
    assert_eq!(told(&imported), decides);
    assert_eq!(places(&imported), ["t.csv:B6", "t.csv:A6"]);
}

#[test]
fn letters_are_told_from_words() {
    for (cell, meant) in [
        ("A", Some("A")),
        ("a/r", Some("AR")),
        ("R (A)", Some("RA")),
        ("A*", Some("A")),
        (" - ", Some("")),
        ("RACI", Some("RACI")),
        ("Anna", None),
        ("AA", None),
        ("x", None),
        ("DACIRS", None),
    ] {
        assert_eq!(letters(cell).as_deref(), meant, "{cell}");
    }
}

#[test]
fn what_is_no_table_of_letters_is_an_error() {
    for text in ["", "a,b\n1,2\n", "Task,Lead\n", "A,C\nR,I\n"] {
        assert!(matches!(import(&[("t.csv", text)]), Err(ImportError::Malformed { .. })), "{text}");
    }
    assert!(matches!(import_bytes(&[]), Err(ImportError::NoFile { .. })));
    assert!(matches!(import_bytes(&[("t.xlsx", b"PK\x03\x04 and no more")]), Err(ImportError::Malformed { .. })));
}

#[test]
fn a_header_without_a_name_is_told_and_columns_beyond_z_have_an_address() {
    let imported = import(&[("t.csv", "Task,Lead,\nx,A,C\n")]).unwrap();
    assert_eq!(told(&imported), ["x * role:Lead () t.csv:A2"]);
    assert_eq!(places(&imported), ["t.csv:C1"]);
    let sheet = Sheet { place: String::new(), first_row: 2, first_column: 26, rows: Vec::new() };
    assert_eq!((sheet.address(0, 0), sheet.address(0, 26)), ("AA3".to_owned(), "BA3".to_owned()));
}

#[test]
fn what_a_table_cannot_say_is_said() {
    let remit = |who: &[&str]| Remit {
        matter: "scope".to_owned(),
        area: "*".to_owned(),
        decides: who.iter().map(|who| who.parse().unwrap()).collect(),
        written: "charter.toml:1".to_owned(),
        ..Remit::default()
    };
    let charter = Charter {
        remits: vec![
            remit(&[]),
            Remit { retained: true, reserve: vec![Who::Role("b".to_owned())], ..remit(&["role:a"]) },
        ],
    };
    let (text, missing) = export(&charter);
    assert_eq!(missing.len(), 3, "{missing:?}");
    assert_eq!(told(&import(&[("t.csv", &text)]).unwrap()), ["scope * role:a () t.csv:A2"]);
}

/// A workbook as small as one can be: one sheet, texts in its cells, nothing compressed.
fn workbook_of(rows: &[&[&str]]) -> Vec<u8> {
    let cell = |row: usize, column: usize, text: &str| {
        let column = char::from(b'B' + u8::try_from(column).unwrap());
        format!("<c r=\"{column}{row}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let sheet: String = rows
        .iter()
        .enumerate()
        .map(|(i, cells)| {
            let cells: String = cells.iter().enumerate().map(|(at, text)| cell(i + 3, at, text)).collect();
            format!("<row r=\"{}\">{cells}</row>", i + 3)
        })
        .collect();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let packed = "http://schemas.openxmlformats.org/package/2006/relationships";
    let files = [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{packed}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Rights\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{packed}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{sheet}</sheetData></worksheet>")),
    ];
    let (mut archive, mut index) = (Vec::new(), Vec::new());
    for (name, text) in &files {
        let mut sum = flate2::Crc::new();
        sum.update(text.as_bytes());
        let (name, size) = (name.as_bytes(), u32::try_from(text.len()).unwrap());
        let mut common = Vec::new();
        common.extend([20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0]);
        common.extend(sum.sum().to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(size.to_le_bytes());
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        index.extend(b"PK\x01\x02\x14\x00");
        index.extend(&common);
        index.extend([0; 10]);
        index.extend(u32::try_from(archive.len()).unwrap().to_le_bytes());
        index.extend(name);
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name);
        archive.extend(text.as_bytes());
    }
    let (at, n) = (u32::try_from(archive.len()).unwrap(), u16::try_from(files.len()).unwrap());
    archive.extend(&index);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    archive.extend(n.to_le_bytes());
    archive.extend(n.to_le_bytes());
    archive.extend(u32::try_from(index.len()).unwrap().to_le_bytes());
    archive.extend(at.to_le_bytes());
    archive.extend([0, 0]);
    archive
}

#[test]
fn a_workbook_is_read_with_the_addresses_of_its_cells() {
    let book = workbook_of(&[&["Decision", "PO", "Lead"], &["Scope", "A", "R/C"], &["Design", "", "A"]]);
    let imported = import_bytes(&[("raci.xlsx", &book)]).unwrap();
    assert_eq!(
        told(&imported),
        ["Scope * role:PO (role:Lead) raci.xlsx:Rights!B4", "Design * role:Lead () raci.xlsx:Rights!B5"]
    );
    let empty = workbook_of(&[&["nothing"]]);
    assert!(matches!(import_bytes(&[("raci.xlsx", &empty)]), Err(ImportError::Malformed { .. })));
}

fn party() -> impl Strategy<Value = Who> {
    ("[a-z]{2,6}( [a-z]{2,4})?", 0..3).prop_map(|(name, kind)| match kind {
        0 => Who::Person(name),
        1 => Who::Team(name),
        _ => Who::Role(name),
    })
}

proptest! {
    #[test]
    fn what_a_table_can_say_comes_back(
        all in prop::collection::vec(
            (
                "[a-z]{1,6}|\\*", "[a-z]{1,4}(/[a-z,]{1,4})?|\\*|\\{[a-z]{1,3},[a-z]{1,3}\\}",
                prop::collection::btree_set(party(), 1..4), prop::collection::btree_set(party(), 0..3),
                prop::option::of(0_i64..30_000), prop::option::of("[a-z0-9 ,;\"\n]{0,8}[.!?]"),
            ),
            1..5,
        )
    ) {
        let remits: Vec<Remit> = all.into_iter().map(|(matter, area, decides, consulted, day, text)| Remit {
            matter,
            area,
            decides: decides.into_iter().collect(),
            consulted: consulted.into_iter().collect(),
            since: day.map(|day| sayso_model::time::Instant::from_micros(day * 86_400_000_000)),
            bounds: text.map(|text| text.trim().to_owned()),
            ..Remit::default()
        }).collect();
        let (text, missing) = export(&Charter { remits: remits.clone() });
        prop_assert_eq!(missing, Vec::<String>::new());
        let mut back = import(&[("t.csv", &text)]).unwrap();
        let as_set = |remits: &[Remit]| -> Vec<Remit> {
            let mut remits = remits.to_vec();
            for remit in &mut remits {
                remit.decides.sort();
                remit.consulted.sort();
                remit.written.clear();
            }
            remits
        };
        prop_assert_eq!(as_set(&back.charter.remits), as_set(&remits));
        back.aside.retain(|aside| !aside.why.contains("have an A"));
        prop_assert_eq!(back.aside, Vec::new());
    }
}
