//! Names with values as manifests of many projects have them: weak secrets, and what only reads like one.

use super::*;

#[test]
fn a_password_may_be_words_with_dashes() {
    for (name, value) in [
        ("postgresqlPassword", "ferret-reader-pass"),
        ("rootPassword", "kiln-rootpass"),
        ("password", "kiln-pass"),
        ("password", "queue-user-password"),
        ("elasticPassword", "lagoon-ci-es-password"),
        ("sentinel_password", "sentinel-quarry-password"),
        ("userPassword", "kiln-secret"),
    ] {
        assert!(found(name, value, Setting::Configuration), "{name}={value}");
    }
    for (name, value) in [
        ("adminPassword", "db-password"),
        ("tdePassword", "tde-password"),
        ("zookeeperClientPassword", "zookeeper-client-password"),
        ("adminPassword", "ledger-db-secret"),
        ("password", "ledger-db-credentials"),
        ("password", "my-password"),
        ("password", "some-password"),
    ] {
        assert!(!found(name, value, Setting::Configuration), "{name}={value}");
    }
}

#[test]
fn a_key_may_be_groups_of_digits() {
    assert!(found("API_KEY", "402-771-936", Setting::Environment));
    for (name, value) in [("API_KEY", "2031-07-14"), ("MAX_TOKENS", "402-771-936"), ("API_KEY", "402-771")] {
        assert!(!found(name, value, Setting::Environment), "{name}={value}");
    }
}

#[test]
fn what_a_secret_holds_is_told_from_its_settings() {
    for (name, value) in [
        ("password-encoder.txt", "password=my-kiln-encoder-password"),
        ("monitorserver", "kilnpass"),
        ("registry.basic.auth.user.info", "kiln-user:kiln-password"),
        ("stash", "quarry"),
    ] {
        assert!(found(name, value, Setting::Secret), "{name}={value}");
    }
    for (name, value) in [
        ("WORKER_RUNTIME", "node"),
        ("channel", "stable"),
        ("label", "kiln"),
        ("mounts", "uid=1000,noperm"),
        ("mode", "bypass"),
        ("topic", "reset-password"),
        ("apiKey", "00000000-0000-0000-0000-000000000000"),
    ] {
        assert!(!found(name, value, Setting::Secret), "{name}={value}");
    }
}

#[test]
fn logins_and_ids_of_key_pairs_in_the_environment() {
    for (name, value) in [
        ("SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", "kilnuser:kilnlagoon"),
        ("AWS_ACCESS_KEY_ID", "minio"),
        ("client_secret", "kiln-secret"),
        ("S3_ACCESS_KEY_ID", "kilnadmin"),
        ("ACCESS_TOKEN_SECRET_KEY", "wQ7rT2zLmK9xVbP4"),
        ("S3_USER_SECRET_KEY", "wQ7rT2zLmK9xVbP4"),
        ("APP_PASSWORD", "STAND_BY_ME"),
    ] {
        assert!(found(name, value, Setting::Environment), "{name}={value}");
    }
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID"),
        ("AWS_ACCESS_KEY_ID", "access-key-id"),
        ("BASIC_AUTH_CREDENTIALS_SOURCE", "USER_INFO"),
    ] {
        assert!(!found(name, value, Setting::Environment), "{name}={value}");
    }
}

#[test]
fn names_of_keys_and_of_secrets_are_none() {
    for (name, value) in [
        ("ENDPOINT_SECRET_KEY", "kiln-cognition-endpoint"),
        ("SUBSCRIPTION_KEY_SECRET_KEY", "kiln-cognition-subscriptionkey"),
        ("KILN_SERVICE_KEY", "kiln-service"),
        ("IMAGE_PULLSECRET", "kiln-registry"),
        ("PLAYGROUND_REQUEST_CREDENTIALS", "same-origin"),
        ("FETCH_CREDENTIALS", "include"),
    ] {
        assert!(!found(name, value, Setting::Environment), "{name}={value}");
    }
    for (name, value) in [
        ("secretKey", "username"),
        ("serverSecret", "serverTlsSecret"),
        ("secret", "quarry/kiln-config1"),
        ("smeltingTokens", "2.5e-6"),
        ("smelting_token", "0.3e-6"),
        ("smtp_password", "sometimes|nullable|string|max:255"),
        ("token", "UA-40277193-6"),
        ("token", "G-4QX7L2M9KD"),
        ("password", "password for the quarry's user"),
        ("token", "Token from Kiln"),
        ("client_secret", "AZURE-KILN-SSO-CLIENT-SECRET"),
    ] {
        assert!(!found(name, value, Setting::Configuration), "{name}={value}");
    }
    for (name, value) in [("SERVER_SECRET_KEY", "kiln-server-9"), ("APP_SERVICE_KEY", "lagoon")] {
        assert!(found(name, value, Setting::Environment), "{name}={value}");
    }
    for (name, value) in [
        ("NEXT_PRIVATE_SMTP_PASSWORD", "password"),
        ("NEXT_AUTH_SECRET", "kR7vX2mQ9pLw4sTz8bNc"),
        ("SECRET_VAULT_KEK", "kR7vX2mQ9pLw4sTz8bNckR7vX2mQ9pLw4sTz8bNc0zc="),
        ("API_TOKEN", "81736452918e9012"),
    ] {
        assert!(found(name, value, Setting::Environment), "{name}={value}");
    }
}
