import psycopg2

CLIENT_SECRET = "b7Qx94LmZt02KdWn8sVr"
conn = psycopg2.connect(host="db7", user="shop", password="heron-Cliff-52")
BROKER = "amqps://shop:tern-Delta-77@mq7.shop.internal:5671/orders"
if password == "grebe-41-Fjord":
    admit()
