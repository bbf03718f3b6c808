package unpack

// formats lists what unpacks, in the order in which it is tried: what is told by a few exact bytes comes before what is
// told by its structure.
var formats = []Format{
	{Name: "git pack", Random: true, match: matchPack, unpack: unpackPack},
	{Name: "git bundle", Random: true, match: matchBundle, unpack: unpackBundle},
	{Name: "git object", Random: true, match: matchLoose, unpack: unpackLoose},
	{Name: "sqlite", Random: true, match: matchSQLite, unpack: unpackSQLite},
	{Name: "sqlite wal", Random: true, match: matchWAL, unpack: unpackWAL},
	{Name: "sqlite journal", Random: true, match: matchJournal, unpack: unpackJournal},
	{Name: "elf", Random: true, Raw: true, match: matchELF, unpack: unpackELF},
	{Name: "pe", Raw: true, match: matchPE, unpack: unpackBinary},
	{Name: "mach-o", Raw: true, match: matchMachO, unpack: unpackBinary},
	{Name: "java class", match: matchClass, unpack: unpackClass},
	{Name: "pyc", match: matchPyc, unpack: unpackPyc},
	{Name: "gzip", match: isGzip, unpack: unpackGzip},
	{Name: "zstd", match: isZstd, unpack: unpackZstd},
	{Name: "xz", match: isXZ, unpack: unpackXZ},
	{Name: "bzip2", match: isBzip2, unpack: unpackBzip2},
	{Name: "lz4", match: isLZ4, unpack: unpackLZ4},
	{Name: "lzip", match: isLzip, unpack: unpackLzip},
	{Name: "compress", match: isCompress, unpack: unpackCompress},
	{Name: "zip", match: isZip, tail: endsZip, unpack: unpackZip, Random: true},
	{Name: "7z", match: is7z, unpack: unpack7z, Random: true},
	{Name: "ar", match: isAr, unpack: unpackAr},
	{Name: "rpm", match: isRPM, unpack: unpackRPM},
	{Name: "cpio", match: isCpio, unpack: unpackCpio},
	{Name: "tar", match: isTar, unpack: unpackTar},
	{Name: "lzma", match: isLZMA, unpack: unpackLZMA},
	{Name: "notebook", match: matchNotebook, unpack: unpackNotebook},
	{Name: "text", match: isEncodedText, unpack: unpackText},
}
