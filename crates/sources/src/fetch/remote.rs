//! Which tracker the remote of a git repository belongs to, by its address, and what to fetch of it.

use crate::tracker::Tracker;

/// A tracker that a remote hints at. It is a guess from the name of the host: nobody was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The tracker.
    pub tracker: Tracker,
    /// Its address, without user or password whatever the remote had.
    pub address: String,
    /// What of it is the repository's: `owner/name`, the path of a project, a project.
    pub scope: String,
}

/// The tracker behind the address of a remote; `None` for files, and for hosts whose names tell nothing.
pub fn hint(remote: &str) -> Option<Hint> {
    let (host, port, path) = parts(remote.trim())?;
    let found = |tracker, address: &str, scope: String| {
        (!scope.is_empty()).then(|| Hint { tracker, address: address.to_owned(), scope })
    };
    let first_two = || path.split('/').take(2).collect::<Vec<_>>().join("/");
    let site = format!("https://{host}");
    if host == "dev.azure.com" || host == "ssh.dev.azure.com" {
        let mut steps = path.split('/').skip_while(|step| *step == "v3");
        let (organisation, project) = (steps.next()?, steps.next()?);
        return found(Tracker::Azure, &format!("https://dev.azure.com/{organisation}"), plain(project));
    }
    if let Some(organisation) = host.strip_suffix(".visualstudio.com") {
        let mut steps = path.split('/').skip_while(|step| *step == "DefaultCollection");
        return found(Tracker::Azure, &format!("https://dev.azure.com/{organisation}"), plain(steps.next()?));
    }
    let says = |word: &str| host.split(['.', '-']).any(|part| part == word);
    if says("github") {
        let scope = first_two();
        return scope.contains('/').then(|| found(Tracker::Github, &site, scope)).flatten();
    }
    if says("gitlab") {
        return found(Tracker::Gitlab, &site, path);
    }
    if says("gerrit") || says("review") || host.ends_with(".googlesource.com") || port == Some(29_418) {
        // Gerrit asks for credentials under `/a/`.
        let path = path.strip_prefix("a/").unwrap_or(&path).to_owned();
        return found(Tracker::Gerrit, &site, path);
    }
    None
}

/// Host in lower case, port and path of an address, without user, password, slashes at the ends and `.git`.
fn parts(remote: &str) -> Option<(String, Option<u16>, String)> {
    let (authority, path) = match remote.split_once("://") {
        Some((scheme, rest)) => {
            if !matches!(scheme.to_ascii_lowercase().as_str(), "https" | "http" | "ssh" | "git" | "git+ssh" | "ssh+git")
            {
                return None;
            }
            rest.split_once('/')?
        }
        // `git@host:path`; a Windows path has one letter before its colon.
        None => remote.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains(['/', '\\']))?,
    };
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (host, None),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let is_name = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    (is_name && !path.is_empty()).then(|| (host.to_ascii_lowercase(), port, path.to_owned()))
}

/// A step of a path with its spaces as people write them.
fn plain(step: &str) -> String {
    step.replace("%20", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(remote: &str) -> Option<(&'static str, String, String)> {
        hint(remote).map(|hint| (hint.tracker.name(), hint.address, hint.scope))
    }

    #[test]
    fn hosts_that_tell_what_they_are() {
        for (remote, tracker, address, scope) in [
            ("https://github.com/firm/quotes.git", "github", "https://github.com", "firm/quotes"),
            ("git@github.com:firm/quotes.git", "github", "https://github.com", "firm/quotes"),
            ("ssh://git@github.firm.example:22/firm/quotes", "github", "https://github.firm.example", "firm/quotes"),
            (
                "git@gitlab.firm.example:group/sub/quotes.git",
                "gitlab",
                "https://gitlab.firm.example",
                "group/sub/quotes",
            ),
            ("https://dev.azure.com/firm/Our%20Work/_git/quotes", "azure", "https://dev.azure.com/firm", "Our Work"),
            ("git@ssh.dev.azure.com:v3/firm/work/quotes", "azure", "https://dev.azure.com/firm", "work"),
            ("https://firm.visualstudio.com/work/_git/quotes", "azure", "https://dev.azure.com/firm", "work"),
            ("https://gerrit.firm.example/a/quotes", "gerrit", "https://gerrit.firm.example", "quotes"),
            ("ssh://me@code.firm.example:29418/quotes", "gerrit", "https://code.firm.example", "quotes"),
            ("https://review.firm.example/quotes", "gerrit", "https://review.firm.example", "quotes"),
        ] {
            assert_eq!(of(remote), Some((tracker, address.to_owned(), scope.to_owned())), "{remote}");
        }
    }

    #[test]
    fn a_password_in_a_remote_goes_nowhere() {
        let found = of("https://me:hush-hush@github.com/firm/quotes.git");
        assert_eq!(found, Some(("github", "https://github.com".to_owned(), "firm/quotes".to_owned())));
    }

    #[test]
    fn files_and_other_hosts_tell_nothing() {
        for remote in [
            "",
            "/srv/git/quotes.git",
            "../quotes",
            "C:\\git\\quotes",
            "file:///srv/git/quotes",
            "https://github.com/",
            "https://github.com/firm",
            "https://code.firm.example/quotes",
            "git@host:",
            "https://mygithubish.example/a/b",
        ] {
            assert_eq!(of(remote), None, "{remote}");
        }
    }
}
