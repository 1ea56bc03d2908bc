//! `sayso diagnose`: how decisions travel, on the screen and as one page to forward.

use std::path::Path;

use sayso_inquiry::{Format, InquiryError, Locale, Style, render_with};

use super::{WIDTH, deliver, open_and_read};
use crate::args::{FormatArg, LocaleArg, Shared};

pub fn run(
    shared: &Shared,
    path: Option<&Path>,
    baseline: Option<&Path>,
    charts: Option<&Path>,
) -> Result<u8, InquiryError> {
    // An earlier report that cannot be used is said before anything is read.
    let baseline = baseline.map(sayso_inquiry::baseline).transpose()?;
    let (office, reading) = open_and_read(shared, path)?;
    if !reading.is_complete() {
        anstream::eprint!("{}", reading.text(WIDTH));
    }
    let diagnosis = office.diagnose()?;
    let locale = match shared.locale {
        LocaleArg::EnGb => Locale::EnGb,
        LocaleArg::PlPl => Locale::PlPl,
    };
    let style = Style { width: WIDTH, colour: true, locale, ..Style::PLAIN };
    let render = |form| render_with(&diagnosis, baseline.as_ref(), form, &style);
    if let Some(folder) = charts {
        for (name, svg) in sayso_inquiry::pictures(&diagnosis, locale) {
            sayso_inquiry::write_whole(&folder.join(name), svg.as_bytes())?;
        }
    }
    let answer = match shared.format {
        None => {
            let page = office.page();
            sayso_inquiry::write_whole(page, render(Format::Html).as_bytes())?;
            let text = render(Format::Text);
            format!("{text}\nThe same as a page to open or forward: {}\n", page.display())
        }
        Some(FormatArg::Text) => render(Format::Text),
        Some(FormatArg::Json) => render(Format::Json),
        Some(FormatArg::Ndjson) => render(Format::Ndjson),
        Some(FormatArg::Csv) => render(Format::Csv),
        Some(FormatArg::Markdown) => render(Format::Markdown),
        Some(FormatArg::Html) => render(Format::Html),
        Some(FormatArg::Svg) => sayso_inquiry::picture(&diagnosis),
    };
    deliver(shared, &answer)?;
    Ok(if reading.is_complete() { 0 } else { 3 })
}
