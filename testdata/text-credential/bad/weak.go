package ledger

const (
	defaultSigningSecret = "Tn5rWq8ZkX2vLm7YcB4d"
	loginPassword        = "admin"
)
