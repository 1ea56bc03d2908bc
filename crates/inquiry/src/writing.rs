//! Files that are written whole or not at all, and the key of an office's pseudonyms.

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use crate::{InquiryError, World};

/// Writes a file beside its place and renames it, so that nobody ever sees half of it. Makes missing folders.
///
/// # Errors
/// When the folder or the file cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), InquiryError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |why| InquiryError::File { doing: "write", path: path.to_path_buf(), why };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".sayso-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    let file = file.persist(path).map_err(|error| failed(error.error))?;
    readable_by_others(&file);
    Ok(())
}

/// Writes a file whole where there is none; `false`, and nothing is touched, where there is one. Makes missing folders.
///
/// # Errors
/// When the folder or the file cannot be written.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<bool, InquiryError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |why| InquiryError::File { doing: "write", path: path.to_path_buf(), why };
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".sayso-").tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(file) => {
            readable_by_others(&file);
            Ok(true)
        }
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error.error)),
    }
}

/// Plain data as JSON for a person to read, with a line break at its end.
pub fn json<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("plain data is always valid JSON");
    text.push('\n');
    text
}

/// The key of the office's pseudonyms: made once, kept beside the record, readable by its owner only.
///
/// # Errors
/// When it can neither be read nor made.
pub(crate) fn office_key(folder: &Path, world: &dyn World) -> Result<[u8; 32], InquiryError> {
    let path = folder.join("key");
    if let Ok(bytes) = std::fs::read(&path)
        && let Ok(key) = bytes.try_into()
    {
        return Ok(key);
    }
    let failed = |why| InquiryError::File { doing: "make the key", path: path.clone(), why };
    let key = world.secret().map_err(failed)?;
    // A temporary file is readable by its owner only, and stays so.
    let mut file = tempfile::Builder::new().prefix(".sayso-").tempfile_in(folder).map_err(failed)?;
    file.write_all(&key).map_err(failed)?;
    file.persist(&path).map_err(|error| failed(error.error))?;
    Ok(key)
}

/// Temporary files are private; what a user asked for gets the usual permissions.
#[cfg(unix)]
fn readable_by_others(file: &std::fs::File) {
    use std::os::unix::fs::PermissionsExt as _;

    let _ = file.set_permissions(std::fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable_by_others(_file: &std::fs::File) {}
