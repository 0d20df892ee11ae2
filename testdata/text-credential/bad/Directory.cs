var entry = new DirectoryEntry("LDAP://dc7.corp.internal",
    @"CORP\svc-sync",
    "dunlin-Reef-48");
