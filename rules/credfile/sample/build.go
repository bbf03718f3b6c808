package sample

// builds are the secrets of what builds and deploys.
func builds() []File {
	return nil
}
