docker login -u bot -p GTXMtLvAeNRy registry.acme.example
