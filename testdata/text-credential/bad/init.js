db.createUser({ user: "shop", pwd: "kestrel-Harbour-71", roles: [] })
