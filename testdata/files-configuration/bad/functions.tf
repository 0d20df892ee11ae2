resource "aws_secretsmanager_secret_version" "shop" {
  secret_id     = aws_secretsmanager_secret.shop.id
  secret_string = jsonencode({ password = "kestrel-Harbour-71", username = "shop" })
}
resource "github_actions_secret" "token" {
  secret_name     = "DEPLOY"
  plaintext_value = "8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h"
}
locals {
  secrets = { robot = "9xK2mQ7vLp4wTz8bNc3d", mode = "strict" }
}
