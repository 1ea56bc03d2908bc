//! What a repository or a bundle is, without reading its history: its remotes, and whether it holds branches or reviews.

use std::path::Path;

use super::command::{Repository, bundle_heads, is_bundle};
use crate::ReadError;
use crate::gerrit::is_meta_ref;

/// What a repository says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Names and addresses of its remotes, in the order of its settings; none for a bundle. Addresses may hold passwords.
    pub remotes: Vec<(String, String)>,
    /// Whether it has a commit to begin with.
    pub has_history: bool,
    /// Whether it holds Gerrit's record of reviews (NoteDb).
    pub has_reviews: bool,
}

/// Looks at a repository or a bundle.
///
/// # Errors
/// Where it is neither, git is not installed, or git refuses.
pub fn about(path: &Path) -> Result<About, ReadError> {
    if is_bundle(path) {
        let heads = bundle_heads(path)?;
        return Ok(About {
            remotes: Vec::new(),
            has_history: heads.iter().any(|(_, name)| name == "HEAD" || name.starts_with("refs/heads/")),
            has_reviews: heads.iter().any(|(_, name)| is_meta_ref(name)),
        });
    }
    let repository = Repository::open(path)?;
    let listed = repository.try_ask(["config", "-z", "--get-regexp", r"^remote\..*\.url$"])?.unwrap_or_default();
    let remotes = listed.split('\0').filter_map(|entry| {
        let (key, address) = entry.split_once('\n')?;
        let name = key.strip_prefix("remote.")?.strip_suffix(".url")?;
        Some((name.to_owned(), address.to_owned()))
    });
    let reviews = ["for-each-ref", "--count=1", "--format=%(refname)", "refs/changes/*/*/meta"];
    Ok(About {
        remotes: remotes.collect(),
        has_history: repository.tip().is_some(),
        has_reviews: !repository.ask(reviews)?.is_empty(),
    })
}
