target "ledger" {
  secret = ["id=npm,env=NPM_TOKEN"]
}
