//! XES 1.0: one trace for each item, as a stream.

use rustc_hash::FxHashSet;
use std::path::Path;

use super::out::{Out, attribute};
use super::{ExportError, Told, Writer};

const HEAD: &str = concat!(
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n",
    "<log xes.version=\"1.0\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">\n",
    "<extension name=\"Concept\" prefix=\"concept\" uri=\"http://www.xes-standard.org/concept.xesext\"/>\n",
    "<extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>\n",
    "<extension name=\"Organizational\" prefix=\"org\" uri=\"http://www.xes-standard.org/org.xesext\"/>\n",
    "<global scope=\"trace\"><string key=\"concept:name\" value=\"\"/></global>\n",
    "<global scope=\"event\"><string key=\"concept:name\" value=\"\"/>",
    "<date key=\"time:timestamp\" value=\"1970-01-01T00:00:00Z\"/></global>\n",
    "<classifier name=\"Activity\" keys=\"concept:name\"/>\n",
);

/// A log on its way.
pub(super) struct Log {
    out: Out,
    is_open: bool,
    text: String,
}

impl Log {
    pub fn create(path: &Path) -> Result<Log, ExportError> {
        let mut out = Out::create(path)?;
        out.text(HEAD)?;
        Ok(Log { out, is_open: false, text: String::new() })
    }
}

fn pair(tag: &str, key: &str, value: &str, out: &mut String) {
    out.push('<');
    out.push_str(tag);
    attribute("key", key, out);
    attribute("value", value, out);
    out.push_str("/>");
}

impl Writer for Log {
    fn item(&mut self, item: &str) -> Result<(), ExportError> {
        self.text.clear();
        if self.is_open {
            self.text.push_str("</trace>\n");
        }
        self.is_open = true;
        self.text.push_str("<trace>");
        pair("string", "concept:name", item, &mut self.text);
        self.text.push('\n');
        self.out.text(&self.text)
    }

    fn event(&mut self, told: &Told, _: u64) -> Result<(), ExportError> {
        self.text.clear();
        self.text.push_str("<event>");
        pair("string", "concept:name", told.label(), &mut self.text);
        pair("date", "time:timestamp", &told.time(), &mut self.text);
        for (key, value) in told.pairs() {
            pair("string", &key, &value, &mut self.text);
        }
        self.text.push_str("</event>\n");
        self.out.text(&self.text)
    }

    fn finish(&mut self, _: &FxHashSet<u64>) -> Result<(u64, u64), ExportError> {
        self.out.text(if self.is_open { "</trace>\n</log>\n" } else { "</log>\n" })?;
        self.out.finish()?;
        Ok((0, 0))
    }
}
