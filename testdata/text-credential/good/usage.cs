var connectionString = configuration.GetConnectionString("mongo");
var defaultPassword = "admin-default";
