//! Names with values that are credentials, and look-alikes.

use proptest::prelude::*;

use super::*;

mod manifests;
mod names;

fn found(name: &str, value: &str, setting: Setting) -> bool {
    judge(name, value, setting).is_some_and(|j| j.confidence >= Confidence::Medium)
}

#[test]
fn literals_under_credential_names_are_found_however_weak() {
    for (name, value) in [
        ("DB_PASSWD", "gitea"),
        ("MYSQL_ROOT_PASSWORD", "c-krit"),
        ("MINIO_ACCESS_KEY", "minio"),
        ("WSREP_SST_PASSWORD", "sst"),
        ("ACCESS_KEY", "8312341g-5678-abcd-4a2b2c-33bcsd655"),
        ("POSTGRES_PASSWORD", "mysecretpassword"),
        ("MINIO_SECRET_KEY", "minio123"),
        ("DATABASE_URL", "mysql://root:whalehello@db:3306/mysql"),
        ("POSTGRES_PASSWORD", "1234"),
        ("GF_SECURITY_ADMIN_PASSWORD", "grafana"),
        ("POSTGRES_PASSWORD", "${POSTGRES_PASSWORD:-hunter2}"),
        ("API_TOKEN", "123e4567-e89b-42d3-a456-426614174000"),
        ("JWT_SECRET", "supersecret"),
        ("ADMIN_PASSWORD", "password"),
        ("SECRET_KEY", "a long enough phrase"),
        ("BROWSER_TOKEN", "browser_token"),
        ("POSTGRES_PASSWORD", "postgres_password"),
        ("POSTGRES_PASSWORD", "my-password"),
        ("password", "password"),
        ("RCONPW", "ferret-lagoon"),
        ("pass-word", "kestrel-Harbour-71"),
        ("PASS_PHRASE", "kestrel-Harbour-71"),
        ("adminPassWord", "kestrel-Harbour-71"),
        ("DSN", "app:ferret-lagoon@tcp(db:3306)/orders"),
        ("GRAYLOG_PASSWORD_SECRET", "somekilnpepper"),
        ("GRAYLOG_ROOT_PASSWORD_SHA2", "3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a"),
        ("REDISCLI_AUTH", "bitnami"),
        ("PROXY_AUTH", "relay:kestrel"),
        ("CREATE_SUPERUSER", "admin:admin"),
        ("BOOTSTRAP_USER", "superuser:ferret"),
        ("NC_DB", "pg://db:5432?u=kiln&p=ferret&d=kiln"),
        ("DSN_LIST", "postgres://us:us@db:5432/us"),
        ("SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", "admin:kiln-Ferret71"),
        ("SASL_JAAS_CONFIG", "x.PlainLoginModule required username='a' password='pass';"),
        ("SASL_JAAS_CONFIG", "x.PlainLoginModule required username='a' password='lagoon ferret 7' user_a='x';"),
        ("DB_CONNECTION", "host=db user=app password=password dbname=orders"),
        (
            "SASL_JAAS_CONFIG",
            "x.PlainLoginModule required username=\"a\" \\\n  password=\"lagoon-ferret\" \\\n  user_a=\"x\";",
        ),
    ] {
        assert!(found(name, value, Setting::Environment), "{name}={value}");
    }
}

#[test]
fn references_places_and_settings_are_not() {
    for (name, value) in [
        ("POSTGRES_PASSWORD", "${POSTGRES_PW}"),
        ("HF_TOKEN", "HF_TOKEN"),
        ("OIDC_CLIENT_SECRET", "OIDC CLIENT SECRET"),
        ("OIDC_CLIENT_SECRET", "ClientSecret"),
        ("POSTGRES_PASSWORD", "DB_ROOT_PASSWORD"),
        ("API_KEY", "${API_KEY:-invalid}"),
        ("PUBSUB_CONNECTION_STRING", "Endpoint=https://kiln.example.com;AccessKey=abc;Version=1.0;"),
        ("DB_PASSWORD", "###CHANGEME_DB_PASSWORD###"),
        ("DB_PASSWORD", "_admin_password_"),
        ("APP_SECRET", "EDITME"),
        ("RUN_AS_USER", "kiln:kiln"),
        ("INITIAL_USER", "1000:1000"),
        ("CREATE_SUPERUSER", "true"),
        ("ADMIN_KEY", "REPLACEMEWITHAKEYTHATWORKS"),
        ("PROXY_AUTH", "basic:header"),
        ("RUNNER_SHARED_SECRET", "${RUNNER_SHARED_SECRET-0000000000000000000000000000000000000000}"),
        (
            "SASL_JAAS_CONFIG",
            "x.PlainLoginModule required username=\"CLUSTER_USERNAME\" password=\"CLUSTER_PASSWORD\";",
        ),
        ("SASL_JAAS_CONFIG", "x.PlainLoginModule required username='<API key>' password='<API secret>';"),
        ("SCHEMA_REGISTRY_BASIC_AUTH_USER_INFO", "SR_API_KEY:SR_API_SECRET"),
        ("DATABASE_URL", "mysql://$$shop_db-user:$$shop_db-pass@db/$$shop_db"),
        ("DATABASE_URL", "postgres://username:password@host/database"),
        ("SECRET_KEY", "${SECRET_KEY:-dev-only-change-me}"),
        ("DOCKER_PASSWORD", "fix_me"),
        ("SECRET_KEY", "dummyvalue"),
        ("KEY_SHA512", "3f9a3f9a3f9a3f9a3f9a3f9a3f9a3f9a"),
        ("NVIDIA_API_KEY", "nvapi-NVKEY"),
        ("DATABASE_PASSWORD", "/run/secrets/db-password"),
        ("AGENT_TOKEN", "-config-file /etc/consul/agent-token.json"),
        ("ETCD_INITIAL_CLUSTER_TOKEN", "etcd-cluster-1"),
        ("MYSQL_ROOT_PASSWORD_FILE", "/run/secrets/x"),
        ("POSTGRES_USER", "gitea"),
        ("POSTGRES_DB", "gitea"),
        ("DB_HOST", "db:5432"),
        ("MAX_TOKENS", "4096"),
        ("ENABLE_TOKEN", "true"),
        ("PASSWORD", ""),
        ("SECRET_NAME", "my-secret"),
        ("TOKEN", "<your-token>"),
        ("PASSWORD", "REPLACE_ME"),
        ("KAFKA_URL", "kafka://h:9092/order"),
        ("LS_JAVA_OPTS", "-Xms512m -Xmx512m"),
        ("DISCOVERY_TOKEN", "INSERT_DISCOVERY_TOKEN"),
        ("SECRET", "vault:kv/data/x#y"),
        ("URL", "https://$USER:$PASSWORD@example.com/"),
        ("KEY", "value"),
        ("AUTH", "basic"),
        ("DEPLOY_TOKEN_SECRET", "deploy-token"),
        ("SAVE_PASSWORDS", "never"),
        ("STORE_SECRET", "registry/creds@sha256:ab"),
        ("key", "9C4E71D02B8A5F36"),
        ("REDIS_CERT", "kR7vX2mQ9pLw4sTz8bNckR7vX2mQ9pLw4sTz8bNc"),
        ("COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"),
    ] {
        assert!(!found(name, value, Setting::Environment), "{name}={value}");
    }
}

#[test]
fn key_names_and_resource_names_are_no_secrets_in_configuration() {
    for (name, value) in [
        ("passwordKey", "password"),
        ("secret", "my-tls-secret"),
        ("secretKey", "db-password"),
        ("adminPasswordKey", "admin-password"),
        ("secretName", "x"),
        ("token", "api-token"),
        ("password", "admin-password"),
        ("tokenKey", "token"),
    ] {
        assert!(!found(name, value, Setting::Configuration), "{name}: {value}");
    }
    assert!(found("password", "shop", Setting::Configuration));
    assert!(found("adminPassword", "prom-operator", Setting::Configuration));
}

#[test]
fn a_secret_holds_secrets_unless_they_plainly_are_none() {
    for (name, value) in
        [("key", "mypassword"), ("password", "demo"), ("foo", "kR7vX2mQ9pLw4sTz8bNc"), ("apiPassword", "storageos")]
    {
        assert!(found(name, value, Setting::Secret), "{name}: {value}");
    }
    for (name, value) in [
        ("username", "admin"),
        ("host", "db.example.com"),
        ("port", "5432"),
        ("enabled", "true"),
        ("metrics", "ENABLED=true"),
        ("token", "DEPLOY_TOKEN"),
        ("mountOptions", "dir_mode=0777,uid=1001,noperm"),
        ("CRYPTO_KEY_HASH", "sha256"),
        ("CRYPTO_PBKDF", "argon2i"),
        ("CRYPTO_KEY_CIPHER", "aes-xts-plain64"),
        ("tls.crt", "rotated-cert"),
        ("awsregion", "eu-central-1"),
        ("password", "password (if it is used to log in)"),
        ("apiAddress", "tcp://127.0.0.1:5705"),
    ] {
        let judged = judge(name, value, Setting::Secret);
        assert_eq!(judged.map(|j| j.confidence), Some(Confidence::Low), "{name}: {value}");
    }
    assert!(judge("password", "{{ .Values.password }}", Setting::Secret).is_none());
}

#[test]
fn a_word_that_chooses_is_a_weak_password_only_where_nothing_else_can_stand() {
    for (name, value) in [("DB_PASSWORD", "string"), ("DB_PASSWORD", "vault"), ("DB_PASSWORD", "token")] {
        assert!(found(name, value, Setting::Environment), "{name}={value}");
        assert!(!found(name, value, Setting::Configuration), "{name}: {value}");
    }
    for (name, value) in [("password", "string"), ("secret", "base64"), ("foo", "bar")] {
        assert!(found(name, value, Setting::Secret), "{name}: {value}");
    }
    assert!(found("password", "foo", Setting::Configuration) && !found("token", "foo", Setting::Configuration));
    for (name, value) in [("AUTH", "basic"), ("TOKEN", "jwt"), ("PASSWORD", "none")] {
        assert!(!found(name, value, Setting::Environment), "{name}={value}");
    }
}

#[test]
fn placeholders_are_told_from_passphrases_with_the_same_words() {
    for value in
        ["enter-password", "token_goes_here", "PUT_KEY_HERE", "your-key", "changeme_here", "set-me", "insert-secret"]
    {
        assert!(!found("DB_PASSWORD", value, Setting::Environment), "{value}");
    }
    for value in ["here-be-dragons", "Hidden-Valley9", "my-secret-pw", "Removed4ever"] {
        assert!(found("DB_PASSWORD", value, Setting::Environment), "{value}");
    }
}

#[test]
fn text_that_explains_is_no_passphrase() {
    assert!(!found("password", "Set this to the admin password", Setting::Configuration));
    assert!(found("password", "correct horse battery staple", Setting::Configuration));
}

#[test]
fn what_no_user_is_called_is_a_password_in_a_secret() {
    for (value, confidence) in
        [("Shop@2031", Confidence::Medium), ("t!ger5x", Confidence::Medium), ("bob@ab.io", Confidence::Low)]
    {
        let judged = judge("superUser", value, Setting::Secret);
        assert_eq!(judged.map(|j| j.confidence), Some(confidence), "{value}");
    }
    assert!(found("DB_PASSWORD", "localhost", Setting::Environment));
}

#[test]
fn what_a_secret_calls_a_password_may_look_like_a_host_or_a_path() {
    for value in ["localhost", "bigfish.dev", "/Zk2m/Q9p"] {
        let judged = judge("password", value, Setting::Secret);
        assert_eq!(judged.map(|j| j.confidence), Some(Confidence::High), "{value}");
    }
}

#[test]
fn numbers_under_a_credential_name_need_length() {
    assert!(found("API_KEY", "12345", Setting::Environment));
    assert!(!found("API_KEY", "12", Setting::Environment));
    assert!(!found("TOKEN", "5000", Setting::Environment));
}

#[test]
fn a_password_hash_is_found_under_a_name_that_may_be_a_credential() {
    let hash = "$2b$10$Kq2mZ7vLp4wTz8bNc3dHsOeRtYuIoPaSdFgHjKlZxCvBnM1234567";
    let judged = judge("ADMIN_PASSWORD_HASH", hash, Setting::Environment);
    assert_eq!(judged.map(|j| (j.confidence, j.severity)), Some((Confidence::Medium, Some(Severity::Medium))));
    assert!(!found("PASSWORD_HASH", "bcrypt", Setting::Environment));
}

#[test]
fn weak_passwords_are_of_medium_severity() {
    let severity = |value| judge("DB_PASSWORD", value, Setting::Environment).and_then(|j| j.severity);
    assert_eq!(severity("postgres"), Some(Severity::Medium));
    assert_eq!(severity("kestrel-Harbour-71"), None);
}

proptest! {
    #[test]
    fn the_short_way_refuses_nothing_that_the_long_one_finds(
        parts in proptest::collection::vec(prop::sample::select(vec![
            "-----BEGIN RSA PRIVATE KEY-----", "PuTTY-User-Key-File-2: x", "LS0tLS1CRUdJTiBSU0E", "eyJhbGciOiJIUzI1NiJ9", ".",
            "eyJzdWIiOiJhZG1pbiJ9abcdefgh", "://", "u:p4ssw0rd", "@", "host", "Basic ", "Bearer ", "dXNlcjpwYXNz01", "password", "=",
            ";", " ", "jdbc:oracle:thin:", "a/b", "${X:-", "}", "\"", "kR7vX2mQ9pLw4sTz8bNc",
        ]), 0..7),
    ) {
        let value = parts.concat();
        for name in ["colour", "user", "password_length", "token_path"] {
            let kind = name_kind(name);
            prop_assert_eq!(judge_as(kind, name, &value, Setting::Configuration), judge_fully(kind, name, &value, Setting::Configuration));
        }
    }

    #[test]
    fn any_value_is_judged(name in "[a-zA-Z_.é-]{0,20}", value in "(\\PC|[:/@=;${}'\"\\[\\]<>%()#_.-]){0,60}") {
        for setting in [Setting::Secret, Setting::Environment, Setting::Configuration, Setting::CommandLine, Setting::Text] {
            if let Some(judged) = judge(&name, &value, setting) {
                prop_assert!(value.get(judged.secret.clone()).is_some(), "{:?}", judged.secret);
            }
        }
    }
}

#[test]
fn a_token_that_counts_up_or_lacks_its_one_form_is_none() {
    for (name, value) in [
        ("client_secret", "abc123"),
        ("api_key", "abcd1234"),
        ("telegramBotToken", "519:Aq83jdk2mx7v"),
        ("token", "xoxp-41-77-q8Zt2LmVx9RkTz4W"),
    ] {
        assert!(!found(name, value, Setting::Configuration) && !found(name, value, Setting::Text), "{name}={value}");
        assert!(judge(name, value, Setting::Secret).is_some(), "{name}={value}");
    }
    assert!(found("password", "abc123", Setting::Configuration));
    assert!(found("telegram_password", "kestrel-Harbour-71", Setting::Configuration));
}

#[test]
fn weak_secrets_spelt_as_names_are_found() {
    for (name, value) in [
        ("JWT_SECRET", "MY_SUPER_SECRET_KEY"),
        ("SECRET_KEY", "VERY_SECRET_KEY"),
        ("ADMIN_PASSWORD", "SUPER_SECRET_PASSWORD_2024"),
        ("APP_PASSWORD", "APP_PASSWORD_123"),
        ("ADMIN_PASSWORD", "AdminPassword"),
        ("DB_PASSWORD", "Db-Password"),
        ("DB_PASSWORD", ":secret99x"),
        ("API_PASSWORD", "\\.secret99x"),
    ] {
        assert!(found(name, value, Setting::Environment), "{name}={value}");
    }
    assert!(found("rootPassword", "RootPassword", Setting::Configuration));
    assert!(found("password2", "a@sha256:kestrel", Setting::Configuration));
    for (name, value, setting) in [
        ("ROOT_PASSWORD", "CORRECT_HORSE_PASSWORD", Setting::Environment),
        ("JWT_SECRET", "MY_JWT_SECRET", Setting::Environment),
        ("HF_TOKEN", "HF_TOKEN", Setting::Environment),
        ("password", "Password", Setting::Configuration),
        ("adminPassword", "Admin Password", Setting::Configuration),
        ("apiKey", "API Key", Setting::Configuration),
    ] {
        let judged = judge(name, value, setting);
        assert_eq!(judged.map(|j| j.confidence), Some(Confidence::Low), "{name}: {value}");
    }
    assert!(judge("password", "Password", Setting::Text).is_none() && judge("token", ":jwt", Setting::Text).is_none());
}

#[test]
fn passphrases_in_any_script_are_found() {
    for value in ["кот сидит на окне", "日本 語の パスワード"] {
        assert!(found("password", value, Setting::Configuration), "{value}");
    }
}

#[test]
fn a_random_setting_of_a_secret_is_one() {
    for value in ["STRIPE=kQ7vR2tY8uI4oP6aS1dF3gHj", "mailer=kQ7vR2tY8uI4oP6aS1dF3gHj,backup=Zk2mQ9pLw4sTz8bNcX7v"] {
        let judged = judge("settings", value, Setting::Secret);
        assert_eq!(judged.map(|j| j.confidence), Some(Confidence::High), "{value}");
    }
}

#[test]
fn only_the_token_named_after_its_provider_has_the_one_form() {
    let random = "kQ7vR2tY8uI4oP6aS1dF3gHj";
    for name in ["telegram_webhook_secret_token", "TELEGRAM_SECRET_TOKEN", "meraki_radius_shared_key"] {
        assert!(found(name, random, Setting::Configuration), "{name}");
    }
    assert!(!found("telegram_bot_api_token", random, Setting::Configuration));
}

#[test]
fn logins_and_long_digits_are_no_names_of_resources_or_commits() {
    assert!(found("--credentials", "admin/hunter2", Setting::CommandLine));
    assert!(found("--creds", "admin/changeme1", Setting::CommandLine));
    assert!(!found("--secret", "monitoring/creds", Setting::CommandLine));
    let digits = "9f86d081884c7d659a2feaa0c55ad015";
    for times in [3, 4] {
        assert!(found("session_key", &digits.repeat(times), Setting::Configuration), "{times}");
    }
}

#[test]
fn what_manifests_hold_is_told_from_what_they_name() {
    use Setting::{CommandLine, Configuration, Environment, Secret};
    for (name, value, setting) in [
        ("password", "my-replica-set-password", Secret),
        ("client-1", "kiln71", Secret),
        ("AWS_ACCESS_KEY_ID", "some-access-key", Secret),
        ("SECRETS_DB_KEY_BASE", "secret", Environment),
        ("password", "Please-Paste9", Environment),
        ("pwshop4", "pwshop4", Secret),
        ("CREDS_KEY", "4e71c02b8a5f369d4e71c02b8a5f369d4e71c02b8a5f369d4e71c02b8a5f369d", Environment),
        ("masterkey", "KeyOfThirtyTwoCharactersForShop1", Configuration),
        ("DOMAINPASS", "Kestrel1", Environment),
        ("RELAY_SMTP_AUTH", "relay:kestrel", Environment),
        ("VAULT_DEV_ROOT_TOKEN_ID", "kilnroot", Environment),
    ] {
        assert!(found(name, value, setting), "{name}: {value}");
    }
    for (name, value, setting) in [
        ("discovery.seed_hosts", "search1.indexer,search2.indexer,search3.indexer", Environment),
        ("REPLICATION_PASSWORD", "#REPLICATION_PASSWORD", Environment),
        ("OTP_KEY_BASE", "long-and-random-alphanumeric-string", Environment),
        ("DB_PASSWORD", "please-set-a-password", Environment),
        ("OPENAI_API_KEY", "sk-", Environment),
        ("jwtSecret", "HIDDEN", Configuration),
        ("API token", "reference/api_token.md", Configuration),
        ("report_hash", "d71f0b6c52a94e38817f6d20c3b5e94a", Configuration),
        ("resultHash", "kW7vQ2mXpL9tRz4sNb8cUe1dYh0=", Configuration),
        ("AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID", Secret),
        ("awsRoleARN", "arn:aws:iam::210987654321:role/backup", Secret),
        ("pass", "✔", Configuration),
        ("shop/k8s_secret_password", "shop/db-login/password", Configuration),
        ("quota", "small_quota", Secret),
        ("bucketnames", "shop", Secret),
        ("license.jwt", "LICENSE_HERE", Secret),
        ("USER_AGENT_SUFFIX", "shop-provider/main", Secret),
        ("tokens", "\\d+(?:kiln|marrow|B)", Configuration),
        ("SMTP_AUTH", "login", Environment),
        ("REGISTRY_AUTH", "registry:5000", Environment),
        ("SECRET_KEY", "ci-build-not-a-real-secret", Environment),
        ("encryption_key", "you_have_to_make_a_random_string_of_more_than_thirty_characters", Configuration),
        ("secretKey", "AWS_S3_SECRET_KEY", Configuration),
        ("ENCRYPTED_DB_CREDS", "TextThatTheServiceEncrypted", Environment),
        ("KAFKA_SSL_KEY_CREDENTIALS", "broker_key_creds", Environment),
        ("s3", "s3://access_key:secret_access_key@region/bucket", Configuration),
        ("repo_secrets", "KILN_API_KEY=kiln:api-key", Configuration),
        ("repo_secrets", "KILN_PASS=kiln-login:password", Configuration),
        ("kubernetes.secrets", "shop-cert:/opt/shop/certs", Configuration),
        ("API_KEY", "user_provided", Environment),
        ("SECRET_KEY", "generate_a_new_key", Environment),
        ("secretKey", "postgresPassword", Configuration),
        ("--password_env", "APP_PASSWORD", CommandLine),
        ("ACCOUNT_MAX_PASSWORDS", "1000", Environment),
        ("storage.baseKey", "shop/segments", Secret),
        ("secrets", "view", Configuration),
        ("hash", "kW7vQ2mXpL9tRz4sNb8cUe1dYh0oGj5fTi6aDk3lSxE", Configuration),
        ("MONGO_URL", "mongodb://someone:PASSWORD@localhost:27017/shop", Environment),
        ("ca.pem", "placeholder-of-a-ca", Secret),
        ("BACKUP_DESTINATION", "AWS_S3", Secret),
        ("DD_UWSGI_PASS", "uwsgi_server", Environment),
        ("--workspace", "name=release-secret,secret=release-secret", CommandLine),
        ("SHOP_KNOWN_SECRETS", "db[shop-api],message-bus[stock]", Environment),
        ("STORE_TOKENS", "shop-api,stock-mqtt", Environment),
        ("DEV_PASSWORD", "PASSWORD_PLACE_HOLDER", Environment),
        ("normalUser", "bob@acme.io", Secret),
    ] {
        assert!(!found(name, value, setting), "{name}: {value}");
    }
}

#[test]
fn what_a_variable_holds_is_used_however_it_reads() {
    for (name, value) in [
        ("MYSQL_ROOT_PASSWORD", "abc"),
        ("PASS", "lantern over the quarry"),
        ("API_KEY", "quarry-lantern-key"),
        ("APP_SECRET", "our-app-secret"),
        ("RELAY_TOKEN", "token1"),
        ("RELAY_TOKENS", "lantern,quarry"),
        ("DOOR_PASSWORD", "My Quarry Password"),
        ("GPG_KEY_PASSWORD", "7B31AC04"),
        ("K8S_SECRET_DB_PASSWORD", "Wn8kq2Lx5v"),
        ("DOOR_PASSWORD", "quarry/lantern#71"),
        ("QUEUE_URL", "amqp://foo:bar@queue.quarry.example/"),
        ("REPOSITORY", "https://user:password@packages.quarry.example/simple"),
    ] {
        assert!(found(name, value, Setting::Environment), "{name}={value}");
    }
    assert!(found("repository", "https://user:password@packages.quarry.example/simple", Setting::Secret));
}

#[test]
fn look_alikes_of_a_configuration_are_told_from_secrets() {
    let hash = "$6$quarry$".to_owned() + &"kR7vX2mQ9pLw4sTz8bNc".repeat(4);
    for (name, value) in [
        ("jwtKey", "OurQuarryPassword"),
        ("masterKey", "quarryPassword"),
        ("secretKey", "OurQuarryPassword"),
        ("note", "log in there at once with password=Wn8kq2Lx5vRz"),
        ("auth", "[Wn8kq2Lx5vRz3Tb7"),
        ("password_hash", "5d1c07e94ab2863f5d1c07e94ab2863f"),
        ("encrypted_password", &hash),
    ] {
        assert!(found(name, value, Setting::Configuration), "{name}: {value}");
    }
    for (name, value) in [
        ("encrypted_password", "kR7vX2mQ9pLw4sTz8bNc"),
        ("hash", "kW7vQ2mXpL9tRz4sNb8cUe1dYh0oGj5fTi6aDk3lSxE"),
        ("initial_token", "-6917529027641081856,-3,6917529027641081853"),
        ("auth", "[\"kR7vX2mQ9pLw4sTz8bNc\"]"),
    ] {
        assert!(!found(name, value, Setting::Configuration), "{name}: {value}");
    }
}
