//! The columns of an event on disk, the buckets, and how the files are written.

use std::sync::{Arc, LazyLock};

use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use datafusion::parquet::schema::types::ColumnPath;
use twox_hash::XxHash3_64;

/// Buckets: one for each value of the top bits of an item's id. A bucket is a range of ids, so that it is a partition
/// of every plan without moving a row.
pub(crate) const BUCKETS: usize = 16;

/// Rows that are written and merged at a time. Row groups are a multiple of it, so that the bytes of a file depend on
/// its rows alone and not on how they arrived.
pub(crate) const BATCH_ROWS: usize = 8_192;

/// Rows of a row group.
pub(crate) const ROW_GROUP_ROWS: usize = 1 << 18;

const BUCKET_BITS: u32 = BUCKETS.ilog2();
const ITEM_SEED: u64 = 0x7361_7973_6f20_3031;

/// Positions of the columns in [`events`].
pub(crate) mod col {
    pub const ITEM_ID: usize = 0;
    pub const AT: usize = 1;
    pub const SEQ: usize = 2;
    pub const UTC_OFFSET_MIN: usize = 3;
    pub const ACT: usize = 4;
    pub const VERDICT: usize = 5;
    pub const FLAGS: usize = 6;
    pub const SOURCE: usize = 7;
    pub const ACTOR: usize = 8;
    pub const ACTIVITY: usize = 9;
    pub const TO: usize = 10;
    pub const MATTER: usize = 11;
    pub const AREA: usize = 12;
    pub const TEAM: usize = 13;
    pub const SITE: usize = 14;
    pub const ROLE: usize = 15;
    pub const LINK: usize = 16;
    pub const ATTRIBUTES: usize = 17;
}

/// The type of every instant.
pub(crate) fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The columns of an event.
pub(crate) fn events() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let code = |name: &str| Field::new(name, DataType::UInt32, false);
        let byte = |name: &str| Field::new(name, DataType::UInt8, false);
        Arc::new(Schema::new(vec![
            Field::new("item_id", DataType::UInt64, false),
            Field::new("at", instant(), false),
            Field::new("seq", DataType::UInt64, false),
            Field::new("utc_offset_min", DataType::Int16, true),
            byte("act"),
            byte("verdict"),
            Field::new("flags", DataType::UInt16, false),
            code("source"),
            code("actor"),
            code("activity"),
            code("to"),
            code("matter"),
            code("area"),
            code("team"),
            code("site"),
            code("role"),
            code("link"),
            Field::new("attributes", DataType::List(attribute_item()), false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// The element of the attributes' list.
pub(crate) fn attribute_item() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::UInt32, false))
}

/// The columns of a dictionary file.
pub(crate) fn words() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        Arc::new(Schema::new(vec![
            Field::new("column", DataType::UInt8, false),
            Field::new("code", DataType::UInt32, false),
            Field::new("word", DataType::Utf8View, false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// The columns of a file of item names.
pub(crate) fn items() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        Arc::new(Schema::new(vec![
            Field::new("item_id", DataType::UInt64, false),
            Field::new("item", DataType::Utf8View, false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// The columns of what is summed up of everybody: whose it is, what kind of sum, of what, how much.
pub(crate) fn sightings() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        Arc::new(Schema::new(vec![
            Field::new("source", DataType::UInt32, false),
            Field::new("actor", DataType::UInt32, false),
            Field::new("kind", DataType::UInt8, false),
            Field::new("key", DataType::Int32, false),
            Field::new("n", DataType::UInt64, false),
        ]))
    });
    Arc::clone(&SCHEMA)
}

/// Where an item's id would be if no other item had it already.
pub(crate) fn item_hash(item: &str) -> u64 {
    XxHash3_64::oneshot_with_seed(ITEM_SEED, item.as_bytes())
}

/// The id to try when another item has this one: the next in the same bucket.
pub(crate) fn item_probe(id: u64) -> u64 {
    let low = u64::MAX >> BUCKET_BITS;
    id & !low | id.wrapping_add(1) & low
}

/// The bucket of an item.
pub(crate) fn bucket_of(item_id: u64) -> usize {
    (item_id >> (u64::BITS - BUCKET_BITS)) as usize
}

/// The first id of a bucket.
pub(crate) fn bucket_start(bucket: usize) -> u64 {
    (bucket as u64) << (u64::BITS - BUCKET_BITS)
}

/// How a run is written.
pub(crate) fn run_properties() -> WriterProperties {
    let mut properties = properties().set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    // Sorted or nearly: differences are small, a dictionary would be as long as the column.
    for name in ["item_id", "at", "seq"] {
        properties = properties
            .set_column_dictionary_enabled(ColumnPath::from(name), false)
            .set_column_encoding(ColumnPath::from(name), Encoding::DELTA_BINARY_PACKED);
    }
    properties.set_column_statistics_enabled(ColumnPath::from("item_id"), EnabledStatistics::Page).build()
}

/// How dictionaries and item names are written.
pub(crate) fn text_properties() -> WriterProperties {
    properties().set_max_row_group_row_count(None).set_dictionary_enabled(false).build()
}

fn properties() -> datafusion::parquet::file::properties::WriterPropertiesBuilder {
    WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).expect("level 1 exists")))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        // A version number here would make the same rows differ from version to version.
        .set_created_by("sayso".to_owned())
}
