requests.get(url, auth=("robot", "nR7-quarrel-Tin-8"))
api_secret = (
    "8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h"
)
body = "grant_type=password&client_secret=9xK2mQ7vLp4wTz8bNc3d&scope=all"
db_password: SecretStr = SecretStr("kestrel-Harbour-71")
os.putenv('API_TOKEN=8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h')
