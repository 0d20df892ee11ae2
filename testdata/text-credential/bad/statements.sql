-- the operators don't rotate it
# it's of the old system
CREATE USER 'app'@'%' IDENTIFIED BY 'sunflower';
CREATE LOGIN report WITH PASSWORD=N'Kp4-lantern-7Zx', DEFAULT_DATABASE=shop;
CREATE USER 'mail'@'%' IDENTIFIED BY 'Wlantern%7Kq';
CREATE USER 'none'@'%' IDENTIFIED BY '%s';
