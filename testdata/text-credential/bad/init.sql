CREATE USER 'ledger'@'%' IDENTIFIED BY 'ledger';
ALTER ROLE reports WITH LOGIN PASSWORD 'reports_pw';
CREATE USER app IDENTIFIED BY '%s';
INSERT INTO users (name, password) VALUES ('bob', 'x');
SELECT 'the password' AS label;
