Dim password As String = "Zk4wRq9TnX7v"
