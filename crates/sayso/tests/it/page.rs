//! The page of the report in a real browser: nothing runs over at 400 and 1280 pixels, axe-core finds no violation, and
//! what is on the screen is what the JSON says.
//!
//! Wants `chromium` on the PATH, and axe-core's `axe.min.js` under `SAYSO_AXE`; `.ci/run` brings
//! both. Where one is missing, its part says that it was skipped.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::office::TestOffice;

/// The example's page and JSON, made once for all tests of this room.
static ANSWERS: LazyLock<(String, Value)> = LazyLock::new(|| {
    let office = TestOffice::new();
    office.ok(&["example", "insurer", "firm"]);
    (office.ok(&["diagnose", "firm", "--format", "html"]), office.json(&["diagnose", "firm", "--format", "json"]))
});

fn chromium() -> Option<PathBuf> {
    let answers = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success());
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(answers);
    if found.is_none() {
        eprintln!("skipped: no chromium is here");
    }
    found.map(PathBuf::from)
}

/// The page as the browser sees it after a script of ours has run: the text that the script leaves in `#probe`.
fn probed(browser: &Path, html: &str, width: u32, script: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    // The page forbids scripts, as it should; the probe needs one, so it looks at a copy without that rule.
    let start = html.find("<meta http-equiv=\"Content-Security-Policy\"").expect("the page states what it may load");
    let end = start + html[start..].find('>').unwrap() + 1;
    let bare = format!("{}{}", &html[..start], &html[end..]);
    let probe = format!("<pre id=\"probe\" hidden></pre><script>{script}</script></body>");
    let page = folder.path().join("page.html");
    std::fs::write(&page, bare.replacen("</body>", &probe, 1)).unwrap();
    // A frame gives the exact width: the browser's own window has a least one.
    let frame = folder.path().join("frame.html");
    std::fs::write(
        &frame,
        format!(
            "<!doctype html><body style=\"margin:0\"><iframe src=\"page.html\" width=\"{width}\" height=\"4000\" \
             style=\"border:0\"></iframe><script>onmessage = e => {{ document.body.innerHTML = '<pre id=probe></pre>'; \
             document.getElementById('probe').textContent = e.data; }}</script></body>"
        ),
    )
    .unwrap();
    let out = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"])
        .args(["--allow-file-access-from-files", "--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--window-size={},4000", width.max(800)))
        .arg(format!("file://{}", frame.display()))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&out.stdout);
    let found = dom.split_once("<pre id=\"probe\">").and_then(|(_, rest)| rest.split_once("</pre>"));
    let Some((text, _)) = found else {
        panic!(
            "the browser left no answer: {}\n{}",
            dom.chars().take(400).collect::<String>(),
            String::from_utf8_lossy(&out.stderr)
        )
    };
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

const OVERFLOW: &str = "
const wide = document.documentElement.clientWidth;
const scrolls = e => { for (let p = e; p; p = p.parentElement) {
  const o = getComputedStyle(p).overflowX; if (o == 'auto' || o == 'scroll' || o == 'hidden') return true; } return false; };
const over = [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > wide + 1 && !scrolls(e) && !e.closest('svg') && e.offsetParent)
  .slice(0, 5).map(e => e.outerHTML.slice(0, 120));
parent.postMessage(JSON.stringify({wide, page: document.documentElement.scrollWidth, over}), '*');
";

#[test]
fn nothing_runs_over_the_edge_at_either_width() {
    let Some(browser) = chromium() else { return };
    let (html, _) = &*ANSWERS;
    for width in [400, 1280] {
        let seen = probed(&browser, html, width, OVERFLOW);
        assert_eq!(seen["wide"], width, "the frame has the width that was asked for");
        assert_eq!(seen["over"], Value::Array(Vec::new()), "at {width} pixels");
        assert!(seen["page"].as_u64().unwrap() <= u64::from(width), "the page scrolls sideways at {width}: {seen}");
    }
}

#[test]
fn the_overflow_check_can_fail() {
    let Some(browser) = chromium() else { return };
    let (html, _) = &*ANSWERS;
    let broken = html.replacen("</body>", "<p style=\"width:3000px\">much too wide</p></body>", 1);
    let seen = probed(&browser, &broken, 400, OVERFLOW);
    assert!(!seen["over"].as_array().unwrap().is_empty());
}

#[test]
fn axe_core_finds_no_violation() {
    let Some(browser) = chromium() else { return };
    // Known when the test is built, as `.ci/run` does.
    let Some(axe) = option_env!("SAYSO_AXE").filter(|path| Path::new(path).is_file()) else {
        eprintln!("skipped: SAYSO_AXE names no axe.min.js");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap().replace("</script", "<\\/script");
    let (html, _) = &*ANSWERS;
    let run = format!(
        "{axe}; axe.run(document, {{resultTypes: ['violations']}}).then(r => parent.postMessage(JSON.stringify(\
         r.violations.map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])), '*'));"
    );
    for (theme, width) in [("light", 1280), ("dark", 1280), ("light", 400)] {
        let themed = match theme {
            // Headless browsers say that they are light; the page's dark colours are asked for by its own media query.
            "dark" => html
                .replace("(prefers-color-scheme: dark)", "(min-width: 0px)")
                .replace("(prefers-color-scheme:dark)", "(min-width:0px)"),
            _ => html.clone(),
        };
        let violations = probed(&browser, &themed, width, &run);
        assert_eq!(violations, Value::Array(Vec::new()), "{theme} at {width}");
    }
    let broken = html.replacen("<main", "<img src=\"data:,\"><main", 1);
    assert_ne!(
        probed(&browser, &broken, 1280, &run),
        Value::Array(Vec::new()),
        "a picture without words must be found"
    );
}

#[test]
fn the_words_on_the_screen_are_those_of_the_json() {
    let Some(browser) = chromium() else { return };
    let (html, json) = &*ANSWERS;
    let script = "parent.postMessage(JSON.stringify(document.body.innerText), '*');";
    let seen = probed(&browser, html, 1280, script);
    let screen: String = seen.as_str().unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let says = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(screen.contains(&text), "the screen does not say: {text}");
    };
    says(json["subject"].as_str().unwrap());
    for finding in json["findings"].as_array().unwrap() {
        says(finding["claim"].as_str().unwrap());
        says(finding["question"].as_str().unwrap());
    }
    // What leaves no event at all is told by the page in words of its own.
    for gap in json["gaps"].as_array().unwrap().iter().filter(|gap| gap["id"] != "unrecorded") {
        says(gap["says"].as_str().unwrap());
    }
    for belief in json["assumptions"].as_array().unwrap() {
        says(belief["says"].as_str().unwrap());
        says(belief["sentence"].as_str().unwrap());
    }
    for live in json["longest_waiting"].as_array().unwrap().iter().take(5) {
        says(live["decision"].as_str().unwrap());
    }
}
