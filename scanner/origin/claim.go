package origin

// claim is what a database says of who maintains a package.
type claim struct {
	pkg      *Package
	scope    string // of the database: names mean something within it
	trusted  bool   // a distribution maintains it, by what it says of itself
	depends  []string
	provides []string // its name among them
}

// settle tells which packages a distribution maintains: those that say so, and those that one of these depends on, since
// a distribution is complete in itself. Many maintainers of distributions use an address of their own.
func (r *Records) settle() {
	type name struct{ scope, name string }
	byName := make(map[name][]*claim, len(r.claims))
	var queue []*claim
	for i := range r.claims {
		c := &r.claims[i]
		for _, p := range c.provides {
			byName[name{c.scope, p}] = append(byName[name{c.scope, p}], c)
		}
		if c.trusted {
			queue = append(queue, c)
		}
	}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		c.pkg.Distribution = true
		for _, d := range c.depends {
			key := name{c.scope, d}
			for _, needed := range byName[key] {
				if !needed.trusted {
					needed.trusted = true
					queue = append(queue, needed)
				}
			}
			delete(byName, key) // all that provide it are known; hostile lists name it a million times
		}
	}
	r.claims = nil
}
