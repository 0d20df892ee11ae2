//! Dates on the command line: `2026-01-31`, `2026-01-31T12:00:00+02:00`, `@1769860800`, `3 weeks ago`.

use std::str::FromStr;

use crate::model::date;

const DAY: i64 = 86_400;

/// Units of `N units ago`, in seconds; a month has 30 days and a year 365.
const UNITS: [(&str, i64); 7] = [
    ("second", 1),
    ("minute", 60),
    ("hour", 3_600),
    ("day", DAY),
    ("week", 7 * DAY),
    ("month", 30 * DAY),
    ("year", 365 * DAY),
];

/// A date on the command line.
#[derive(Clone, Debug)]
pub struct Since {
    /// As it was written.
    pub text: String,
    /// Seconds since the Unix epoch.
    pub time: i64,
}

impl FromStr for Since {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.trim().to_owned(), time: parse(text)? })
    }
}

/// Seconds since the Unix epoch; dates without a zone are UTC.
///
/// # Errors
/// What was expected instead.
fn parse(text: &str) -> Result<i64, String> {
    let text = text.trim();
    let parsed = match text.strip_prefix('@') {
        Some(seconds) => seconds.parse().ok(),
        None => ago(text, date::now()).or_else(|| moment(text)),
    };
    parsed.ok_or_else(|| "expected a date such as 2026-01-31, or `3 weeks ago`".to_owned())
}

fn ago(text: &str, now: i64) -> Option<i64> {
    if text == "yesterday" {
        return Some(now - DAY);
    }
    let words: Vec<&str> = text.split([' ', '.']).filter(|word| !word.is_empty()).collect();
    let [count, unit, "ago"] = words.as_slice() else { return None };
    let seconds = UNITS.iter().find(|(name, _)| *name == unit.trim_end_matches('s'))?.1;
    now.checked_sub(count.parse::<u32>().map(i64::from).ok()?.checked_mul(seconds)?)
}

fn moment(text: &str) -> Option<i64> {
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = (1970..10_000).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    (fits).then_some(())?;
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => (time[..at].trim(), zone(&time[at..])?),
        None => (time.trim(), 0),
    };
    Some(date::days(year, month, day) * DAY + if clock.is_empty() { 0 } else { seconds(clock)? } - zone)
}

/// `hh:mm` or `hh:mm:ss`.
fn seconds(clock: &str) -> Option<i64> {
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (*hours, *minutes, 0),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    let fits = (0..24).contains(&hours) && (0..60).contains(&minutes) && (0..61).contains(&seconds);
    fits.then_some(hours * 3_600 + minutes * 60 + seconds)
}

/// `Z`, `+hh:mm` or `+hhmm`, in seconds.
fn zone(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    let number: i64 = (digits.len() == 4).then(|| digits.parse().ok())??;
    Some(sign * (number / 100 * 3_600 + number % 100 * 60))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_utc_unless_they_name_a_zone() {
        assert_eq!(parse("1970-01-02"), Ok(DAY));
        assert_eq!(parse("2024-02-29T12:30:00Z"), Ok(1_709_209_800));
        assert_eq!(parse("2024-02-29 14:30+02:00"), Ok(1_709_209_800));
        assert_eq!(parse("@17"), Ok(17));
    }

    #[test]
    fn time_can_be_counted_back() {
        assert_eq!(ago("3 weeks ago", 21 * DAY), Some(0));
        assert_eq!(ago("1.day.ago", DAY), Some(0));
        assert_eq!(ago("3 weeks", DAY), None);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in
            ["", "soon", "2024-13-01", "2024-01-01T99:00", "2024-01-01T10:00+1", "ü-1-1", "99999999999 days ago"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
