public string Password { get; set; } = "kestrel-Harbour-71";
mailer.SetPassword("nR7-quarrel-Tin");
