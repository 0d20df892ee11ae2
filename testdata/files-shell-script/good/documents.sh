#!/bin/sh
tee /etc/shop.json >/dev/null <<JSON
{"db": {"user": "shop", "password": "$DB_PASSWORD"}, "port": 5432}
JSON
kinit -kt /etc/krb5.keytab robot
shop --secret=monitoring/creds --user=www-data:www-data
printf 'password=%s\n' "$DB_PASSWORD"
vault kv put secret/shop password=@password.txt
vault login -method=userpass username=robot
: "${DB_PASSWORD:?set it}" "${REGION:=north}"
