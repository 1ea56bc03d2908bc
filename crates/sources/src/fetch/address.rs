//! Addresses of a site: where its interface begins, what belongs to it and what to somebody else.

/// Where a site's interface begins. Everything is asked of this host and of no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// `https://host:port`, in lower case.
    pub origin: String,
    /// The path before all others, without a slash at its end; often empty.
    pub path: String,
}

impl Base {
    /// Cuts an address of a site; the reason in words where it is none.
    pub fn of(address: &str) -> Result<Base, String> {
        let address = address.trim();
        let Some((scheme, rest)) = address.split_once("://") else {
            return Err(format!("`{address}` does not begin with https://"));
        };
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "https" | "http") {
            return Err(format!("`{scheme}` is no way to a site; https is"));
        }
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if host.contains('@') {
            return Err("it holds a user name or password, which do not belong into an address".to_owned());
        }
        if host.is_empty() {
            return Err("it names no host".to_owned());
        }
        Ok(Base {
            origin: format!("{scheme}://{}", host.to_ascii_lowercase()),
            path: path.trim_end_matches('/').to_owned(),
        })
    }

    /// The host, without its port.
    pub fn host(&self) -> &str {
        let host = self.origin.split_once("://").map_or("", |(_, host)| host);
        match host.strip_prefix('[') {
            Some(six) => six.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        }
    }

    /// Whether what is sent can be read on the way: plain HTTP to another machine.
    pub fn is_open(&self) -> bool {
        let is_here = matches!(self.host(), "localhost" | "127.0.0.1" | "::1");
        self.origin.starts_with("http://") && !is_here
    }

    /// The whole address of a path of the interface; one that begins with `/..` lies beside it.
    pub fn with(&self, path: &str) -> String {
        if let Some(path) = path.strip_prefix("/..") {
            let above = self.path.rsplit_once('/').map_or("", |(above, _)| above);
            return format!("{}{above}{path}", self.origin);
        }
        format!("{}{}{path}", self.origin, self.path)
    }

    /// Where a redirect from an address of this site leads: an address of this site, or else the host that it names.
    pub fn redirected(&self, from: &str, location: &str) -> Result<String, String> {
        let location = location.trim();
        if location.contains("://") {
            return match Base::of(location) {
                Ok(to) if to.origin == self.origin => Ok(location.to_owned()),
                Ok(to) => Err(to.origin),
                Err(why) => Err(why),
            };
        }
        if let Some(rest) = location.strip_prefix("//") {
            return Err(rest.split('/').next().unwrap_or_default().to_owned());
        }
        if location.starts_with('/') {
            return Ok(format!("{}{location}", self.origin));
        }
        let from = from.split(['?', '#']).next().unwrap_or_default();
        let folder = from.rsplit_once('/').map_or(from, |(folder, _)| folder);
        Ok(format!("{folder}/{location}"))
    }
}

/// The address behind `rel="next"` in a `Link` header; one header may hold several links.
pub(super) fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some(begin) = rest.find('<') {
        let (address, after) = rest[begin + 1..].split_once('>')?;
        let end = after.find(",").filter(|_| after.contains('<')).unwrap_or(after.len());
        let parameters = &after[..end];
        let is_next = parameters.split(';').any(|parameter| {
            let parameter = parameter.trim().to_ascii_lowercase();
            parameter.strip_prefix("rel=").is_some_and(|rel| rel.trim_matches('"').split(' ').any(|rel| rel == "next"))
        });
        if is_next {
            return Some(address);
        }
        rest = &after[end..];
    }
    None
}

/// The path that was asked, with the query of a link: whatever host and path the link names, the site's own is asked.
pub(super) fn with_query_of(path: &str, link: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    match link.split_once('?') {
        Some((_, query)) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

/// A path with one parameter of its query set, or taken away.
pub(super) fn with_parameter(path: &str, name: &str, value: Option<&str>) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let is_other = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(name);
    let mut pairs: Vec<String> = query.split('&').filter(is_other).map(str::to_owned).collect();
    pairs.extend(value.map(|value| format!("{name}={}", encoded(value))));
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The value of a parameter, as it stands in the query.
pub(super) fn parameter<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let (_, query) = path.split_once('?')?;
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(known, _)| *known == name).map(|(_, value)| value))
}

/// A text as a part of a path or the value of a parameter.
pub(super) fn encoded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            plain.push(char::from(byte));
        } else {
            plain.push_str(&format!("%{byte:02X}"));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_site_is_cut_and_what_is_none_is_refused() {
        let base = Base::of(" https://Jira.example.org:8443/work/?x=1 ").unwrap();
        assert_eq!((base.origin.as_str(), base.path.as_str()), ("https://jira.example.org:8443", "/work"));
        assert_eq!(base.host(), "jira.example.org");
        assert_eq!(base.with("/rest"), "https://jira.example.org:8443/work/rest");
        for wrong in ["jira.example.org", "ftp://x.example", "https://", "https://a:b@x.example"] {
            assert!(Base::of(wrong).is_err(), "{wrong}");
        }
        assert!(Base::of("http://x.example").unwrap().is_open());
        assert!(!Base::of("http://127.0.0.1:80").unwrap().is_open());
        assert!(!Base::of("http://[::1]:80").unwrap().is_open());
        assert!(!Base::of("https://x.example").unwrap().is_open());
    }

    #[test]
    fn redirects_stay_on_the_site_or_name_where_they_would_lead() {
        let base = Base::of("https://x.example/a").unwrap();
        let to = |location: &str| base.redirected("https://x.example/a/b/c?d=1", location);
        assert_eq!(to("/e").unwrap(), "https://x.example/e");
        assert_eq!(to("e").unwrap(), "https://x.example/a/b/e");
        assert_eq!(to("https://X.example/e?f").unwrap(), "https://X.example/e?f");
        assert_eq!(to("http://x.example/e").unwrap_err(), "http://x.example");
        assert_eq!(to("https://y.example/e").unwrap_err(), "https://y.example");
        assert_eq!(to("//y.example/e").unwrap_err(), "y.example");
        assert!(to("https://x.example@y.example/e").is_err());
        assert!(to("https://x.example:444/e").is_err());
    }

    #[test]
    fn the_next_link_among_several() {
        let header = r#"<https://h/a?page=1>; rel="prev", <https://h/a?x=1,2&page=3>; rel="next", <https://h/a?page=9>; rel="last""#;
        assert_eq!(next_link(header), Some("https://h/a?x=1,2&page=3"));
        assert_eq!(next_link(r#"<https://h/a?page=1>; rel="last""#), None);
        assert_eq!(next_link(r#"<b?page=2>; title="x"; rel=next"#), Some("b?page=2"));
        assert_eq!(next_link(""), None);
        assert_eq!(with_query_of("/a?page=1", "http://inside/other?page=2"), "/a?page=2");
    }

    #[test]
    fn parameters_are_set_found_and_taken_away() {
        assert_eq!(with_parameter("/a?x=1&y=2", "x", Some("a b")), "/a?y=2&x=a%20b");
        assert_eq!(with_parameter("/a", "x", Some("1")), "/a?x=1");
        assert_eq!(with_parameter("/a?x=1", "x", None), "/a");
        assert_eq!(parameter("/a?x=1&y=2", "y"), Some("2"));
        assert_eq!(parameter("/a", "y"), None);
        assert_eq!(encoded("group/part ä"), "group%2Fpart%20%C3%A4");
    }
}
