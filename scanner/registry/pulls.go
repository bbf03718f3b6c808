package registry

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"dregs/report"
)

// PullsSchema names the version of the JSON.
const PullsSchema = "dregs/pulls/v1"

// Pulls tells who fetched what carries the secrets of a report.
type Pulls struct {
	Schema   string           `json:"schema"`
	Logs     []AccessLog      `json:"logs"`
	Secrets  []PulledSecret   `json:"secrets"` // in the order of the report; those of registries alone
	Notes    []string         `json:"notes"`   // what the logs cannot show
	Problems []report.Problem `json:"problems"`
}

// PulledSecret is a secret of the report and who fetched what carries it.
type PulledSecret struct {
	ID        string   `json:"id"`
	Rule      string   `json:"rule"`
	Severity  string   `json:"severity"`
	Redacted  string   `json:"redacted"`
	FirstSeen string   `json:"first_seen,omitempty"`
	Taken     bool     `json:"taken"` // somebody fetched a blob that it lies in
	Clients   []Client `json:"clients"`
}

// Client is one client by address and program. Users are those it logged in as.
type Client struct {
	Address      string   `json:"address"`
	Agent        string   `json:"agent,omitempty"`
	Users        []string `json:"users"`
	Took         string   `json:"took"` // blob, or manifest where it fetched no more than that
	Requests     int64    `json:"requests"`
	Bytes        int64    `json:"bytes"`
	Refused      int64    `json:"refused,omitempty"` // requests that were not answered with what they asked for
	First        string   `json:"first,omitempty"`
	Last         string   `json:"last,omitempty"`
	Repositories []string `json:"repositories"`
	Tags         []string `json:"tags,omitempty"`
	Objects      []string `json:"objects"` // digests fetched
	// Assumed says that a tag was fetched of which it is not known what it named then; it is taken for what it names now.
	Assumed bool `json:"assumed,omitempty"`
}

// bounds of what is kept.
const (
	maxClients = 200_000 // pairs of a secret and a client
	maxObjects = 256     // objects, repositories, tags and users listed of one client
)

// Tracing says how pulls are traced.
type Tracing struct {
	Report *report.Report
	Logs   []string // files, folders, "-"
	Stdin  io.Reader
}

// TracePulls reads access logs and tells who fetched what carries the secrets of a report. A log that cannot be read in full
// is a problem; an error is a report of no registry, or a log that is not there at all.
func TracePulls(ctx context.Context, t Tracing) (*Pulls, error) {
	if !slices.ContainsFunc(t.Report.Targets, func(x report.Target) bool { return x.Kind == report.KindRegistry }) {
		return nil, errNoRegistry
	}
	p := &Pulls{Schema: PullsSchema, Logs: []AccessLog{}, Secrets: []PulledSecret{}, Notes: []string{}, Problems: []report.Problem{}}
	tr := &tracer{carriers: carriersOf(t.Report), clients: map[clientKey]*client{}}
	var names []string
	for _, name := range t.Logs {
		all, err := logNames(name)
		if err != nil && len(all) == 0 {
			return nil, err
		}
		if err != nil {
			p.Problems = append(p.Problems, report.NewProblem(name, err))
		}
		names = append(names, all...)
	}
	for _, name := range names {
		l, err := readLog(ctx, name, t.Stdin, tr.take)
		p.Logs = append(p.Logs, l)
		if ctx.Err() != nil {
			return nil, fmt.Errorf("tracing pulls: %w", ctx.Err())
		}
		if err != nil {
			p.Problems = append(p.Problems, report.NewProblem(name, err))
		}
	}
	if tr.full {
		p.Problems = append(p.Problems, report.NewProblem("clients", report.Faultf(report.Limit, "more than %d clients fetched what carries the secrets", maxClients)))
	}
	tr.tell(t.Report, p)
	p.note(t.Report)
	return p, nil
}

// tracer gathers requests by client.
type tracer struct {
	carriers *carriers
	clients  map[clientKey]*client
	full     bool
}

type clientKey struct {
	secret         int
	address, agent string
}

// client is what one client fetched. Counts are kept by form: where a log tells of each request in two forms, the larger
// count is that of the requests.
type client struct {
	took                               string
	requests, bytes, refused           [forms]int64
	first, last                        time.Time
	users, repositories, tags, digests map[string]bool
	assumed                            bool
}

// take notes one request.
func (t *tracer) take(r request) {
	digest, tag, assumed := r.object, "", false
	if all := t.carriers.byDigest[digest]; len(all) == 0 {
		if r.blob {
			return
		}
		named, known := t.carriers.named(r.repository, r.object, r.at)
		if named == "" {
			return
		}
		digest, tag, assumed = named, tagKey(r.repository, r.object), !known
	}
	for one := range t.carriers.byDigest[digest] {
		c := t.client(clientKey{one.secret, r.address, r.agent})
		if c == nil {
			return
		}
		c.note(&r, one.took, digest, tag)
		c.assumed = c.assumed || assumed && r.fetches()
	}
}

// client returns the client of a key, nil where there are too many.
func (t *tracer) client(key clientKey) *client {
	c := t.clients[key]
	if c == nil && len(t.clients) >= maxClients {
		t.full = true
		return nil
	}
	if c == nil {
		c = &client{users: map[string]bool{}, repositories: map[string]bool{}, tags: map[string]bool{}, digests: map[string]bool{}}
		t.clients[key] = c
	}
	return c
}

// note notes one request of the client.
func (c *client) note(r *request, took, digest, tag string) {
	if !r.fetches() {
		if r.status >= 400 {
			c.refused[r.form]++
		}
		return
	}
	if c.took == "" || took == TookBlob {
		c.took = took
	}
	c.requests[r.form]++
	c.bytes[r.form] += max(0, r.bytes)
	if !r.at.IsZero() {
		if c.first.IsZero() || r.at.Before(c.first) {
			c.first = r.at
		}
		if r.at.After(c.last) {
			c.last = r.at
		}
	}
	keep(c.users, r.user)
	keep(c.repositories, r.repository)
	keep(c.tags, tag)
	keep(c.digests, digest)
}

func keep(in map[string]bool, s string) {
	if s != "" && len(in) < maxObjects {
		in[s] = true
	}
}

// tell lists the secrets with their clients, those who took most first.
func (t *tracer) tell(r *report.Report, p *Pulls) {
	bySecret := map[int][]Client{}
	for key, c := range t.clients {
		if c.took == "" {
			continue // it was refused all that it asked for
		}
		bySecret[key.secret] = append(bySecret[key.secret], Client{
			Address: key.address, Agent: key.agent, Users: slices.Sorted(maps.Keys(c.users)), Took: c.took,
			Requests: slices.Max(c.requests[:]), Bytes: slices.Max(c.bytes[:]), Refused: slices.Max(c.refused[:]), First: stamp(c.first), Last: stamp(c.last),
			Repositories: slices.Sorted(maps.Keys(c.repositories)), Tags: slices.Sorted(maps.Keys(c.tags)), Objects: slices.Sorted(maps.Keys(c.digests)),
			Assumed: c.assumed,
		})
	}
	for i := range r.Secrets {
		s := &r.Secrets[i]
		if s.Reach == nil {
			continue
		}
		out := PulledSecret{ID: s.ID, Rule: s.Rule, Severity: s.Severity, Redacted: s.Redacted, FirstSeen: s.Reach.FirstSeen, Clients: bySecret[i]}
		slices.SortFunc(out.Clients, func(a, b Client) int {
			return cmp.Or(cmp.Compare(a.Took, b.Took), cmp.Compare(a.First, b.First), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Agent, b.Agent))
		})
		out.Taken = len(out.Clients) > 0 && out.Clients[0].Took == TookBlob // "blob" sorts before "manifest"
		if out.Clients == nil {
			out.Clients = []Client{}
		}
		p.Secrets = append(p.Secrets, out)
	}
}

// note says what the logs cannot show.
func (p *Pulls) note(r *report.Report) {
	var first, last time.Time
	var requests, bad int64
	for _, l := range p.Logs {
		requests += l.Requests
		bad += l.Bad
		if !l.first.IsZero() && (first.IsZero() || l.first.Before(first)) {
			first = l.first
		}
		if l.last.After(last) {
			last = l.last
		}
	}
	if requests == 0 {
		p.Notes = append(p.Notes, "the logs tell of no request for a manifest or blob: they do not show whether anything was pulled")
	} else {
		p.Notes = append(p.Notes, fmt.Sprintf("the logs cover %s to %s: they show nothing of pulls before and after", stamp(first), stamp(last)))
	}
	earlier := 0
	for i := range r.Secrets {
		if reach := r.Secrets[i].Reach; reach != nil {
			seen, err := time.Parse(time.RFC3339, reach.FirstSeen)
			if !first.IsZero() && (err != nil || seen.Before(first)) {
				earlier++
			}
		}
	}
	if earlier > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("the logs begin after %s could first be pulled: earlier pulls are not in them", plural(earlier, "secret", "secrets")))
	}
	if bad > 0 {
		p.Notes = append(p.Notes, plural(int(bad), "line", "lines")+" of no known form were passed over")
	}
	for _, s := range p.Secrets {
		if slices.ContainsFunc(s.Clients, func(c Client) bool { return c.Assumed }) {
			p.Notes = append(p.Notes, "tags may have named something else when they were fetched: a scan of the registry's storage knows since when they name what they name")
			break
		}
	}
	p.Notes = append(p.Notes, "a client that had a layer already, or got it by a mirror or by a copy between repositories, fetches the manifest alone; addresses may be those of proxies")
}

// Exit returns 1 where a secret was taken, else 3 where a log could not be read in full, else 0.
func (p *Pulls) Exit() int {
	switch {
	case slices.ContainsFunc(p.Secrets, func(s PulledSecret) bool { return s.Taken }):
		return report.ExitFound
	case len(p.Problems) > 0:
		return report.ExitIncomplete
	}
	return report.ExitClean
}
