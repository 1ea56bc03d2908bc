//! Dictionary files, files of item names and lists of what was set aside: written, read, joined.

use std::fs::File;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, StringViewArray, StringViewBuilder, UInt8Array, UInt32Array, UInt64Array,
};
use datafusion::arrow::compute::concat;
use datafusion::arrow::datatypes::UInt64Type;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use sayso_model::coverage::Skipped;
use sayso_model::words::Column;

use super::Desk;
use super::folder::Folder;
use super::intern::{Interner, ItemIds};
use super::layout::{self, BATCH_ROWS};
use super::manifest::{Items, Manifest, Words};
use crate::EngineError;

/// Writes the words from the given codes on, column by column. `None` where there are none.
pub(crate) fn write_words(folder: &Folder, words: &[Interner], from: [u32; 10]) -> Result<Option<Words>, EngineError> {
    let counts: [u32; 10] = std::array::from_fn(|column| words[column].len() as u32 - 1 - from[column]);
    if counts == [0; 10] {
        return Ok(None);
    }
    let draft = folder.draft()?;
    let path = draft.path().to_owned();
    let mut writer = ArrowWriter::try_new(draft, layout::words(), Some(layout::text_properties()))
        .map_err(EngineError::writing(&path))?;
    for (column, interner) in words.iter().enumerate() {
        let codes: Vec<u32> = (from[column] + 1..interner.len() as u32).collect();
        if codes.is_empty() {
            continue;
        }
        for codes in codes.chunks(BATCH_ROWS) {
            let mut text = StringViewBuilder::with_capacity(codes.len());
            codes.iter().for_each(|&code| text.append_value(interner.word(code)));
            let batch = RecordBatch::try_new(
                layout::words(),
                vec![
                    Arc::new(UInt8Array::from_value(column as u8, codes.len())),
                    Arc::new(UInt32Array::from(codes.to_vec())),
                    Arc::new(text.finish()),
                ],
            );
            writer.write(&batch.expect("columns of one length and type")).map_err(EngineError::writing(&path))?;
        }
        // A row group a column: whoever needs one column reads nothing else.
        writer.flush().map_err(EngineError::writing(&path))?;
    }
    let draft = writer.into_inner().map_err(EngineError::writing(&path))?;
    let sealed = folder.seal(draft, "words", "parquet")?;
    Ok(Some(Words { file: sealed.name, bytes: sealed.bytes, counts }))
}

/// Writes the items from the given one on. `None` where there are none.
pub(crate) fn write_items(folder: &Folder, items: &ItemIds, from: usize) -> Result<Option<Items>, EngineError> {
    if from == items.len() {
        return Ok(None);
    }
    let draft = folder.draft()?;
    let path = draft.path().to_owned();
    let mut writer = ArrowWriter::try_new(draft, layout::items(), Some(layout::text_properties()))
        .map_err(EngineError::writing(&path))?;
    let mut at = from;
    while at < items.len() {
        let until = (at + BATCH_ROWS).min(items.len());
        let mut ids = Vec::with_capacity(until - at);
        let mut text = StringViewBuilder::with_capacity(until - at);
        for index in at..until {
            let (id, name) = items.at(index);
            ids.push(id);
            text.append_value(name);
        }
        let columns: Vec<ArrayRef> = vec![Arc::new(UInt64Array::from(ids)), Arc::new(text.finish())];
        let batch = RecordBatch::try_new(layout::items(), columns).expect("columns of one length and type");
        writer.write(&batch).map_err(EngineError::writing(&path))?;
        at = until;
    }
    let draft = writer.into_inner().map_err(EngineError::writing(&path))?;
    let sealed = folder.seal(draft, "items", "parquet")?;
    Ok(Some(Items { file: sealed.name, bytes: sealed.bytes, rows: (items.len() - from) as u64 }))
}

/// Writes elements that were set aside. `None` where there are none.
pub(crate) fn write_skipped(folder: &Folder, skipped: &[Skipped]) -> Result<Option<String>, EngineError> {
    use std::io::Write;

    if skipped.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_vec(skipped).expect("plain data serialises");
    let mut draft = folder.draft()?;
    let path = draft.path().to_owned();
    draft.write_all(&text).map_err(EngineError::io("write", &path))?;
    Ok(Some(folder.seal(draft, "skipped", "json")?.name))
}

/// The words of one column, by code.
pub(crate) fn read_words(folder: &Folder, manifest: &Manifest, column: Column) -> Result<StringViewArray, EngineError> {
    let mut parts: Vec<ArrayRef> = vec![Arc::new(StringViewArray::from(vec![""]))];
    let mut n_codes = 1;
    for file in &manifest.words {
        let at = column as usize;
        if file.counts[at] == 0 {
            continue;
        }
        let row_group = file.counts[..at].iter().filter(|&&count| count > 0).count();
        let path = folder.file(&file.file);
        let reader = open(&path)?;
        if row_group >= reader.metadata().num_row_groups() {
            return Err(EngineError::damaged(&path, "a column is missing"));
        }
        let reader = reader.with_row_groups(vec![row_group]).with_batch_size(1 << 16).build();
        for batch in reader.map_err(|error| EngineError::damaged(&path, error))? {
            let batch = batch.map_err(|error| EngineError::damaged(&path, error))?;
            n_codes += batch.num_rows();
            parts.push(Arc::clone(batch.column(2)));
        }
    }
    if n_codes as u64 != u64::from(manifest.n_words()[column as usize]) + 1 {
        return Err(EngineError::damaged(folder.path(), format!("column `{}` has lost words", column.name())));
    }
    join(&parts)
}

/// The ids and names of all items, in the order of first sight.
pub(crate) fn read_items(folder: &Folder, manifest: &Manifest) -> Result<(Vec<u64>, StringViewArray), EngineError> {
    let mut ids = Vec::new();
    let mut parts: Vec<ArrayRef> = vec![Arc::new(StringViewArray::from(Vec::<&str>::new()))];
    for file in &manifest.items {
        let path = folder.file(&file.file);
        let before = ids.len();
        for batch in read(&path)? {
            let batch = batch.map_err(|error| EngineError::damaged(&path, error))?;
            ids.extend_from_slice(batch.column(0).as_primitive::<UInt64Type>().values());
            parts.push(Arc::clone(batch.column(1)));
        }
        if (ids.len() - before) as u64 != file.rows {
            return Err(EngineError::damaged(&path, "items are missing"));
        }
    }
    Ok((ids, join(&parts)?))
}

/// What was set aside, from the files of one or more sources, in the order of reading.
pub(crate) fn read_skipped<'a>(
    folder: &Folder,
    files: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<Skipped>, EngineError> {
    let mut skipped: Vec<Skipped> = Vec::new();
    for name in files {
        let path = folder.file(name);
        let text = std::fs::read(&path).map_err(EngineError::io("read", &path))?;
        let more: Vec<Skipped> = serde_json::from_slice(&text).map_err(|error| EngineError::damaged(&path, error))?;
        skipped.extend(more);
    }
    Ok(skipped)
}

/// Everything a writer needs at hand.
pub(super) fn load_desk(folder: &Folder, manifest: &Manifest) -> Result<Desk, EngineError> {
    let mut words = Vec::with_capacity(Column::ALL.len());
    for column in Column::ALL {
        let mut interner = Interner::new();
        for word in read_words(folder, manifest, column)?.iter().skip(1) {
            let word = word.unwrap_or_default();
            if column == Column::Source {
                interner.push(word);
            } else if interner.intern(word, usize::MAX).map(|code| code as usize + 1) != Some(interner.len()) {
                return Err(EngineError::damaged(folder.path(), format!("`{word}` stands twice in a dictionary")));
            }
        }
        words.push(interner);
    }
    let (ids, names) = read_items(folder, manifest)?;
    let mut items = ItemIds::with_capacity(ids.len());
    for (id, name) in ids.iter().zip(names.iter()) {
        items.restore(*id, name.unwrap_or_default());
    }
    Ok(Desk { version: manifest.version, words, items })
}

/// Reads a file of the record from the beginning.
pub(crate) fn read(path: &std::path::Path) -> Result<ParquetRecordBatchReader, EngineError> {
    open(path)?.with_batch_size(BATCH_ROWS).build().map_err(|error| EngineError::damaged(path, error))
}

/// Opens a file of the record.
pub(super) fn open(path: &std::path::Path) -> Result<ParquetRecordBatchReaderBuilder<File>, EngineError> {
    let file = File::open(path).map_err(EngineError::io("open", path))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| EngineError::damaged(path, error))
}

fn join(parts: &[ArrayRef]) -> Result<StringViewArray, EngineError> {
    let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
    let joined = concat(&parts).map_err(datafusion::error::DataFusionError::from)?;
    Ok(joined.as_string_view().clone())
}
