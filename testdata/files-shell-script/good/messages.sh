#!/bin/sh
echo "Pass: no-op when certificates has no files"
echo "Password: you are asked for it"
ledger_cert_secret="ledger-tls-certs"
helm upgrade ledger ./chart --set tls.privateKey=tls.key
