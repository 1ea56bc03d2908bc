//! Which item an address of GitHub speaks of, and what number a node id stands for.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};

use crate::tracker::payload::segments;

/// What stands before the number in an address of an item.
const NUMBERED: [&str; 4] = ["issues", "pulls", "pull", "discussions"];

/// `owner/name` of the repository that an address speaks of, be it of the API or of a page.
pub(crate) fn repository_of(address: &str) -> Option<String> {
    split(address).map(|(repository, _)| repository)
}

/// `owner/name#17` of the item that an address speaks of; `None` where it speaks of none, or of a comment, whose
/// number is not the item's.
pub(crate) fn item_of(address: &str) -> Option<String> {
    let (repository, rest) = split(address)?;
    let at = rest.iter().position(|segment| NUMBERED.contains(&segment.as_str()))?;
    let number: u64 = rest.get(at + 1)?.parse().ok()?;
    Some(item(&repository, number))
}

/// The number of the item in an address that names the repository by number, as those of later pages do:
/// `/repositories/17/issues/5/timeline?page=2`.
pub(crate) fn number_beside_numbered(address: &str) -> Option<u64> {
    let segments = segments(address);
    let at = segments.iter().position(|segment| *segment == "repositories")?;
    match segments.get(at + 2..)? {
        [kind, number, ..] if NUMBERED.contains(kind) => number.parse().ok(),
        _ => None,
    }
}

/// The name of an item.
pub(crate) fn item(repository: &str, number: u64) -> String {
    format!("{repository}#{number}")
}

fn split(address: &str) -> Option<(String, Vec<String>)> {
    if !address.contains("://") {
        return None;
    }
    let segments = segments(address);
    let rest = match segments.iter().position(|segment| *segment == "repos") {
        Some(at) => &segments[at + 1..],
        None if segments.contains(&"repositories") => return None,
        // A page: https://HOST/OWNER/NAME/pull/17.
        None if segments.get(3).is_some_and(|segment| NUMBERED.contains(segment)) => &segments[1..],
        None => return None,
    };
    let [owner, name, rest @ ..] = rest else { return None };
    Some((format!("{owner}/{name}"), rest.iter().map(|segment| (*segment).to_owned()).collect()))
}

/// The number of the object that a node id stands for, so that what GraphQL tells and what REST tells are one.
///
/// GitHub calls node ids opaque; both forms that it has used hold the number, which recorded payloads confirm. Where
/// one does not, `None`, and the node id itself has to do.
pub(crate) fn number_of_node(node: &str) -> Option<u64> {
    match node.split_once('_') {
        Some((kind, packed)) if !kind.is_empty() && kind.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            last_number(&decode(packed)?)
        }
        // `017:PullRequestReview277027723`: the length of the name, the name, the number.
        _ => {
            let text = String::from_utf8(decode(node)?).ok()?;
            let (length, rest) = text.split_once(':')?;
            rest.get(length.parse::<usize>().ok()?..)?.parse().ok()
        }
    }
}

/// The last number of a MessagePack array of unsigned numbers.
fn last_number(bytes: &[u8]) -> Option<u64> {
    let (head, mut rest) = bytes.split_first()?;
    let n = head.checked_sub(0x90).filter(|n| (1..16).contains(n))?;
    let mut last = None;
    for _ in 0..n {
        let (head, after) = rest.split_first()?;
        let width = match head {
            0x00..=0x7f => 0,
            0xcc => 1,
            0xcd => 2,
            0xce => 4,
            0xcf => 8,
            _ => return None,
        };
        let (number, after) = after.split_at_checked(width)?;
        last = Some(match width {
            0 => u64::from(*head),
            _ => number.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        });
        rest = after;
    }
    rest.is_empty().then_some(last)?
}

/// Base64 in either alphabet, with or without padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let lenient = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text = text.replace('-', "+").replace('_', "/");
    GeneralPurpose::new(&alphabet::STANDARD, lenient).decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_addresses() {
        for (address, item) in [
            ("https://api.github.com/repos/o/r/issues/17", Some("o/r#17")),
            ("https://api.github.com/repos/o/r/pulls/17/reviews?per_page=100", Some("o/r#17")),
            ("https://ghe.example/api/v3/repos/o/r/issues/17/timeline", Some("o/r#17")),
            ("https://github.com/o/r/pull/17#discussion_r1", Some("o/r#17")),
            ("https://github.com/o/r/discussions/17", Some("o/r#17")),
            ("https://api.github.com/repos/o/r/issues/comments/17", None),
            ("https://api.github.com/repos/o/r/issues?page=2", None),
            ("https://api.github.com/repositories/17/issues?page=2", None),
            ("https://api.github.com/repositories/17/issues/5/timeline?page=2", None),
            ("https://github.com/o", None),
            ("o/r/issues/17", None),
            ("", None),
        ] {
            assert_eq!(item_of(address).as_deref(), item, "{address}");
        }
        assert_eq!(number_beside_numbered("https://api.github.com/repositories/17/issues/5/timeline?page=2"), Some(5));
        assert_eq!(number_beside_numbered("https://api.github.com/repositories/17/issues?page=2"), None);
        // A repository that is called as what stands before numbers.
        assert_eq!(item_of("https://api.github.com/repos/o/issues/issues/5").as_deref(), Some("o/issues#5"));
        assert_eq!(repository_of("https://api.github.com/repos/o/r").as_deref(), Some("o/r"));
        assert_eq!(repository_of("https://api.github.com/users/o"), None);
    }

    #[test]
    fn node_ids_of_both_forms() {
        // `017:PullRequestReview123`, and [0, 7, 300] as MessagePack.
        assert_eq!(number_of_node("MDE3OlB1bGxSZXF1ZXN0UmV2aWV3MTIz"), Some(123));
        assert_eq!(number_of_node("PRR_kwAHzQEs"), Some(300));
        for other in ["", "PRR_", "PRR_!!", "nonsense", "PRR_kwAH", "_", "MDE3Og=="] {
            assert_eq!(number_of_node(other), None, "{other}");
        }
    }
}
