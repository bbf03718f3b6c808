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
				fmt.Println(o.Path, o.Visibility, secret.Status)
			}
		}
	}
	fmt.Println("complete:", report.Complete)
	// Output:
	// app/.env deleted buried
	// app/.env deleted buried
	// app/config/settings.ini overwritten buried
	// app/config/settings.ini overwritten buried
	// app/config/settings.ini visible exposed
	// app/config/settings.ini visible exposed
	// complete: true
}
