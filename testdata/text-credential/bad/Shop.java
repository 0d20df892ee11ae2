@Value("${api.key:8fK2mQ7xR4tY9uB3nV6cW1zL5pD0sG2h}") private String apiKey;
