package scanner_test

import (
	"context"
	"fmt"
	"log"

	"dregs/scanner"
)

// Scan the built-in image and tell what became of each secret of its files.
func ExampleScan() {
	target, err := scanner.ParseTarget("demo:")
	if err != nil {
		log.Fatal(err)
	}
	report, err := scanner.Scan(context.Background(), []scanner.Target{target}, scanner.Options{})
	if err != nil {
		log.Fatal(err)
	}
	for _, secret := range report.Secrets {
		for _, o := range secret.Occurrences {
			if o.Place == "layer-file" {
				fmt.Println(secret.Rule, secret.Status, o.Path, o.Visibility)
			}
		}
	}
	fmt.Println("complete:", report.Complete)
	// Output:
	// github-pat buried app/.env deleted
	// stripe-access-token buried app/.env deleted
	// aws-access-token buried app/config/settings.ini overwritten
	// generic-api-key buried app/config/settings.ini overwritten
	// aws-access-token exposed app/config/settings.ini visible
	// generic-api-key exposed app/config/settings.ini visible
	// complete: true
}
