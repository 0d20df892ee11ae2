(def ledger {:user "till" :password "Rq7wKz4TnX9v" :port 5432})
