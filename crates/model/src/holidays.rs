//! Public holidays by rule, for any year: the nations of the United Kingdom, Poland, and any list of dates.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// The years that the Gregorian rules are applied to; others have no holidays.
const YEARS: std::ops::RangeInclusive<i16> = 1583..=9998;

/// Where public holidays follow one set of rules.
///
/// One-off and moved days up to 2026 are in. The rules are right from 1978 on for the United Kingdom and from 1991 on
/// for Poland; earlier years follow the same rules as far as they were in force, and are a fair guess only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Region {
    /// England and Wales: bank holidays.
    EnglandAndWales,
    /// Scotland: bank holidays, which not every Scottish employer observes.
    Scotland,
    /// Northern Ireland: bank and public holidays.
    NorthernIreland,
    /// Poland: days free from work by law. A holiday on a Saturday moves nothing here, although employees are owed
    /// another day.
    Poland,
}

/// One day off and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holiday {
    /// The day, in the civil calendar of the place.
    pub date: Date,
    /// Its name in English; a substitute day says so.
    pub name: Cow<'static, str>,
}

/// The days off of a calendar: those of a region, a list of dates, both or neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidaySet {
    region: Option<Region>,
    listed: BTreeMap<Date, String>,
}

/// A holiday code that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("find public holidays for `{code}`")]
pub struct UnknownHolidays {
    /// What was written.
    pub code: String,
}

/// A line of a list of dates that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadDay {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it, in words.
    pub why: String,
}

impl Region {
    /// Every region with rules.
    pub const ALL: [Region; 4] = [Region::EnglandAndWales, Region::Scotland, Region::NorthernIreland, Region::Poland];

    /// The code used in `sayso.toml`: ISO 3166, with the nation where holidays differ inside a state.
    pub fn code(self) -> &'static str {
        match self {
            Region::EnglandAndWales => "GB-ENG",
            Region::Scotland => "GB-SCT",
            Region::NorthernIreland => "GB-NIR",
            Region::Poland => "PL",
        }
    }

    /// The region in words.
    pub fn words(self) -> &'static str {
        match self {
            Region::EnglandAndWales => "England and Wales",
            Region::Scotland => "Scotland",
            Region::NorthernIreland => "Northern Ireland",
            Region::Poland => "Poland",
        }
    }

    /// The holidays of a year in the order of their dates, each date once. Empty before 1583 and after 9998.
    pub fn of_year(self, year: i16) -> Vec<Holiday> {
        if !YEARS.contains(&year) {
            return Vec::new();
        }
        let mut days = match self {
            Region::Poland => poland(year),
            nation => united_kingdom(nation, year),
        };
        days.sort();
        days.dedup_by_key(|day| day.date);
        days
    }
}

impl HolidaySet {
    /// No holidays at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// The holidays of a region.
    pub fn of(region: Region) -> Self {
        Self { region: Some(region), listed: BTreeMap::new() }
    }

    /// The set that a code stands for: `GB-ENG` (also `GB-WLS`), `GB-SCT`, `GB-NIR`, `PL`, or `none`; case does not
    /// matter.
    ///
    /// # Errors
    /// For any other code, `GB` among them, because the nations differ.
    pub fn from_code(code: &str) -> Result<Self, UnknownHolidays> {
        let wanted = code.trim();
        if wanted.eq_ignore_ascii_case("none") {
            return Ok(Self::none());
        }
        if wanted.eq_ignore_ascii_case("GB-WLS") {
            return Ok(Self::of(Region::EnglandAndWales));
        }
        Region::ALL
            .into_iter()
            .find(|region| wanted.eq_ignore_ascii_case(region.code()))
            .map(Self::of)
            .ok_or_else(|| UnknownHolidays { code: code.to_owned() })
    }

    /// Reads a list of dates: one `YYYY-MM-DD,name` a line (`;` and tab separate as well, the name may be missing).
    ///
    /// A first line that begins with `date` is a header; empty lines and lines that begin with `#` are skipped. Lines
    /// that give no date come back with the reason; the rest is used. Empty text gives no holidays.
    pub fn parse(text: &str) -> (Self, Vec<BadDay>) {
        let mut set = Self::none();
        let mut bad = Vec::new();
        let mut header_allowed = true;
        for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (date, name) = line.split_once([',', ';', '\t']).unwrap_or((line, ""));
            let (date, name) = (unquoted(date), unquoted(name));
            let is_header = std::mem::take(&mut header_allowed) && date.eq_ignore_ascii_case("date");
            if is_header {
                continue;
            }
            match date.parse::<Date>() {
                Ok(date) => set.add(date, name),
                Err(_) => bad.push(BadDay { line: number, why: format!("`{date}` is not a date such as 2026-05-01") }),
            }
        }
        (set, bad)
    }

    /// Adds one day; a name given before for the same day is replaced.
    pub fn add(&mut self, date: Date, name: impl Into<String>) {
        self.listed.insert(date, name.into());
    }

    /// The region whose rules are in the set.
    pub fn region(&self) -> Option<Region> {
        self.region
    }

    /// The days that were listed one by one, in order.
    pub fn listed(&self) -> impl Iterator<Item = (Date, &str)> {
        self.listed.iter().map(|(date, name)| (*date, name.as_str()))
    }

    /// All days off of a year, in order, each date once; a listed name stands above a rule's.
    pub fn of_year(&self, year: i16) -> Vec<Holiday> {
        let rules = self.region.map(|region| region.of_year(year)).unwrap_or_default();
        let mut days: BTreeMap<Date, Cow<'static, str>> = rules.into_iter().map(|day| (day.date, day.name)).collect();
        let listed = self.listed.iter().filter(|(date, _)| date.year() == year);
        days.extend(listed.map(|(date, name)| (*date, Cow::Owned(name.clone()))));
        days.into_iter().map(|(date, name)| Holiday { date, name }).collect()
    }

    /// Whether the set knows no day at all.
    pub fn is_empty(&self) -> bool {
        self.region.is_none() && self.listed.is_empty()
    }

    /// The set in words: `holidays of Poland and 2 listed days`.
    pub fn words(&self) -> String {
        let listed = match self.listed.len() {
            0 => None,
            1 => Some("1 listed day".to_owned()),
            n => Some(format!("{n} listed days")),
        };
        match (self.region, listed) {
            (None, None) => "no holidays".to_owned(),
            (None, Some(listed)) => listed,
            (Some(region), None) => format!("holidays of {}", region.words()),
            (Some(region), Some(listed)) => format!("holidays of {} and {listed}", region.words()),
        }
    }
}

impl UnknownHolidays {
    /// What can be written instead.
    pub fn hint(&self) -> String {
        let codes = Region::ALL.map(Region::code).join(", ");
        if self.code.trim().eq_ignore_ascii_case("GB") || self.code.trim().eq_ignore_ascii_case("UK") {
            return "the nations of the United Kingdom differ: write GB-ENG, GB-WLS, GB-SCT or GB-NIR".to_owned();
        }
        format!("write one of {codes}, none, or name a file with one `YYYY-MM-DD,name` a line")
    }
}

fn united_kingdom(nation: Region, year: i16) -> Vec<Holiday> {
    let scotland = nation == Region::Scotland;
    let northern_ireland = nation == Region::NorthernIreland;
    let easter = easter_sunday(year);
    let mut days = Vec::with_capacity(14);

    // Fixed days pass on to the next working day, one after the other, so that two never fall on the same.
    let new_year: &[(i8, i8, &'static str)] = match (scotland, year >= 1974) {
        (true, _) => &[(1, 1, "New Year's Day"), (1, 2, "2 January")],
        (false, true) => &[(1, 1, "New Year's Day")],
        (false, false) => &[],
    };
    substituted(year, new_year, &mut days);
    substituted(year, &[(12, 25, "Christmas Day"), (12, 26, "Boxing Day")], &mut days);
    if northern_ireland {
        substituted(year, &[(3, 17, "St Patrick's Day")], &mut days);
        substituted(year, &[(7, 12, "Battle of the Boyne")], &mut days);
    }
    if scotland && year >= 2007 {
        substituted(year, &[(11, 30, "St Andrew's Day")], &mut days);
    }

    days.push(on(later(easter, -2), "Good Friday"));
    if !scotland {
        days.push(on(later(easter, 1), "Easter Monday"));
    }
    let early_may = match year {
        1995 | 2020 => Some(date(year, 5, 8)),
        1978.. => Some(nth_monday(year, 5, 1)),
        _ => None,
    };
    days.extend(early_may.map(|day| on(day, "Early May bank holiday")));
    let spring = match year {
        2002 | 2012 => date(year, 6, 4),
        2022 => date(year, 6, 2),
        _ => last_monday(year, 5),
    };
    days.push(on(spring, "Spring bank holiday"));
    let summer = if scotland { nth_monday(year, 8, 1) } else { last_monday(year, 8) };
    days.push(on(summer, "Summer bank holiday"));

    let once: &[(i8, i8, &'static str)] = match year {
        1973 => &[(11, 14, "Royal Wedding")],
        1977 => &[(6, 7, "Silver Jubilee")],
        1981 => &[(7, 29, "Royal Wedding")],
        1999 => &[(12, 31, "Millennium Eve")],
        2002 => &[(6, 3, "Golden Jubilee")],
        2011 => &[(4, 29, "Royal Wedding")],
        2012 => &[(6, 5, "Diamond Jubilee")],
        2022 => &[(6, 3, "Platinum Jubilee"), (9, 19, "State Funeral of Queen Elizabeth II")],
        2023 => &[(5, 8, "Coronation of King Charles III")],
        2026 if scotland => &[(6, 15, "World Cup bank holiday")],
        _ => &[],
    };
    days.extend(once.iter().map(|(month, day, name)| on(date(year, *month, *day), *name)));
    days
}

fn poland(year: i16) -> Vec<Holiday> {
    let easter = easter_sunday(year);
    let mut days = vec![
        on(date(year, 1, 1), "New Year's Day"),
        on(easter, "Easter Sunday"),
        on(later(easter, 1), "Easter Monday"),
        on(date(year, 5, 1), "May Day"),
        on(later(easter, 49), "Pentecost"),
        on(later(easter, 60), "Corpus Christi"),
        on(date(year, 11, 1), "All Saints' Day"),
        on(date(year, 12, 25), "Christmas Day"),
        on(date(year, 12, 26), "Second Day of Christmas"),
    ];
    let in_force: [(bool, i8, i8, &'static str); 8] = [
        (year <= 1960 || year >= 2011, 1, 6, "Epiphany"),
        (year >= 1990, 5, 3, "Constitution Day"),
        ((1945..=1989).contains(&year), 7, 22, "National Day"),
        (year <= 1960 || year >= 1989, 8, 15, "Assumption Day"),
        (year >= 1989, 11, 11, "Independence Day"),
        (year == 2018, 11, 12, "Centenary of Independence"),
        (year >= 2025, 12, 24, "Christmas Eve"),
        ((1946..=1950).contains(&year), 5, 9, "Victory Day"),
    ];
    let days_in_force = in_force.into_iter().filter(|(holds, ..)| *holds);
    days.extend(days_in_force.map(|(_, month, day, name)| on(date(year, month, day), name)));
    days
}

/// Fixed days with their substitutes: one that falls on a weekend moves to the next working day that is not taken.
fn substituted(year: i16, fixed: &[(i8, i8, &'static str)], days: &mut Vec<Holiday>) {
    let named = || fixed.iter().map(|(month, day, name)| (date(year, *month, *day), *name));
    let mut taken: Vec<Date> = named().map(|(day, _)| day).filter(|day| !is_weekend(*day)).collect();
    for (day, name) in named() {
        if !is_weekend(day) {
            days.push(on(day, name));
            continue;
        }
        let mut substitute = later(day, 1);
        while is_weekend(substitute) || taken.contains(&substitute) {
            substitute = later(substitute, 1);
        }
        taken.push(substitute);
        days.push(on(substitute, format!("{name} (substitute day)")));
    }
}

/// Easter Sunday of the western churches, by the Gregorian rule: the Sunday after the full moon of the Church's own
/// moon table on or after 21 March (the form of the rule published anonymously in Nature, 1876).
fn easter_sunday(year: i16) -> Date {
    let year = i32::from(year);
    let golden = year % 19;
    let (century, of_century) = (year / 100, year % 100);
    let moon_drift = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon_drift + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - epact - of_century % 4) % 7;
    let correction = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * correction + 114;
    date(year as i16, (days / 31) as i8, (days % 31 + 1) as i8)
}

fn nth_monday(year: i16, month: i8, nth: i8) -> Date {
    date(year, month, 1).nth_weekday_of_month(nth, Weekday::Monday).expect("every month has four Mondays")
}

fn last_monday(year: i16, month: i8) -> Date {
    nth_monday(year, month, -1)
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn later(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

fn date(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).expect("the rules name days that every year has")
}

fn on(date: Date, name: impl Into<Cow<'static, str>>) -> Holiday {
    Holiday { date, name: name.into() }
}

fn unquoted(field: &str) -> &str {
    let field = field.trim();
    field.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(field).trim()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn check(region: Region, year: i16, expected: &str) {
        let found: Vec<String> =
            region.of_year(year).iter().map(|day| day.date.strftime("%m-%d").to_string()).collect();
        assert_eq!(found.join(" "), expected, "{} {year}", region.code());
    }

    #[test]
    fn england_and_wales_as_proclaimed() {
        let check = |year, expected| check(Region::EnglandAndWales, year, expected);
        check(1995, "01-02 04-14 04-17 05-08 05-29 08-28 12-25 12-26");
        check(1999, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28 12-31");
        check(2002, "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26");
        check(2010, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28");
        check(2011, "01-03 04-22 04-25 04-29 05-02 05-30 08-29 12-26 12-27");
        check(2012, "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26");
        check(2016, "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27");
        check(2017, "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26");
        check(2018, "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26");
        check(2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28");
        check(2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28");
        check(2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27");
        check(2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26");
        check(2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26");
        check(2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26");
        check(2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28");
    }

    #[test]
    fn scotland_as_proclaimed() {
        let check = |year, expected| check(Region::Scotland, year, expected);
        check(2016, "01-01 01-04 03-25 05-02 05-30 08-01 11-30 12-26 12-27");
        check(2017, "01-02 01-03 04-14 05-01 05-29 08-07 11-30 12-25 12-26");
        check(2019, "01-01 01-02 04-19 05-06 05-27 08-05 12-02 12-25 12-26");
        check(2021, "01-01 01-04 04-02 05-03 05-31 08-02 11-30 12-27 12-28");
        check(2022, "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27");
        check(2023, "01-02 01-03 04-07 05-01 05-08 05-29 08-07 11-30 12-25 12-26");
        check(2024, "01-01 01-02 03-29 05-06 05-27 08-05 12-02 12-25 12-26");
        check(2026, "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28");
    }

    #[test]
    fn northern_ireland_as_proclaimed() {
        let check = |year, expected| check(Region::NorthernIreland, year, expected);
        check(2018, "01-01 03-19 03-30 04-02 05-07 05-28 07-12 08-27 12-25 12-26");
        check(2020, "01-01 03-17 04-10 04-13 05-08 05-25 07-13 08-31 12-25 12-28");
        check(2022, "01-03 03-17 04-15 04-18 05-02 06-02 06-03 07-12 08-29 09-19 12-26 12-27");
        check(2024, "01-01 03-18 03-29 04-01 05-06 05-27 07-12 08-26 12-25 12-26");
        check(2025, "01-01 03-17 04-18 04-21 05-05 05-26 07-14 08-25 12-25 12-26");
    }

    #[test]
    fn poland_by_law() {
        let check = |year, expected| check(Region::Poland, year, expected);
        check(2010, "01-01 04-04 04-05 05-01 05-03 05-23 06-03 08-15 11-01 11-11 12-25 12-26");
        check(2011, "01-01 01-06 04-24 04-25 05-01 05-03 06-12 06-23 08-15 11-01 11-11 12-25 12-26");
        check(2018, "01-01 01-06 04-01 04-02 05-01 05-03 05-20 05-31 08-15 11-01 11-11 11-12 12-25 12-26");
        check(2023, "01-01 01-06 04-09 04-10 05-01 05-03 05-28 06-08 08-15 11-01 11-11 12-25 12-26");
        check(2024, "01-01 01-06 03-31 04-01 05-01 05-03 05-19 05-30 08-15 11-01 11-11 12-25 12-26");
        check(2025, "01-01 01-06 04-20 04-21 05-01 05-03 06-08 06-19 08-15 11-01 11-11 12-24 12-25 12-26");
    }

    #[test]
    fn the_holiday_that_falls_on_another_is_one_day_off() {
        // Poland: Pentecost or Corpus Christi can meet a day of May or Assumption neighbours; no date may stand twice.
        for region in Region::ALL {
            for year in 1900..2200 {
                let days = region.of_year(year);
                assert!(days.windows(2).all(|pair| pair[0].date < pair[1].date), "{} {year}", region.code());
                assert!(days.len() >= 6 && days.len() <= 15, "{} {year}: {}", region.code(), days.len());
            }
        }
    }

    #[test]
    fn easter_at_its_limits() {
        for (year, month, day) in
            [(1818, 3, 22), (1943, 4, 25), (1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2038, 4, 25)]
        {
            assert_eq!(easter_sunday(year), date(year, month, day));
        }
    }

    #[test]
    fn no_uk_holiday_falls_on_a_weekend() {
        for region in [Region::EnglandAndWales, Region::Scotland, Region::NorthernIreland] {
            for year in 1978..2200 {
                assert!(region.of_year(year).iter().all(|day| !is_weekend(day.date)), "{} {year}", region.code());
            }
        }
    }

    #[test]
    fn substitutes_say_that_they_are() {
        let days = Region::EnglandAndWales.of_year(2021);
        let names: Vec<&str> = days.iter().rev().take(2).map(|day| day.name.as_ref()).collect();
        assert_eq!(names, ["Boxing Day (substitute day)", "Christmas Day (substitute day)"]);
    }

    #[test]
    fn codes() {
        for region in Region::ALL {
            assert_eq!(HolidaySet::from_code(region.code()).unwrap().region(), Some(region));
        }
        assert_eq!(HolidaySet::from_code("gb-wls").unwrap().region(), Some(Region::EnglandAndWales));
        assert!(HolidaySet::from_code("none").unwrap().is_empty());
        assert!(HolidaySet::from_code("GB").unwrap_err().hint().contains("GB-NIR"));
        assert!(HolidaySet::from_code("DE").unwrap_err().hint().contains("PL"));
    }

    #[test]
    fn a_list_with_header_comments_and_bad_lines() {
        let text = "\u{feff}date,name\r\n# the firm's own days\r\n2024-12-24,\"Christmas Eve\"\r\n\r\n2024-13-01,Never\r\n2024-07-05\r\ndate,again\r\n";
        let (set, bad) = HolidaySet::parse(text);
        let listed: Vec<_> = set.listed().map(|(day, name)| (day.to_string(), name.to_owned())).collect();
        assert_eq!(
            listed,
            [("2024-07-05".to_owned(), String::new()), ("2024-12-24".to_owned(), "Christmas Eve".to_owned())]
        );
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [5, 7]);
        assert_eq!(set.of_year(2024).len(), 2);
        assert!(set.of_year(2025).is_empty());
    }

    #[test]
    fn listed_days_add_to_a_region() {
        let mut set = HolidaySet::of(Region::Poland);
        set.add(date(2024, 5, 2), "bridge day");
        set.add(date(2024, 5, 1), "May Day of the firm");
        assert_eq!(set.of_year(2024).len(), 14);
        assert_eq!(set.words(), "holidays of Poland and 2 listed days");
    }

    #[test]
    fn years_without_a_gregorian_calendar_have_no_holidays() {
        assert!(Region::Poland.of_year(-500).is_empty());
        assert!(Region::Poland.of_year(9999).is_empty());
    }
}
