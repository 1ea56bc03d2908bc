//! What a site says of its limits, and how long that means to wait, by the site's own clock.

use std::time::Duration;

use jiff::Timestamp;

use super::wire::Response;

/// Where a site says that it is too much, and not for how long.
const UNTOLD: Duration = Duration::from_secs(60);
/// The first pause after something went wrong that may pass.
const FIRST: f64 = 1.0;
/// The longest pause of that kind.
const LONGEST: f64 = 120.0;

/// How long a site wants to be left alone, by its answer; `None` where it does not want to.
///
/// GitHub says 403 for too much as well as for forbidden: it is too much where it says how long, or that none is left, or
/// names a limit in its words.
pub(super) fn asked_for(response: &Response, now: Timestamp) -> Option<Duration> {
    let here = date_of(response).unwrap_or(now);
    if !matches!(response.status, 403 | 429 | 503) {
        return None;
    }
    if let Some(after) = response.header("retry-after").and_then(|text| retry_after(text, here)) {
        return Some(after);
    }
    if let Some(pause) = used_up(response, now) {
        return Some(pause);
    }
    let names_limit = || {
        let words = String::from_utf8_lossy(&response.body[..response.body.len().min(4096)]).to_lowercase();
        words.contains("secondary rate limit")
            || words.contains("rate limit exceeded")
            || words.contains("abuse detection")
    };
    match response.status {
        429 => Some(UNTOLD),
        403 if names_limit() => Some(UNTOLD),
        _ => None,
    }
}

/// How long until a budget that is used up is filled again: also said with answers that are good.
pub(super) fn used_up(response: &Response, now: Timestamp) -> Option<Duration> {
    let here = date_of(response).unwrap_or(now);
    ["x-ratelimit", "ratelimit"].into_iter().find_map(|family| {
        let number = |what: &str| response.header(&format!("{family}-{what}"))?.trim().parse::<f64>().ok();
        if number("remaining")? > 0.0 {
            return None;
        }
        let reset = number("reset")?;
        // An instant in seconds; small numbers are seconds from now.
        let seconds = if reset > 1e8 { reset - here.as_second() as f64 } else { reset };
        // A whole second more: both clocks cut theirs.
        Some(Duration::from_secs_f64((seconds + 1.0).clamp(0.0, 1e7)))
    })
}

/// `Retry-After`: seconds, or an instant against the site's own clock.
fn retry_after(text: &str, here: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Some(Duration::from_secs_f64(seconds.clamp(0.0, 1e7)));
    }
    let at = http_date(text)?;
    let seconds = at.as_second() - here.as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// What the site's clock said when it answered.
pub(super) fn date_of(response: &Response) -> Option<Timestamp> {
    response.header("date").and_then(http_date)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

/// The pause before the `n`th try, from 2: twice as long each time, and spread by `chance` so that many who wait do not
/// come back at once.
pub(super) fn backed_off(n: u32, chance: f64) -> Duration {
    let full = (FIRST * 2_f64.powi(n.saturating_sub(2).min(30) as i32)).min(LONGEST);
    Duration::from_secs_f64(full * (0.5 + 0.5 * chance.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status, headers, body: body.as_bytes().to_vec() }
    }

    fn asked(status: u16, headers: &[(&str, &str)], body: &str) -> Option<u64> {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        asked_for(&response(status, headers, body), now).map(|pause| pause.as_secs())
    }

    #[test]
    fn what_sites_say() {
        // The site's clock is five minutes behind ours.
        let date = ("Date", "Sun, 01 Mar 2026 11:55:00 GMT");
        let reset = "2026-03-01T11:56:00Z".parse::<Timestamp>().unwrap().as_second().to_string();
        assert_eq!(asked(429, &[("Retry-After", "7")], ""), Some(7));
        assert_eq!(asked(503, &[date, ("retry-after", "Sun, 01 Mar 2026 11:55:30 GMT")], ""), Some(30));
        assert_eq!(asked(503, &[("retry-after", "Sun, 01 Mar 2026 11:55:30 GMT")], ""), Some(0));
        assert_eq!(asked(429, &[], ""), Some(60));
        assert_eq!(asked(503, &[], ""), None);
        assert_eq!(asked(403, &[], "{\"message\": \"Must have admin rights\"}"), None);
        assert_eq!(asked(403, &[], "{\"message\": \"You have exceeded a secondary rate limit\"}"), Some(60));
        assert_eq!(asked(403, &[date, ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", &reset)], ""), Some(61));
        assert_eq!(asked(403, &[date, ("X-RateLimit-Remaining", "7"), ("X-RateLimit-Reset", &reset)], ""), None);
        assert_eq!(asked(429, &[("RateLimit-Remaining", "0"), ("RateLimit-Reset", "9")], ""), Some(10));
        assert_eq!(asked(200, &[("Retry-After", "7")], ""), None);
        assert_eq!(asked(429, &[("Retry-After", "-5")], ""), Some(0));
        assert_eq!(asked(429, &[("Retry-After", "soon")], ""), Some(60));
    }

    #[test]
    fn pauses_grow_and_are_capped_and_spread() {
        assert_eq!(backed_off(2, 0.0).as_millis(), 500);
        assert_eq!(backed_off(2, 1.0).as_millis(), 1000);
        assert_eq!(backed_off(5, 1.0).as_secs(), 8);
        assert_eq!(backed_off(99, 1.0).as_secs(), 120);
    }
}
