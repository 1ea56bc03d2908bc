//! Working calendars: which instants of a site are working time, with zone, holidays and daylight saving.
//!
//! An instant is working time when the clock on the wall of the site then shows a working hour of a working day. That
//! one sentence settles daylight saving: a shift keeps its civil hours all year, an hour that the clocks skip is not
//! worked, and an hour that they show twice is worked twice.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};

use crate::holidays::HolidaySet;
use crate::hours::WeekHours;
use crate::time::{Instant, WorkingTime};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Days (since 1970) of 1900-01-01 and 2200-01-01. What lies outside is bad data, and nobody works there.
const FIRST_DAY: i64 = -25_567;
const LAST_DAY: i64 = 84_006;

/// What is laid out beyond the asked stretch: a lookup there costs no more than inside.
const MARGIN_BEFORE_DAYS: i64 = 400;
const MARGIN_AFTER_DAYS: i64 = 10 * 366;

/// What a site's working calendar is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalendarSpec {
    /// IANA time zone.
    pub zone: String,
    /// Working hours by weekday; Monday to Friday 09:00-17:00 unless told otherwise.
    pub hours: WeekHours,
    /// Days off, on which no hour is worked. A night shift loses the hours that lie on the day itself.
    pub holidays: HolidaySet,
}

impl CalendarSpec {
    /// Monday to Friday 09:00-17:00 in a zone, without holidays.
    pub fn new(zone: impl Into<String>) -> Self {
        Self { zone: zone.into(), hours: WeekHours::office(), holidays: HolidaySet::none() }
    }

    /// The same with other hours.
    #[must_use]
    pub fn with_hours(mut self, hours: WeekHours) -> Self {
        self.hours = hours;
        self
    }

    /// The same with days off.
    #[must_use]
    pub fn with_holidays(mut self, holidays: HolidaySet) -> Self {
        self.holidays = holidays;
        self
    }
}

impl fmt::Display for CalendarSpec {
    /// `Mon-Fri 09:00-17:00, Europe/Warsaw, holidays of Poland`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.hours, self.zone, self.holidays.words())
    }
}

/// A site's working time over a stretch of years, laid out so that a lookup costs no zone arithmetic.
///
/// Cheap to clone. It takes about 21 bytes a day laid out: 130 years are some 1 MB.
///
/// As plain data it is what it is made of, and the days that are laid out; it is laid out anew when it is read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Calendar {
    rules: Arc<Rules>,
    laid: Arc<Laid>,
}

/// A calendar that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The zone is not in the IANA time zone database.
    #[error("find the time zone `{zone}`")]
    UnknownZone {
        /// What was written.
        zone: String,
        /// The known name that is nearest to it.
        near: Option<String>,
    },
}

impl CalendarError {
    /// What can be written instead.
    pub fn hint(&self) -> String {
        let CalendarError::UnknownZone { near, .. } = self;
        match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write an IANA name such as `Europe/Warsaw`".to_owned(),
        }
    }
}

/// Looks up an IANA time zone in the rules that Sayso carries with it; case does not matter.
///
/// # Errors
/// Where there is none of that name, with the nearest one that there is.
pub fn zone(name: &str) -> Result<TimeZone, CalendarError> {
    TimeZoneDatabase::bundled()
        .get(name.trim())
        .map_err(|_| CalendarError::UnknownZone { zone: name.to_owned(), near: nearest_zone(name) })
}

impl Calendar {
    /// Lays the calendar out for `[from, until]` and a margin: about a year before, ten after.
    ///
    /// Lookups outside are right as well, but work out each day on the way and take some microseconds a year. Nothing
    /// before 1900 or from 2200 on counts as working time, whatever is asked.
    ///
    /// # Errors
    /// Where the zone is unknown.
    pub fn build(spec: &CalendarSpec, from: Instant, until: Instant) -> Result<Self, CalendarError> {
        let rules = Rules::new(spec.clone())?;
        let (from, until) = (from.min(until), from.max(until));
        let first = from.micros().div_euclid(DAY).clamp(FIRST_DAY, LAST_DAY) - MARGIN_BEFORE_DAYS;
        let last = until.micros().div_euclid(DAY).clamp(FIRST_DAY, LAST_DAY) + 1 + MARGIN_AFTER_DAYS;
        let laid = Laid::out(&rules, first.max(FIRST_DAY), last.min(LAST_DAY));
        Ok(Self { rules: Arc::new(rules), laid: Arc::new(laid) })
    }

    /// What it is made of.
    pub fn spec(&self) -> &CalendarSpec {
        &self.rules.spec
    }

    /// Working time in `[from, until)`; zero where `until <= from`.
    ///
    /// Exact to the microsecond and additive: what lies between a and b and between b and c is what lies between a
    /// and c.
    pub fn working_between(&self, from: Instant, until: Instant) -> WorkingTime {
        if until <= from {
            return WorkingTime::ZERO;
        }
        WorkingTime::from_micros(self.worked_by(until.micros()) - self.worked_by(from.micros()))
    }

    /// The stretches of `[from, until)` that are not working time: nights, weekends, holidays. In order, none empty,
    /// none touching the next; empty where `until <= from`.
    pub fn off_between(&self, from: Instant, until: Instant) -> Vec<(Instant, Instant)> {
        let (from, until) = (from.micros(), until.micros());
        let mut off = Vec::new();
        let mut free_since = from;
        let mut close = |start: i64, end: i64| {
            if start > free_since {
                off.push((Instant::from_micros(free_since), Instant::from_micros(start)));
            }
            free_since = free_since.max(end);
        };
        if from < until {
            self.each_span(from, until, &mut close);
            close(until, until);
        }
        off
    }

    /// The stretches of `[from, until)` that are working time, in order; the complement of
    /// [`off_between`](Calendar::off_between).
    pub fn on_between(&self, from: Instant, until: Instant) -> Vec<(Instant, Instant)> {
        let mut on: Vec<(Instant, Instant)> = Vec::new();
        if from < until {
            self.each_span(from.micros(), until.micros(), &mut |start, end| {
                let (start, end) = (Instant::from_micros(start), Instant::from_micros(end));
                match on.last_mut() {
                    Some(last) if last.1 == start => last.1 = end,
                    _ => on.push((start, end)),
                }
            });
        }
        on
    }

    /// Working time of both calendars at once in `[from, until)`: the hours in which two sites can talk.
    pub fn overlap_between(&self, other: &Calendar, from: Instant, until: Instant) -> WorkingTime {
        self.on_between(from, until).into_iter().map(|(start, end)| other.working_between(start, end)).sum()
    }

    /// Working time since the beginning of the layout; negative before it.
    #[inline]
    fn worked_by(&self, at: i64) -> i64 {
        let laid = &*self.laid;
        if at < laid.from {
            return -self.rules.worked(at, laid.from);
        }
        if at >= laid.until {
            return laid.total + self.rules.worked(laid.until, at);
        }
        let day = ((at - laid.from) / DAY) as usize;
        let mut span = laid.first_of_day[day] as usize;
        while laid.spans[span].end <= at {
            span += 1;
        }
        let span = &laid.spans[span];
        span.before + (at - span.start).max(0)
    }

    /// The working spans in `[from, until)`, cut to it.
    fn each_span(&self, from: i64, until: i64, sink: &mut dyn FnMut(i64, i64)) {
        let laid = &*self.laid;
        if from < laid.from || until > laid.until {
            return self.rules.each_span(from, until, sink);
        }
        let day = ((from - laid.from) / DAY) as usize;
        let Some(first) = laid.first_of_day.get(day) else { return };
        let spans = laid.spans[*first as usize..].iter();
        for span in spans.skip_while(|span| span.end <= from).take_while(|span| span.start < until) {
            sink(span.start.max(from), span.end.min(until));
        }
    }
}

/// A calendar as plain data: what it is made of, and the UTC days (since 1970) that are laid out.
#[derive(Serialize, Deserialize)]
struct Written {
    spec: CalendarSpec,
    days: (i64, i64),
}

impl From<Calendar> for Written {
    fn from(calendar: Calendar) -> Self {
        let days = (calendar.laid.from / DAY, calendar.laid.until / DAY);
        Written { spec: calendar.rules.spec.clone(), days }
    }
}

impl TryFrom<Written> for Calendar {
    type Error = CalendarError;

    fn try_from(written: Written) -> Result<Self, CalendarError> {
        let rules = Rules::new(written.spec)?;
        let (first, last) = (written.days.0.clamp(FIRST_DAY, LAST_DAY), written.days.1.clamp(FIRST_DAY, LAST_DAY));
        let laid = Laid::out(&rules, first.min(last), last);
        Ok(Self { rules: Arc::new(rules), laid: Arc::new(laid) })
    }
}

/// Zone, hours and days off in the form that spans are made from.
#[derive(Debug)]
struct Rules {
    spec: CalendarSpec,
    zone: TimeZone,
    /// One bit a civil day, from `FIRST_DAY - 1` on.
    days_off: Vec<u64>,
}

impl Rules {
    fn new(spec: CalendarSpec) -> Result<Self, CalendarError> {
        let zone = zone(&spec.zone)?;
        let mut days_off = vec![0_u64; ((LAST_DAY - FIRST_DAY) as usize + 2) / 64 + 1];
        let holidays = &spec.holidays;
        if !holidays.is_empty() {
            for day in (1899..=2200).flat_map(|year| holidays.of_year(year)) {
                if let Ok(bit) = usize::try_from(epoch_day(day.date) - (FIRST_DAY - 1))
                    && let Some(word) = days_off.get_mut(bit / 64)
                {
                    *word |= 1 << (bit % 64);
                }
            }
        }
        Ok(Self { spec, zone, days_off })
    }

    fn is_off(&self, civil_day: i64) -> bool {
        usize::try_from(civil_day - (FIRST_DAY - 1))
            .ok()
            .and_then(|bit| Some(self.days_off.get(bit / 64)? >> (bit % 64) & 1 == 1))
            .unwrap_or(false)
    }

    fn worked(&self, from: i64, until: i64) -> i64 {
        let mut sum = 0;
        self.each_span(from, until, &mut |start, end| sum += end - start);
        sum
    }

    /// The working spans in `[from, until)`, in order: one offset of the zone after the other, so that no local time
    /// has to be turned into an instant and none can be missing or ambiguous.
    fn each_span(&self, from: i64, until: i64, sink: &mut dyn FnMut(i64, i64)) {
        let from = from.clamp(FIRST_DAY * DAY, LAST_DAY * DAY);
        let until = until.clamp(FIRST_DAY * DAY, LAST_DAY * DAY);
        let at = Timestamp::from_microsecond(from).expect("the years 1900 to 2200 are within what jiff can tell");
        let mut changes = self.zone.following(at);
        let mut offset = i64::from(self.zone.to_offset(at).seconds()) * SECOND;
        let mut since = from;
        while since < until {
            let change = changes.next().map(|change| (change.timestamp().as_microsecond(), change.offset().seconds()));
            let ends = change.map_or(until, |(at, _)| at.min(until));
            self.spans_at_offset(since, ends, offset, sink);
            since = ends;
            offset = change.map_or(offset, |(_, seconds)| i64::from(seconds) * SECOND);
        }
    }

    fn spans_at_offset(&self, from: i64, until: i64, offset: i64, sink: &mut dyn FnMut(i64, i64)) {
        let mut civil_day = (from + offset).div_euclid(DAY);
        while civil_day * DAY - offset < until {
            if !self.is_off(civil_day) {
                for (start, end) in self.spec.hours.of_weekday(weekday(civil_day)) {
                    let midnight = civil_day * DAY - offset;
                    let start = (midnight + i64::from(*start) * SECOND).max(from);
                    let end = (midnight + i64::from(*end) * SECOND).min(until);
                    if start < end {
                        sink(start, end);
                    }
                }
            }
            civil_day += 1;
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Span {
    start: i64,
    end: i64,
    /// Working time from the beginning of the layout to `start`.
    before: i64,
}

/// The spans of a stretch of UTC days, with the first span that is not over at the beginning of each day.
#[derive(Debug)]
struct Laid {
    from: i64,
    until: i64,
    spans: Vec<Span>,
    first_of_day: Vec<u32>,
    total: i64,
}

impl Laid {
    fn out(rules: &Rules, first_day: i64, last_day: i64) -> Self {
        let (from, until) = (first_day * DAY, last_day * DAY);
        let mut spans: Vec<Span> = Vec::with_capacity((last_day - first_day) as usize);
        let mut total = 0;
        rules.each_span(from, until, &mut |start, end| {
            match spans.last_mut() {
                Some(last) if last.end == start => last.end = end,
                _ => spans.push(Span { start, end, before: total }),
            }
            total += end - start;
        });
        // The last one never ends, so that a lookup needs no check for the end of the list.
        spans.push(Span { start: i64::MAX, end: i64::MAX, before: total });
        let mut span = 0;
        let first_of_day = (first_day..last_day)
            .map(|day| {
                while spans[span].end <= day * DAY {
                    span += 1;
                }
                span as u32
            })
            .collect();
        Self { from, until, spans, first_of_day, total }
    }
}

/// 0 is Monday. 1970-01-01 was a Thursday.
fn weekday(epoch_day: i64) -> usize {
    (epoch_day + 3).rem_euclid(7) as usize
}

fn epoch_day(date: Date) -> i64 {
    let midnight = date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp().as_second());
    midnight.map_or(i64::MIN / 2, |seconds| seconds.div_euclid(86_400))
}

/// The known zone that `name` is most likely meant to be: the same city elsewhere, else a few letters off.
fn nearest_zone(name: &str) -> Option<String> {
    let wanted = name.trim().replace(' ', "_").to_lowercase();
    if wanted.is_empty() {
        return None;
    }
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_owned();
    let wanted_city = city(&wanted);
    let database = TimeZoneDatabase::bundled();
    let known = database.available().map(|known| known.as_str().to_owned());
    known
        .filter_map(|known| {
            let lower = known.to_lowercase();
            let alike = strsim::jaro_winkler(&wanted, &lower).max(strsim::jaro_winkler(&wanted_city, &city(&lower)));
            (alike >= 0.88).then_some((alike, known))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests;
