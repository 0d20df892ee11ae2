INSERT INTO users (id, bio, password) VALUES (1, 'it\'s me', 'nR7-quarrel-Tin8'), (2, 'x', 'osprey-Mill-40');
