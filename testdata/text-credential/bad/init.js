db.createUser({ user: "shop", pwd: "kestrel-Harbour-71", roles: [] })
const token = jwt.sign({ id: 1 }, "8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h", { expiresIn: '1h' });
