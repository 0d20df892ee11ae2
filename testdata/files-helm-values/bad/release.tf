resource "helm_release" "ledger" {
  name   = "ledger"
  values = [<<-EOT
    grafana:
      adminPassword: LudNRWrc7reJ
      adminUser: admin
  EOT
  ]
}
