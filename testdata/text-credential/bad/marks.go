package mail

func login(r *request) {
	r.SetBasicAuth("admin", "Wd7mQk%8xPz2")
}
