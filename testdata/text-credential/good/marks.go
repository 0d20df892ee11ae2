package mail

func login(r *request) {
	r.SetBasicAuth("admin", "pw-%s-2024x")
	password := fmt.Sprintf(password, "{name}9Kd%d")
	secretKey := "com.acme.orders.SECRET_v2"
	r.password = "%(password)s9x"
}
