db_password = "kestrel-Harbour-71"
region      = "eu-central-1"
