//! What must hold of the HTML page: well formed, silent, and with words and numbers beside every drawing.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use sayso_report::{Format, Style, render};

use super::everything;

/// HTML that maud writes is XML but for its doctype and the elements that have no end.
fn as_xml(page: &str) -> String {
    let mut out = String::new();
    let page = page.strip_prefix("<!DOCTYPE html>").unwrap_or(page);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<meta ") {
        let (attributes, after) = after.split_once('>').unwrap();
        out.push_str(before);
        out.push_str(&format!("<meta {attributes}/>"));
        rest = after;
    }
    out.push_str(rest);
    out
}

pub fn well_formed(xml: &str) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut open = 0_i64;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) if open == 0 => return Ok(()),
            Ok(Event::Eof) => return Err(format!("{open} elements are not closed")),
            Ok(Event::Start(start)) => {
                open += 1;
                silent(&start)?;
            }
            Ok(Event::Empty(start)) => silent(&start)?,
            Ok(Event::End(_)) => open -= 1,
            Ok(_) => {}
            Err(error) => return Err(format!("at byte {}: {error}", reader.buffer_position())),
        }
    }
}

/// An element that neither fetches nor runs anything; HTML elements that could are not written at all.
fn silent(element: &BytesStart<'_>) -> Result<(), String> {
    let name = AsRef::<str>::as_ref(&element.name()).to_owned();
    if ["script", "img", "link", "iframe", "object", "embed", "form", "image", "use", "base"].contains(&name.as_str()) {
        return Err(format!("there is an element {name}"));
    }
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = AsRef::<str>::as_ref(&attribute.key).to_owned();
        let leads_out = key == "href" && !attribute.value.starts_with('#');
        if key.starts_with("on") || ["src", "style", "srcset", "action"].contains(&key.as_str()) || leads_out {
            return Err(format!("{name} has {key}={}", attribute.value));
        }
    }
    Ok(())
}

fn pages() -> Vec<(&'static str, String)> {
    everything().into_iter().map(|(name, d)| (name, render(&d, Format::Html, &Style::PLAIN))).collect()
}

#[test]
fn the_page_is_well_formed() {
    for (name, page) in pages() {
        well_formed(&as_xml(&page)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn the_check_of_form_can_fail() {
    assert!(well_formed("<p><b>x</p></b>").is_err());
    assert!(well_formed("<p>").is_err());
    assert!(well_formed("<p><img src='x'/></p>").is_err());
    assert!(well_formed("<a href='https://elsewhere.example'>x</a>").is_err());
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    for (name, page) in pages() {
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"), "{name}");
        // Names may hold addresses, elements and attributes may not: `silent` looks at each.
        well_formed(&as_xml(&page)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        assert!(!style.contains("://") && !style.contains("url(") && !style.contains("@import"), "{name}");
    }
}

#[test]
fn every_drawing_has_words_and_its_numbers() {
    for (name, page) in pages() {
        for svg in page.split("<svg").skip(1) {
            let svg = svg.split("</svg>").next().unwrap();
            assert!(svg.contains("role=\"img\"") && svg.contains("aria-labelledby="), "{name}");
            let title =
                svg.split("<title").nth(1).unwrap().split_once('>').unwrap().1.split("</title>").next().unwrap();
            let words = svg.split("<desc").nth(1).unwrap().split_once('>').unwrap().1.split("</desc>").next().unwrap();
            assert!(!title.is_empty() && words.len() > 20, "{name}: {title}");
        }
        for figure in page.split("<figure").skip(1) {
            let figure = figure.split("</figure>").next().unwrap();
            let (drawing, after) = figure.rsplit_once("</svg>").unwrap();
            assert!(drawing.contains("<figcaption") && after.contains("<table"), "{name}");
        }
    }
}

#[test]
fn every_id_is_unique_and_every_link_arrives() {
    for (name, page) in pages() {
        let mut ids = BTreeSet::new();
        for part in page.split(" id=\"").skip(1) {
            let id = part.split('"').next().unwrap();
            assert!(ids.insert(id), "{name}: {id} twice");
        }
        let links = page.split("href=\"#").skip(1).chain(page.split("url(#").skip(1));
        for link in links {
            let id = link.split(['"', ')']).next().unwrap();
            assert!(ids.contains(id), "{name}: nothing is called {id}");
        }
        for part in page.split("labelledby=\"").skip(1) {
            for id in part.split('"').next().unwrap().split(' ') {
                assert!(ids.contains(id), "{name}: nothing is called {id}");
            }
        }
    }
}

#[test]
fn numbers_drawn_are_numbers() {
    for (name, page) in pages() {
        assert!(!page.contains("NaN") && !page.contains("inf\""), "{name}");
    }
}
