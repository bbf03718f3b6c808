package unpack

// formats lists what unpacks, in the order in which it is tried: what is told by a few exact bytes comes before what is
// told by its structure.
var formats = []Format{
	{Name: "gzip", match: isGzip, unpack: unpackGzip},
}
