//! What a value looks like: a number, a path, a host, a digest, code.

use super::outcome::is_syntax_node;
use super::value::ValueKind;

/// Switches and numbers.
pub(super) fn short_kind(v: &str) -> Option<ValueKind> {
    if v.len() > 40 {
        return None;
    }
    if ["true", "false", "yes", "no", "on", "off", "y", "n"].iter().any(|word| v.eq_ignore_ascii_case(word)) {
        return Some(ValueKind::Boolean);
    }
    if is_version_range(v) {
        return Some(ValueKind::Number);
    }
    if v.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
        let unit = v.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | ':' | ',' | '_'));
        let units = [
            "", "s", "m", "h", "d", "w", "y", "ms", "us", "ns", "k", "Ki", "M", "Mi", "G", "Gi", "T", "Ti", "Z", "MB",
            "GB", "KB", "kb", "mb", "gb", "%", "px", "MiB", "GiB", "KiB", "min", "sec", "days", "hours",
        ];
        if units.contains(&unit) || is_duration(v) || is_time(v) || is_scientific(v) {
            return Some(ValueKind::Number);
        }
    }
    None
}

/// `^1.2.0`, `>=1.2 <2`, `~4.0 || ^5.0.0-rc.1`: what versions a package may have.
fn is_version_range(v: &str) -> bool {
    let version = |text: &str| {
        let numbers = text.trim_start_matches(['^', '~', '>', '<', '=']).split(['-', '+']).next().unwrap_or_default();
        !numbers.is_empty()
            && numbers.split('.').all(|part| part.bytes().all(|b| b.is_ascii_digit()) || matches!(part, "x" | "*"))
    };
    v.starts_with(['^', '~', '>', '<', '='])
        && v.contains(|c: char| c.is_ascii_digit())
        && v.split([' ', '|', ',']).filter(|part| !part.is_empty()).all(version)
}

/// `2030-03-10T03:22:11Z`.
fn is_time(v: &str) -> bool {
    let bytes = v.as_bytes();
    bytes.len() >= 16
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b'T' | b' ')
        && bytes.iter().all(|b| b.is_ascii_digit() || b"-:T Z.+".contains(b))
}

/// `2.5e-6`, `1e9`: a number with a power of ten, which no longer run of digits is.
fn is_scientific(v: &str) -> bool {
    v.split_once(['e', 'E']).is_some_and(|(number, power)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let exact = power.trim_start_matches(['-', '+']);
        number.len() <= 12
            && number.trim_start_matches(['-', '+']).split('.').all(digits)
            && digits(exact)
            && exact.len() <= 2
    })
}

/// `1h30m`.
fn is_duration(v: &str) -> bool {
    v.len() < 16
        && v.bytes().all(|b| b.is_ascii_digit() || b"hmsdwun.".contains(&b))
        && v.ends_with(['h', 'm', 's', 'd'])
}

/// What kind of literal a value looks like that is neither a switch nor filled in later.
pub(super) fn shape(v: &str) -> ValueKind {
    if let Some(kind) = keyed(v) {
        return kind;
    }
    // An image with its digest.
    if v.split_once("@sha256:").is_some_and(|(_, digest)| begins_with_digits(digest)) {
        return ValueKind::Digest;
    }
    if v.contains([' ', '\t', '\n']) {
        return if is_code(v) || begins_with_option(v) { ValueKind::Code } else { ValueKind::Prose };
    }
    match () {
        () if is_jwt(v) => ValueKind::Jwt,
        () if is_uuid(v) => ValueKind::Uuid,
        () if v.contains("://") => ValueKind::Url,
        () if is_path(v) => ValueKind::Path,
        () if is_host(v) => ValueKind::Host,
        () if is_code(v) => ValueKind::Code,
        () => ValueKind::Literal,
    }
}

/// Whether a digest's digits stand first, all of them hexadecimal.
fn begins_with_digits(v: &str) -> bool {
    let word = v.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// `-config-file /etc/x`: a program's arguments.
fn begins_with_option(v: &str) -> bool {
    v.strip_prefix('-').is_some_and(|rest| rest.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Values that say what they are by their beginning.
fn keyed(v: &str) -> Option<ValueKind> {
    let begins = |list: &[&str]| list.iter().any(|known| v.starts_with(known));
    if begins(&["sha256:", "sha512:", "sha1:", "md5:", "sha256-", "sha384-", "sha512-", "h1:"]) {
        return Some(ValueKind::Digest);
    }
    if begins(&[
        "ssh-rsa ",
        "ssh-ed25519 ",
        "ssh-dss ",
        "ecdsa-sha2-",
        "age1",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS",
        "LS0tLS1CRUdJTiBQVUJMSU",
    ]) {
        return Some(ValueKind::Public);
    }
    if begins(&[
        "$2a$",
        "$2b$",
        "$2y$",
        "$1$",
        "$5$",
        "$6$",
        "$y$",
        "$apr1$",
        "$argon2",
        "{SHA}",
        "{SSHA}",
        "pbkdf2_sha256$",
        "SCRAM-SHA-256$",
    ]) {
        return Some(ValueKind::PasswordHash);
    }
    if begins(&["LS0tLS1CRUdJTi"]) {
        return Some(ValueKind::PrivateKey);
    }
    None
}

fn is_jwt(v: &str) -> bool {
    v.starts_with("eyJ") && v.len() > 40 && v.matches('.').count() == 2
}

pub(super) fn is_uuid(v: &str) -> bool {
    v.len() == 36
        && v.bytes()
            .enumerate()
            .all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() })
}

/// Whether an id of a resource stands in the text, with more around it: `Q-9c46ab77-5c46-4e72-8a50-40be0a9275ea-0`.
pub(super) fn holds_uuid(v: &str) -> bool {
    v.len() > 36 && v.contains('-') && (0..v.len() - 35).any(|at| v.get(at..at + 36).is_some_and(is_uuid))
}

fn is_path(v: &str) -> bool {
    // `#/components/schemas/login` leads to a place in the same document.
    let rooted = v.starts_with(['/', '~'])
        || v.starts_with("#/")
        || v.starts_with("./")
        || v.starts_with("../")
        || v.get(1..3).is_some_and(|c| c == ":\\" || c == ":/");
    if !rooted && is_mount(v) {
        return true;
    }
    if !rooted {
        // `secrets/db/password.txt`: a file name with an extension behind folders.
        let (folder, name) = v.rsplit_once('/').unwrap_or(("", v));
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let known = [
            "txt",
            "pem",
            "key",
            "crt",
            "json",
            "yaml",
            "yml",
            "jks",
            "p12",
            "pfx",
            "conf",
            "cfg",
            "env",
            "sh",
            "properties",
            "md",
            "rst",
            "adoc",
            "tgz",
            "zip",
            "whl",
            "jar",
        ];
        let keys = [".pem", ".jks", ".key", ".crt", ".json", ".yaml", ".toml"];
        return !folder.is_empty() && known.contains(&extension) || keys.iter().any(|end| v.ends_with(end));
    }
    // Base64 may begin with a slash, too.
    !v.contains(['+', '=']) && v.split(['/', '\\']).all(|part| part.len() < 32 || part.contains(['-', '_', '.']))
}

/// Whether a name stands before an absolute path, as volumes and mounts are written: `web-certs:/etc/certs`.
fn is_mount(v: &str) -> bool {
    v.split_once(":/").is_some_and(|(name, path)| {
        let label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
        let folder = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/' | b':');
        name.len() > 1 && name.bytes().all(label) && !path.starts_with('/') && path.bytes().all(folder)
    })
}

/// Whether it is a list or an object, written on a line.
pub(super) fn is_collection(v: &str) -> bool {
    matches!(v.as_bytes(), [b'[', .., b']'] | [b'{', .., b'}'])
}

/// Whether it names a host, with or without a port.
pub(super) fn is_host(v: &str) -> bool {
    let (host, port) = v.rsplit_once(':').unwrap_or((v, "80"));
    if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) || v.contains('@') {
        return false;
    }
    let labels = host.split('.').count();
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    let endings =
        [".com", ".org", ".net", ".io", ".local", ".svc", ".internal", ".dev", ".cloud", ".de", ".lan", ".co"];
    let named = labels > 1 && endings.iter().any(|end| host.ends_with(end)) || host.ends_with(".cluster.local");
    let address = labels == 4
        && host.starts_with(|c: char| c.is_ascii_digit())
        && host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain
        && (named
            || address
            || host == "localhost"
            || v.contains(':')
                && host.len() < 64
                && host.starts_with(|c: char| c.is_ascii_alphabetic())
                && port.len() >= 2
                && port.len() <= 5
                && !host.contains('_'))
}

/// Whether the text is a name of a program's, with dots perhaps.
fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'))
}

/// Whether it is a person's address: `ops@example.org`.
pub(super) fn is_address(v: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+');
    v.split_once('@').is_some_and(|(user, host)| {
        let domain =
            host.rsplit_once('.').is_some_and(|(_, top)| top.len() > 1 && top.bytes().all(|b| b.is_ascii_lowercase()));
        !user.is_empty() && user.bytes().all(plain) && domain && host.bytes().all(plain)
    })
}

/// `:options` of Ruby, `\\.css` of a pattern.
pub(super) fn is_symbol(v: &str) -> bool {
    let named = |name: &str| is_identifier(name) && name.starts_with(|c: char| c.is_ascii_lowercase());
    v.strip_prefix(':').is_some_and(named) || v.starts_with("\\.")
}

/// Whether the value is a name below a domain written backwards: `com.acme.orders.PASSWORD_v2`.
fn is_package_name(v: &str) -> bool {
    let starts_well = |part: &str| part.starts_with(|c: char| c.is_ascii_alphabetic());
    ["com.", "org.", "net.", "io.", "de.", "java.", "javax.", "jakarta."].iter().any(|domain| v.starts_with(domain))
        && v.split('.').count() > 3
        && v.split('.').all(|part| starts_well(part) && is_identifier(part))
}

/// Whether the value lists what is valid, as frameworks take it: `required|string|max:255`.
fn is_rules(v: &str) -> bool {
    let rule = |text: &str| {
        let name = text.split(':').next().unwrap_or_default();
        name.len() > 1 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    v.split('|').count() > 2 && v.split('|').all(rule)
}

/// Whether the value is an expression of a program rather than a text.
pub fn is_code(v: &str) -> bool {
    let call = v.ends_with(')')
        && v.find('(')
            .is_some_and(|at| at > 0 && v[..at].bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:>-".contains(&b)));
    let begins = [
        "os.",
        "process.env",
        "self.",
        "this.",
        "System.",
        "env.",
        "ENV[",
        "args.",
        "config.",
        "options.",
        "opts.",
        "req.",
        "request.",
        "params.",
        "settings.",
        "std::",
        "var.",
        "local.",
        "data.",
        "module.",
        "secrets.",
        "vars.",
        "github.",
        ".Values",
        ".Release",
        "inputs.",
        "steps.",
        "needs.",
        "lookup(",
        "random_",
        "aws_",
        "azurerm_",
        "google_",
        "data.",
        "props.",
        "ctx.",
        "context.",
        "new ",
        "await ",
        "string.",
        "String.",
    ];
    // `imd['xmlid']`: a field of an object.
    let subscript = v.ends_with("']") && v.find("['").is_some_and(|at| at > 0 && is_identifier(&v[..at]));
    call || subscript
        || is_package_name(v)
        || is_syntax_node(v)
        || is_rules(v)
        || is_symbol(v)
        || begins.iter().any(|known| v.starts_with(known))
        || ["\\x1b[", "\\033[", "\\e["].iter().any(|colour| v.contains(colour))
        || v.contains("=>")
        // A pattern's group and its like.
        || ["(?:", "(?i)", "(?P<", "(?="].iter().any(|group| v.contains(group))
        || v.ends_with("()")
        || v.ends_with(';') && v.contains('(')
}
