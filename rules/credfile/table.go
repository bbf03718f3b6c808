package credfile

// Families returns the kinds of files that are known, in the order of the table: a line for each.
func Families() []*Family {
	return []*Family{
		&dockerConfig,
		&netrc,
		&npmrc, &yarnrc, &bunfig,
		&pypirc, &pipConf, &poetry,
		&gitCredentials, &gitConfig, &githubHosts, &glab,
		&shadow, &htpasswd,
		&pgpass, &pgService, &mysqlOptions, &mysqlLogin,
		&aws, &kubeconfig,
		&maven, &gradle, &sbt, &composer,
		&gem, &bundler, &railsKey, &railsEncrypted, &railsSecrets,
		&javaConfig, &nodeConfig,
		&wordpress, &phpConfig, &dotenv, &django, &tomcat,
		&shellHistory, &execline, &clientHistory, &sqlDump,
		&gcloud, &azure, &terraformState, &terraformVariables, &terraformLogin, &vaultToken, &cliToken,
		&nuget, &cargo, &s3cfg, &rclone,
		&mailClient, &mutt, &fetchmail, &postfix,
		&wireless, &wireguard, &ipsec, &ppp, &openvpn, &radius, &samba,
		&editorSFTP, &jetbrains, &filezilla, &irssi, &chatServer, &weechat, &dbeaver, &robomongo, &firefox, &winscp, &mremoteng,
		&ansibleInventory, &ansibleVaultKey, &ansibleVault, &installAnswers,
		&curlrc, &renviron, &subversion, &jenkins, &serverSettings, &vsftpdUsers, &vnc, &ageKey,
		&redisUsers, &haproxy, &snmp, &relay, &routing, &samba4, &rabbit, &ceph, &keytab,
		&secretFile, &erlangCookie, &authenticator, &hostapdKeys, &nixKey,
		&debconf, &cpan, &hatch, &githubRunner,
		&consul, &mongoKey, &chefSecret, &timeKeys, &erlang, &realms, &jupyter,
		&couchdb, &kopia, &vpnc, &passwordExport, &networkDevice, &openWrt, &grub,
	}
}
