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
