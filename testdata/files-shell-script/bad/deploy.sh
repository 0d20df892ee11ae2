#!/bin/sh
# Writes a dump and sends it away.
export DB_PASSWORD="rW7uX2mKq9Zt"
mysqldump -h db -u app \
  -p'vB3nT8yLd5Qe' shop > dump.sql
curl -sf -u "backup:kP4zS6wHj1Rc" -T dump.sql https://files.example.com/
bash -c "sshpass -p 'gN9fD2xVb7Mu' scp dump.sql backup@store:"
cat > /etc/app.ini <<END
[cache]
password = hY5jU8tEo3Wa
END
