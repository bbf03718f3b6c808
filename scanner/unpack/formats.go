package unpack

// formats lists what unpacks, in the order in which it is tried: what is told by a few exact bytes comes before what is
// told by its structure.
var formats = []Format{
	{Name: "gzip", match: isGzip, unpack: unpackGzip},
	{Name: "zstd", match: isZstd, unpack: unpackZstd},
	{Name: "xz", match: isXZ, unpack: unpackXZ},
	{Name: "bzip2", match: isBzip2, unpack: unpackBzip2},
	{Name: "lz4", match: isLZ4, unpack: unpackLZ4},
	{Name: "lzip", match: isLzip, unpack: unpackLzip},
	{Name: "compress", match: isCompress, unpack: unpackCompress},
	{Name: "lzma", match: isLZMA, unpack: unpackLZMA},
}
