plain = "host=ledger user=till password=vR7qTz2LmK dbname=ledger"
last = connect("dbname=ledger sslmode=require password=vR7qTz2LmK")
