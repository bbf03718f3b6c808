package origin

import "strings"

// distributionHosts end the mail addresses under which distributions maintain packages.
var distributionHosts = []string{
	"debian.org", "debian.net", "ubuntu.com", "canonical.com", "kali.org", "linuxmint.com", "devuan.org", "raspberrypi.org",
	"raspberrypi.com", "raspbian.org", "alpinelinux.org", "chainguard.dev", "wolfi.dev", "postmarketos.org",
}

// distributionMaintainer tells whether "Name <address>" is a distribution's.
func distributionMaintainer(who string) bool {
	name, address, _ := strings.Cut(strings.ToLower(who), "<")
	host := strings.TrimSuffix(strings.TrimSpace(address[strings.LastIndexByte(address, '@')+1:]), ">")
	for _, h := range distributionHosts {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	for _, team := range []string{"debian ", "ubuntu "} {
		if strings.HasPrefix(name, team) && (strings.Contains(name, "team") || strings.Contains(name, "maintainers") || strings.Contains(name, "developers")) {
			return true
		}
	}
	return false
}

// distributionVendors begin the vendor that a distribution's rpm packages state.
var distributionVendors = []string{
	"fedora project", "red hat", "centos", "almalinux", "rocky", "oracle america", "suse", "opensuse", "amazon linux", "amazon.com",
	"microsoft corporation", "azure linux", "photon", "vmware, inc.", "vmware by broadcom", "mageia", "openeuler", "opencloudos", "anolis", "cloudlinux",
	"alibaba cloud", "scientific linux", "eurolinux", "navy linux", "fedora epel",
}

// distributionVendor tells whether an rpm package's vendor is a distribution.
func distributionVendor(vendor string) bool {
	vendor = strings.ToLower(vendor)
	for _, v := range distributionVendors {
		if strings.HasPrefix(vendor, v) {
			return true
		}
	}
	return false
}
