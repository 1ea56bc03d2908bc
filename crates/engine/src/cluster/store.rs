//! The stores in which records lie: found by address, filled by `publish`, and small files brought near when needed.

use std::future::Future;
use std::path::Path as FilePath;
use std::str::FromStr;
use std::sync::Arc;

use datafusion::common::{DataFusionError, Result as DataFusionResult};
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry};
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload, WriteMultipart};
use url::Url;

use crate::record::{MANIFEST, Place, Snapshot};
use crate::{EngineError, record};

/// Files larger than this are sent in parts.
const WHOLE_BYTES_MAX: u64 = 16 << 20;

/// What opens object storage: pairs such as (`AWS_ACCESS_KEY_ID`, ...), as the environment has them.
#[derive(Clone, Default)]
pub struct StoreKeys {
    pairs: Vec<(AmazonS3ConfigKey, String)>,
}

impl StoreKeys {
    /// The names under which an environment has them.
    pub const NAMES: [&'static str; 8] = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT",
        "AWS_ENDPOINT_URL",
        "AWS_ALLOW_HTTP",
    ];

    /// Those of [`StoreKeys::NAMES`] that `value` knows.
    pub fn find(value: impl Fn(&str) -> Option<String>) -> Self {
        let known = |name: &&'static str| {
            let key = AmazonS3ConfigKey::from_str(&name.to_ascii_lowercase()).ok()?;
            Some((key, value(name).filter(|value| !value.is_empty())?))
        };
        Self { pairs: Self::NAMES.iter().filter_map(known).collect() }
    }

    fn bucket(&self, bucket: &str) -> object_store::Result<Arc<dyn ObjectStore>> {
        let builder = AmazonS3Builder::new().with_bucket_name(bucket);
        let builder = self.pairs.iter().fold(builder, |builder, (key, value)| builder.with_config(*key, value));
        Ok(Arc::new(builder.build()?))
    }
}

impl std::fmt::Debug for StoreKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Names only: values are secrets.
        f.debug_list().entries(self.pairs.iter().map(|(key, _)| key)).finish()
    }
}

/// Stores by the address that a plan names: buckets are opened when the first plan asks for them.
#[derive(Debug)]
pub(crate) struct Stores {
    opened: DefaultObjectStoreRegistry,
    keys: StoreKeys,
}

/// A registry that knows how to open buckets.
pub(crate) fn in_registry(keys: &StoreKeys) -> Arc<Stores> {
    Arc::new(Stores { opened: DefaultObjectStoreRegistry::new(), keys: keys.clone() })
}

impl ObjectStoreRegistry for Stores {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.opened.register_store(url, store)
    }

    fn deregister_store(&self, url: &Url) -> DataFusionResult<Arc<dyn ObjectStore>> {
        self.opened.deregister_store(url)
    }

    fn get_store(&self, url: &Url) -> DataFusionResult<Arc<dyn ObjectStore>> {
        let found = self.opened.get_store(url);
        match (found, url.scheme(), url.host_str()) {
            (Err(_), "s3", Some(bucket)) => {
                let store = self.keys.bucket(bucket).map_err(|error| DataFusionError::ObjectStore(Box::new(error)))?;
                self.opened.register_store(url, Arc::clone(&store));
                Ok(store)
            }
            (found, ..) => found,
        }
    }
}

/// The store of a place.
fn store_of(place: &Place, keys: &StoreKeys) -> Result<Arc<dyn ObjectStore>, EngineError> {
    let url = Url::parse(&place.store()).map_err(|error| refused(place, &error))?;
    in_registry(keys).get_store(&url).map_err(|error| refused(place, &error.strip_backtrace()))
}

fn refused(place: &Place, why: &dyn std::fmt::Display) -> EngineError {
    EngineError::Place {
        what: format!("{place} cannot be used ({why})"),
        hint: format!("object storage is opened by the environment: {}", StoreKeys::NAMES.join(", ")),
    }
}

/// Copies the files of a record to a place and makes them the record there, in one step: what was there before stays
/// whole until the last file has arrived. Files that are there already are not sent again. Gives how many were sent.
///
/// # Errors
/// When the record has several files a bucket (compact it first), or the store refuses.
pub fn publish(snapshot: &Snapshot, place: &Place, keys: &StoreKeys) -> Result<usize, EngineError> {
    record::is_compact(snapshot.manifest())?;
    let store = store_of(place, keys)?;
    let folder = snapshot.folder_path();
    let mut names: Vec<&str> = snapshot.manifest().files().into_iter().collect();
    names.sort_unstable();
    waiting(async {
        let mut n_sent = 0;
        for name in names {
            let to = Path::from(place.within(name));
            let bytes =
                std::fs::metadata(folder.join(name)).map_err(EngineError::io("read", &folder.join(name)))?.len();
            // A file's name is made of its content: of the same name and size, it is the same.
            if store.head(&to).await.is_ok_and(|found| found.size == bytes) {
                continue;
            }
            send(&*store, &folder.join(name), bytes, &to).await.map_err(|error| refused(place, &error))?;
            n_sent += 1;
        }
        let manifest = PutPayload::from(snapshot.manifest().to_bytes());
        store.put(&Path::from(place.within(MANIFEST)), manifest).await.map_err(|error| refused(place, &error))?;
        Ok(n_sent)
    })
}

async fn send(store: &dyn ObjectStore, from: &FilePath, bytes: u64, to: &Path) -> object_store::Result<()> {
    use std::io::Read as _;

    let failed = |error: std::io::Error| object_store::Error::Generic { store: "file", source: Box::new(error) };
    if bytes <= WHOLE_BYTES_MAX {
        store.put(to, PutPayload::from(std::fs::read(from).map_err(failed)?)).await?;
        return Ok(());
    }
    let mut file = std::fs::File::open(from).map_err(failed)?;
    let mut parts = WriteMultipart::new(object_store::ObjectStoreExt::put_multipart(store, to).await?);
    let mut part = vec![0; 1 << 20];
    loop {
        match file.read(&mut part).map_err(failed)? {
            0 => break,
            n => {
                parts.wait_for_capacity(4).await?;
                parts.write(&part[..n]);
            }
        }
    }
    parts.finish().await?;
    Ok(())
}

/// Brings a file of a record into a folder, unless it is there. A file that is being brought is not there yet.
pub(crate) fn bring(place: &Place, keys: &StoreKeys, file: &str, folder: &FilePath) -> Result<(), EngineError> {
    let to = folder.join(file);
    if to.is_file() && file != MANIFEST {
        return Ok(());
    }
    let store = store_of(place, keys)?;
    let bytes = waiting(async {
        let found = store.get(&Path::from(place.within(file))).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => EngineError::Place {
                what: format!("{place} has no `{file}`"),
                hint: format!("bring a record there: sayso cluster publish {place}"),
            },
            other => refused(place, &other),
        })?;
        found.bytes().await.map_err(|error| refused(place, &error))
    })?;
    let draft = tempfile::NamedTempFile::new_in(folder).map_err(EngineError::io("create a file in", folder))?;
    std::fs::write(draft.path(), &bytes).map_err(EngineError::io("write", draft.path()))?;
    draft.persist(&to).map_err(|error| EngineError::io("write", &to)(error.error))?;
    Ok(())
}

/// Runs to the end, whether or not the caller is itself run by a runtime that must not be blocked.
fn waiting<T: Send>(work: impl Future<Output = Result<T, EngineError>> + Send) -> Result<T, EngineError> {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map_err(EngineError::io("start a thread for", FilePath::new("a store")))?.block_on(work)
        });
        match thread.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn keys_are_found_by_their_names_and_shown_by_them_only() {
        let keys = StoreKeys::find(|name| (name == "AWS_SECRET_ACCESS_KEY").then(|| "very secret".to_owned()));
        assert_eq!(keys.pairs.len(), 1);
        assert!(!format!("{keys:?}").contains("very"));
        let all = StoreKeys::find(|_| Some("true".to_owned()));
        assert_eq!(all.pairs.len(), StoreKeys::NAMES.len(), "every name is one that the store knows");
    }
}
