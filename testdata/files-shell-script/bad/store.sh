#!/bin/sh
keytool -importkeystore -srcstorepass:file /run/store -deststorepass N996pJD30rNG
PASSWORD=$2 keytool -keystore "$1" -storepass:env PASSWORD -noprompt -alias ledger
