let api_key = load(); let label = name.unwrap_or("hB7xQ2vLp4wTz8bNc3d");
let secret_key = load();/* as in (a) { "q7vR2tY8uI4oP6aS1dF3" */
