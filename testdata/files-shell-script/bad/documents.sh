#!/bin/sh
tee /etc/shop.json >/dev/null <<"JSON"
{"db": {"user": "shop", "password": "kestrel-Harbour-71"}, "port": 5432}
JSON
kubectl apply -f - <<YAML
apiVersion: v1
kind: Secret
metadata: {name: shop}
data:
  user: c2hvcA==
  cookie: blI3LXF1YXJyZWwtVGlu
YAML
influx -username admin -password osprey-Mill-40 -execute 'show databases'
snmpget -v3 -u robot -A nR7-quarrel-Tin host sysName
sh -c 'exec shop "$@"' -- --user robot --pass gull-Over-Slate-5
printf 'host=db\npassword=%s\n' 'kestrel-Harbour-71' > /etc/shop.conf
printf "machine git.example.com\nlogin robot\npassword nR7-quarrel-Tin\n" > ~/.netrc
curl --data '{"client_id":"shop","client_secret":"9xK2mQ7vLp4wTz8bNc3d"}' https://id.example.com
aws ssm put-parameter --name /shop/db --type SecureString --value 'osprey-Mill-40'
gh secret set DEPLOY --body "8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h"
: "${DB_PASSWORD:=gull-Over-Slate-5}"
ssh robot@db "mysql -uroot -pnR7-quarrel-Tin -e 'show tables'"
helm upgrade shop shop --set-json 'auth={"password":"osprey-Mill-40"}'
