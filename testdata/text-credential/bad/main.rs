static TOKEN: &'static str = r#"8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h"#;
let password = env::var("DB_PASSWORD").unwrap_or("kestrel-Harbour-71".into());
