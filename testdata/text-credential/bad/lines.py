token = \
    "Rq7wKz4TnX9vLm2YcB5d"
api_key = """Zk4wRq9TnX7vLm3YcB6d"""
