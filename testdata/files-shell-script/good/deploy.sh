#!/bin/sh
# mysql -pold is how it once was
export DB_PASSWORD="${DB_PASSWORD:?is not set}"
PASSWORD=$(cat /run/secrets/db)
TOKEN_FILE=/var/run/secrets/token
mysqldump -h db -u app -p"$DB_PASSWORD" shop > dump.sql
mkdir -p /srv/dumps
curl -sf -u "backup:$BACKUP_PASSWORD" -T dump.sql https://files.example.com/
docker login --username ci --password-stdin registry.example.com < /run/secrets/registry
kubectl create secret generic db --from-literal=password="$DB_PASSWORD"
grep -q 'password=' /etc/app.ini
keytool -importcert -alias proxy -file proxy.crt -keystore "$JAVA_HOME/lib/security/cacerts" -storepass changeit -noprompt
