password = ENV.fetch("DB_PASSWORD") { "osprey-Mill-40" }
