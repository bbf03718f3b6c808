// Package storetest gives tests an empty database on a real PostgreSQL server.
package storetest

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Variable names the variable that holds the URL of a server on which a superuser may make databases.
const Variable = "DREGS_POSTGRES"

// Database makes an empty database, which the end of the test removes, and returns its URL. Without a server it skips.
func Database(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server == "" {
		t.Skipf("$%s names no PostgreSQL server", Variable)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatalf("$%s is no URL", Variable)
	}
	name := "dregs_" + strings.ToLower(rand.Text()[:16])
	run(t, server, `CREATE DATABASE `+name)
	t.Cleanup(func() { run(t, server, `DROP DATABASE `+name+` WITH (FORCE)`) })
	u.Path = "/" + name
	return u.String()
}

// run runs a statement on the server.
func run(t testing.TB, server, statement string) {
	t.Helper()
	ctx := context.Background() // a test's own has ended when it cleans up
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
