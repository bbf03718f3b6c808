package validate

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"dregs/report"
	"dregs/rules/mnemonic"
)

// mnemonics are phrases that development nodes begin with or documents print, by the SHA-256 of their words with a space
// between them. Whoever has money behind one of them has lost it.
var mnemonics = map[string]string{
	"f79cd64f9cea237897b8133e4b905b361c6f166faa5a1c64c32280938f5b707e": "mnemonic of Hardhat's and Foundry's development nodes",
	"9c5d0a6656e5d3f36601d0bf98762be09bad5d7b164382c1d6c826324d6d599a": "mnemonic of Ganache's deterministic accounts",
	"b83e96417f61cb148d0dc8a89b839ee4956ad45b5e4b6a2a6cae048e48782157": "mnemonic of Truffle's documentation",
	"d16d608fce743a041ddb5841a32ceb7dd38645f27a6f3c5f5010d9403b1cb6c9": "mnemonic of Substrate's development accounts",
	"943b5f2dd50dcc7d791df6f3e1a9b0731023a23fe3983d25832493267ee7eaf8": "mnemonic of the Ledger emulator Speculos",
	"983c67a0812de63061e0c939f3b49b5b36797fcd9a2cf900a458a2f0fcf9c244": "mnemonic of LocalTerra's and LocalOsmosis' accounts",
	"eaeed9f42605b549089859b67308a98c645f21f69f5d13a38119427ee52ff4df": "example of ethers' documentation",
	"c557eec878dfd852ba3f88087c4f350f09c55537ab5e549c3cd14320ec3cef38": "example of BIP 39",
	"ecb0e7ba498c5920991f0b3483e91f7abafa9ecc6bd82a9a51494589592b1a8f": "example of BIP 39",
	"3a64bcd9cea43c0aba67ba0bf2ddff8137a492bccbc672107fcbf7381086f698": "example of BIP 39",
	"3c0949435a7e4277fac2fbe27975cdd9f5b5abf94d282112eaf4cebbb8560984": "example of BIP 39",
	"29aedb051d65bcc80e3379acb13afb2a0807f5f4bbb346a9846c056720e0a7cd": "example of BIP 39",
	"e770e8aa42a869cf269a5bda331f706a08e02a6223ffbd28d71580e2101e02a4": "example of BIP 39",
	"15f41342748aa6c0718a6f4fa4e153acf61aa4dc073a6e77347fa2e4ef639162": "example of BIP 39",
	"c1db187b992c8ddddbe9dfab0e88542e9af36e1816c0d4c70353cd1175159bd9": "example of BIP 39",
	"69be79ef3c28f55d7cb84db2dd3c18dfff45eeefebd09b8c5f7f3489b8ba09ac": "example of BIP 39",
	"3b1c5e02107409ea60548d8d8f686fd8d722791f3618deb1f9eb1e9f5c02cd35": "example of BIP 39",
	"a5fe1cb4158ffd2a27ae93b5ac617903504c3ec9d8f6ac9737ecc207cb460e72": "example of BIP 39",
	"e96bfc1d78867126dadff72e64807301e9bb837bcf329c86976647e529520528": "example of BIP 39",
	"af565e166362ba8c511d863d9daa9bd558245a24813fbf01d598067b222f29e5": "example of BIP 39",
	"78e448049ce8982c0f4b2fedad6501fdc4a15c28fdbc3fad7aef23911d7f10ab": "example of BIP 39",
	"8acce484d89877432c6bccc68bb08e5ccc6ad1c8cdd3cae4c27b33c556f105bf": "example of BIP 39",
	"dd00bda3dc1b2cffa73bc07d8a0c3af07a29c550aac62c98031641228b4b1908": "example of BIP 39",
	"e082b06807bc19fe5d61969fb3126acfdbdc81de795af4508de3c865b210de9a": "example of BIP 39",
	"51a6563c5a7c473a41726fc70ba75a69e5d12fea6d38e9c4d9cd419b3af74c3a": "example of BIP 39",
	"0fc522be7ba7b8522e3345daf7046f5be97b9045e472552f82595a6cfe358e96": "example of BIP 39",
	"8d21cd6cdb3efb0cbcdc26c225fe514e414041e952c97cfb8a026735fbe34071": "example of BIP 39",
	"c1453478345bed3c7ef7d76c195d4d740c524ecf01939797751c5fa2c7fe4a2d": "example of BIP 39",
	"b0ee0ba9f02887700823869a014ccc87ad4d07a6e8e924d9aedf8028f7c97cf7": "example of BIP 39",
	"4cff2b1dccc505447935ea83c9fc4d3be392ae164e921c1f85c59e33aa259c31": "example of BIP 39",
	"de3e1f85740aa827660187d4c0f3e26cce4402596c35157eb91b69e5095dc2f4": "example of BIP 39",
}

// judgeMnemonic checks the mnemonic of a wallet: the last bits of its words are those of a SHA-256. See
// https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki#generating-the-mnemonic.
func judgeMnemonic(in *Input, facts facts) string {
	p, ok := mnemonic.Read(in.Value)
	if !ok {
		return ""
	}
	facts.add("words", strconv.Itoa(p.Words))
	facts.add("language", p.Language)
	sum := sha256.Sum256([]byte(p.Text))
	if name := mnemonics[hex.EncodeToString(sum[:])]; name != "" {
		facts.add("known as", name)
		return report.Test
	}
	return wellFormed(p.Holds)
}
