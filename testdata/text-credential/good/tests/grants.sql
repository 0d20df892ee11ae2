CREATE USER 'ledger'@'%' IDENTIFIED BY 'ledger';
