const token: string | undefined = "Nq8wLx3Vb7Tk2Zp5Ym9RcH4d";
