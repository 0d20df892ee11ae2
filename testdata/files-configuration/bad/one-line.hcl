task "web" {
  config { auth { username = "robot" password = "kestrel-Harbour-71" } }
  template {
    data = <<EOH
API_KEY="8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h"
{{ with secret "kv/shop" }}DB_PASSWORD={{ .Data.data.password }}{{ end }}
EOH
  }
}
