//! Where the files of a record lie when other machines read them too: a folder that all of them see, or object storage.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::EngineError;

/// The address of a record: `file:///srv/record` or `s3://bucket/prefix`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Folder(PathBuf),
    Bucket { bucket: String, prefix: String },
}

impl Place {
    /// Whether a text is meant as an address and not as a path.
    pub fn is_address(text: &str) -> bool {
        text.contains("://")
    }

    /// Reads an address.
    ///
    /// # Errors
    /// When it is neither `file:///FOLDER` nor `s3://BUCKET[/PREFIX]`.
    pub fn parse(address: &str) -> Result<Self, EngineError> {
        let unknown = || EngineError::Place {
            what: format!("`{address}` is no place for a record"),
            hint: "write file:///FOLDER, or s3://BUCKET/PREFIX".into(),
        };
        if let Some(folder) = address.strip_prefix("file://") {
            return if folder.starts_with('/') { Ok(Self::folder(Path::new(folder))) } else { Err(unknown()) };
        }
        let (bucket, prefix) = match address.strip_prefix("s3://").ok_or_else(unknown)?.split_once('/') {
            Some((bucket, prefix)) => (bucket, prefix.trim_matches('/')),
            None => (address.strip_prefix("s3://").unwrap_or_default(), ""),
        };
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if bucket.is_empty() || !bucket.chars().all(is_name) {
            return Err(unknown());
        }
        Ok(Self { kind: Kind::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() } })
    }

    /// A folder, by its path from the root.
    pub(crate) fn folder(path: &Path) -> Self {
        Self { kind: Kind::Folder(path.to_owned()) }
    }

    /// The folder, where it is one.
    #[cfg(feature = "cluster")]
    pub(crate) fn as_folder(&self) -> Option<&Path> {
        match &self.kind {
            Kind::Folder(path) => Some(path),
            Kind::Bucket { .. } => None,
        }
    }

    /// The store that a plan names, as `scheme://host`.
    pub(crate) fn store(&self) -> String {
        match &self.kind {
            Kind::Folder(_) => "file:///".to_owned(),
            Kind::Bucket { bucket, .. } => format!("s3://{bucket}/"),
        }
    }

    /// A file of the record, from the root of the store.
    pub(crate) fn within(&self, file: &str) -> String {
        match &self.kind {
            Kind::Folder(path) => format!("{}/{file}", path.display().to_string().trim_start_matches('/')),
            Kind::Bucket { prefix, .. } if prefix.is_empty() => file.to_owned(),
            Kind::Bucket { prefix, .. } => format!("{prefix}/{file}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Folder(path) => write!(f, "file://{}", path.display()),
            Kind::Bucket { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Kind::Bucket { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn addresses_are_read_and_written_alike() {
        for address in ["file:///srv/a record", "s3://bucket", "s3://bucket/one/two"] {
            assert_eq!(Place::parse(address).unwrap().to_string(), address);
        }
        assert_eq!(Place::parse("s3://bucket/one/").unwrap().within("f"), "one/f");
        assert_eq!(Place::parse("file:///srv").unwrap().within("f"), "srv/f");
    }

    #[test]
    fn what_is_no_place_says_what_is() {
        for address in ["file://srv", "s3://", "s3:///prefix", "s3://a b/c", "https://example.org/record"] {
            let error = Place::parse(address).unwrap_err();
            assert!(error.hint().unwrap().contains("s3://BUCKET"), "{address}");
        }
    }
}
