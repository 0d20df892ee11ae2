password = os.environ["A"]  # see foo.unwrap_or("hB7xQ2vLp4wTz8bNc3d")
