package unpack

// Limits bound what one file may cost. A zero field means its default. A bound that is hit is a report.Fault of kind
// limit, never a silent cut.
type Limits struct {
	FileBytes  int64 // bytes that all members of one file unpack to, together; default 1 GiB
	Entries    int   // members of one archive; default 1,000,000
	Window     int64 // memory that a decompressor may ask for; default 128 MiB
	SpoolBytes int64 // size of a file that needs random access and has none; default 4 GiB
}

// withDefaults returns l with its zero fields set.
func (l Limits) withDefaults() Limits {
	if l.FileBytes <= 0 {
		l.FileBytes = 1 << 30
	}
	if l.Entries <= 0 {
		l.Entries = 1_000_000
	}
	if l.Window <= 0 {
		l.Window = 128 << 20
	}
	if l.SpoolBytes <= 0 {
		l.SpoolBytes = 4 << 30
	}
	return l
}
