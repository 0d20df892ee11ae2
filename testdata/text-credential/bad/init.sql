CREATE USER 'ledger'@'%' IDENTIFIED BY 'ledger';
ALTER ROLE reports WITH LOGIN PASSWORD 'reports_pw';
CREATE USER app IDENTIFIED BY '%s';
INSERT INTO users (name, password) VALUES ('bob', 'x');
SELECT 'the password' AS label;
INSERT INTO `users` (`id`, `name`, `password`) VALUES (1, 'robot', 'nR7-quarrel-Tin8');
CREATE LOGIN shop WITH PASSWORD = N'kestrel-Harbour-71';
