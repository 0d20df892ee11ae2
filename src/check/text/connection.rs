//! The parameters of a connection in one text, as libpq and ODBC take them: `host=db user=app password=… dbname=app`.

use super::assignment::{Assignment, LONGEST_NAME};
use crate::model::head;

/// What stands beside the password. From the manuals of libpq and ODBC.
const PARAMETERS: [&str; 14] = [
    "host", "hostaddr", "server", "address", "port", "dbname", "database", "catalog", "user", "username", "uid", "id",
    "sslmode", "dsn",
];

/// Whether an assignment in `text` is one of several parameters of a connection.
pub(super) fn holds(text: &str, found: &Assignment) -> bool {
    let floor = (found.name.start.saturating_sub(LONGEST_NAME)..).find(|&at| text.is_char_boundary(at));
    let before = text.get(floor.unwrap_or(0)..found.name.start).and_then(|before| before.strip_suffix([' ', ';']));
    let before = before.and_then(|before| before.rsplit([' ', ';', '"', '\'', '`', '\n']).next());
    let behind = head(&text[found.value.end..], LONGEST_NAME).strip_prefix([' ', ';']);
    &text[found.name.end..found.value.start] == "="
        && (before.is_some_and(is_parameter) || behind.is_some_and(is_parameter))
}

fn is_parameter(pair: &str) -> bool {
    let name = pair.split_once('=').map_or("", |(name, _)| name);
    PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::super::assignment::{name_around, read};
    use super::*;

    #[test]
    fn a_parameter_stands_beside_another() {
        let is_one = |text: &str| {
            let name = text.find("pass").and_then(|at| name_around(text, at));
            name.and_then(|name| read(text, name)).is_some_and(|found| holds(text, &found))
        };
        assert!(is_one("connect(\"host=db user=é password=V-1 dbname=a\")") && is_one("dsn('dbname=a password=V-1')"));
        assert!(is_one("\"password=V-1;Server=db\"") && !is_one("if user == a: password=V-1"));
        assert!(!is_one("f(password=V-1, host=h)") && !is_one("password=V-1"));
    }
}
