locals {
  api_key    = coalesce(var.api_key, "Rk7wq2Lx9Vb4Tn8Zp3Ym")
  api_secret = var.secret != "" ? var.secret : "Wq5Lx2Vb9Tn4Zp8Ym3Rk"
}
