//! SVG by values, not by strings: an element that escapes what it is given and closes itself when dropped.

use std::fmt::Write as _;

use crate::locale::Locale;

/// A drawing in the making.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    out: String,
    locale: Locale,
}

impl Canvas {
    /// Nothing drawn yet; numbers will be written as `locale` has them.
    pub(crate) fn new(locale: Locale) -> Self {
        Self { out: String::new(), locale }
    }

    /// The outermost element.
    pub(crate) fn element(&mut self, tag: &'static str) -> Element<'_> {
        Element::begin(&mut self.out, tag, self.locale)
    }

    /// What was drawn.
    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// An element; its end is written when it goes out of scope.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    out: &'a mut String,
    tag: &'static str,
    has_content: bool,
    locale: Locale,
}

impl<'a> Element<'a> {
    fn begin(out: &'a mut String, tag: &'static str, locale: Locale) -> Self {
        out.push('<');
        out.push_str(tag);
        Self { out, tag, has_content: false, locale }
    }

    /// An attribute. Must come before any content.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Value) -> &mut Self {
        debug_assert!(!self.has_content, "attribute {name} after the content of {}", self.tag);
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        value.write(self.out);
        self.out.push('"');
        self
    }

    /// A child.
    pub(crate) fn child(&mut self, tag: &'static str) -> Element<'_> {
        self.open();
        Element::begin(self.out, tag, self.locale)
    }

    /// In whose way the drawing writes numbers and dates.
    pub(crate) fn locale(&self) -> Locale {
        self.locale
    }

    /// Text content.
    pub(crate) fn text(&mut self, text: &str) {
        self.open();
        escape(text, self.out);
    }

    /// Style rules as content; the text must be the house's own, since it is not escaped.
    pub(crate) fn style(&mut self, css: &str) {
        self.open();
        self.out.push_str(css);
    }

    fn open(&mut self) {
        if !self.has_content {
            self.out.push('>');
            self.has_content = true;
        }
    }
}

impl Drop for Element<'_> {
    fn drop(&mut self) {
        if self.has_content {
            self.out.push_str("</");
            self.out.push_str(self.tag);
            self.out.push('>');
        } else {
            self.out.push_str("/>");
        }
    }
}

/// What an attribute can hold.
pub(crate) trait Value {
    /// Writes itself, escaped.
    fn write(&self, out: &mut String);
}

impl Value for &str {
    fn write(&self, out: &mut String) {
        escape(self, out);
    }
}

impl Value for &String {
    fn write(&self, out: &mut String) {
        escape(self, out);
    }
}

impl Value for f64 {
    /// A tenth of a pixel is finer than anybody sees; what is not finite is drawn at 0.
    fn write(&self, out: &mut String) {
        let tenth = if self.is_finite() { (self * 10.0).round() / 10.0 } else { 0.0 };
        // Adding zero turns -0 into 0.
        let _ = write!(out, "{}", tenth + 0.0);
    }
}

impl Value for &Route {
    fn write(&self, out: &mut String) {
        out.push_str(&self.d);
    }
}

/// The way of a pen: the `d` of a path element.
#[derive(Clone, Debug, Default)]
pub(crate) struct Route {
    d: String,
}

impl Route {
    /// Begins at a point.
    pub(crate) fn from(x: f64, y: f64) -> Self {
        let mut route = Self::default();
        route.push('M', &[x, y]);
        route
    }

    /// A straight line.
    pub(crate) fn line(&mut self, x: f64, y: f64) -> &mut Self {
        self.push('L', &[x, y]);
        self
    }

    /// A cubic curve by its two handles and its end.
    pub(crate) fn curve(&mut self, a: (f64, f64), b: (f64, f64), end: (f64, f64)) -> &mut Self {
        self.push('C', &[a.0, a.1, b.0, b.1, end.0, end.1]);
        self
    }

    /// Back to the beginning.
    pub(crate) fn close(&mut self) -> &mut Self {
        self.d.push('Z');
        self
    }

    fn push(&mut self, verb: char, numbers: &[f64]) {
        self.d.push(verb);
        for (i, number) in numbers.iter().enumerate() {
            if i > 0 {
                self.d.push(' ');
            }
            number.write(&mut self.d);
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML has no way to write other control characters.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_closes_itself_and_escapes_what_it_holds() {
        let mut canvas = Canvas::new(Locale::EnGb);
        {
            let mut svg = canvas.element("svg");
            svg.set("width", 10.25);
            svg.child("rect").set("x", -0.01);
            svg.child("text").text("<b> & \"c\"");
        }
        assert_eq!(
            canvas.finish(),
            "<svg width=\"10.3\"><rect x=\"0\"/><text>&lt;b&gt; &amp; &quot;c&quot;</text></svg>"
        );
    }

    #[test]
    fn a_number_that_is_not_finite_does_not_spoil_the_drawing() {
        let mut canvas = Canvas::new(Locale::EnGb);
        canvas.element("rect").set("x", f64::NAN);
        assert_eq!(canvas.finish(), "<rect x=\"0\"/>");
    }
}
