//! `sayso lens`: what activities mean, proposed from the record or explained for one item.

use sayso_inquiry::InquiryError;

use super::{deliver, open, open_and_read};
use crate::args::{LensVerb, Shared};

pub fn run(shared: &Shared, verb: &LensVerb) -> Result<u8, InquiryError> {
    let answer = match verb {
        LensVerb::Suggest { path } => open_and_read(shared, path.as_deref())?.0.suggest_lens()?,
        LensVerb::Explain { item } => open(shared, None)?.explain_item(item)?,
    };
    deliver(shared, &answer)?;
    Ok(0)
}
